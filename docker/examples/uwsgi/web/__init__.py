from .tasks import app as celery

__all__ = ["celery"]

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only an example"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "web.urls"
WSGI_APPLICATION = "web.wsgi.application"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}

import signal
import time

from celery import Celery
from celery.signals import worker_process_init, worker_shutting_down

app = Celery("web", broker="redis://127.0.0.1/0", backend="redis://127.0.0.1/0")
app.conf.task_track_started = True


# A stop reaches every process here, and more than once: from uWSGI, and from PID 1 when uWSGI has ended. Celery
# waits for its running tasks at the first one, but gives them up at the second, and its children at any.
@worker_process_init.connect
@worker_shutting_down.connect
def finish_the_tasks(**_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@app.task
def slow(seconds):
    time.sleep(seconds)
    return "finished"

"""The smallest app that says who it runs as, and has a worker do something."""

import os

from celery import Celery
from flask import Flask

SOCKET = "redis+socket:///run/queue/redis.sock"

app = Flask(__name__)
celery = Celery("shop", broker=SOCKET, backend=SOCKET)


@celery.task
def pack():
    return os.getuid()


@app.get("/")
def index():
    return f"hello from uid {os.getuid()}\n"


@app.get("/order")
def order():
    return f"packed by uid {pack.delay().get(timeout=20)}\n"

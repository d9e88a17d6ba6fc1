"""The smallest app that says who it runs as."""

import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return f"hello from uid {os.getuid()}\n"

"""A Flask app that writes to its own folder and to one that the image made as root."""
import os

from flask import Flask

app = Flask(__name__)


@app.route("/")
def page():
    for path in ("/app/visits", "/extra/visits"):
        with open(path, "a") as visits:
            visits.write("x")
    return f"Flask, served by user {os.getuid()} in groups {os.getgroups()}\n"

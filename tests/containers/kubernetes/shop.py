import os

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    with open("/data/visits", "a", encoding="ascii") as file:
        file.write("one\n")
    return f"uid {os.getuid()}\n"

"""flask_app:app for WSGI servers, and as a program: flask_app.py HOST PORT [reload]."""
import sys

import flask

app = flask.Flask(__name__)


@app.route("/")
def index():
    return "flask"


if __name__ == "__main__":
    app.run(host=sys.argv[1], port=int(sys.argv[2]), debug="reload" in sys.argv, use_reloader="reload" in sys.argv)

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    text = "hello from Flask\n"
    return text

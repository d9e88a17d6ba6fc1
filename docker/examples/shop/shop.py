"""A shop that keeps its visits in /data and says who serves them."""
import os

from flask import Flask

app = Flask(__name__)
print("the shop is open", flush=True)


@app.get("/")
def page():
    with open("/data/visits", "a+") as visits:
        visits.write("x")
        number = visits.tell()
    return f"Visit {number}, served by user {os.getuid()} in groups {os.getgroups()}\n"

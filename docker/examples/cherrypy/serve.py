"""CherryPy on port 80. cheroot takes the socket from LISTEN_FDS when it is there, and binds it itself when not."""
import os

import cherrypy


class Site:
    @cherrypy.expose
    def index(self):
        with open("/data/visits", "a") as visits:
            visits.write("x")
        return f"CherryPy, served by user {os.getuid()} in groups {os.getgroups()}\n"


cherrypy.config.update({
    "server.socket_host": "0.0.0.0",
    "server.socket_port": 80,
    "log.screen": False,
    "engine.autoreload.on": False,
    "checker.on": False,
})
cherrypy.tree.mount(Site(), "/")
cherrypy.engine.signals.subscribe()
cherrypy.engine.start()
print("cherrypy: ready", flush=True)
cherrypy.engine.block()

"""CherryPy on port 80."""
import cherrypy


class Root:
    @cherrypy.expose
    def index(self):
        return "cherrypy"


cherrypy.config.update({"server.socket_host": "0.0.0.0", "server.socket_port": 80, "log.screen": False})
cherrypy.quickstart(Root())

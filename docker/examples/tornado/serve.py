"""Tornado as its manual has it: it binds port 80 itself and knows nothing of drop-init."""
import os

import tornado.httpserver
import tornado.ioloop
import tornado.web


class Page(tornado.web.RequestHandler):
    def get(self):
        self.write(f"Tornado, served by user {os.getuid()} in groups {os.getgroups()}\n")


application = tornado.web.Application([("/", Page)])

if __name__ == "__main__":
    http_server = tornado.httpserver.HTTPServer(application)
    http_server.listen(80)
    print("tornado: ready", flush=True)
    tornado.ioloop.IOLoop.current().start()

"""Tornado with the sockets that drop-init bound, shared by several processes."""
import os
import socket

import tornado.httpserver
import tornado.ioloop
import tornado.process

from serve import application

FIRST = 3  # the LISTEN_FDS protocol counts from here

sockets = [socket.socket(fileno=fd) for fd in range(FIRST, FIRST + int(os.environ["LISTEN_FDS"]))]
for listener in sockets:
    listener.setblocking(False)

tornado.process.fork_processes(3)
http_server = tornado.httpserver.HTTPServer(application)
http_server.add_sockets(sockets)
tornado.ioloop.IOLoop.current().start()

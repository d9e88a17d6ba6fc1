"""tornado_app.py PROCESSES: one process listens, or several that were forked after bind."""
import asyncio
import sys

import tornado.httpserver
import tornado.netutil
import tornado.process
import tornado.web


class Index(tornado.web.RequestHandler):
    def get(self):
        self.write("tornado")


async def main():
    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/", Index)]))
    server.add_sockets(sockets)
    await asyncio.Event().wait()


sockets = tornado.netutil.bind_sockets(80)
if int(sys.argv[1]) > 1:
    tornado.process.fork_processes(int(sys.argv[1]))
asyncio.run(main())

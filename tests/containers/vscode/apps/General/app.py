"""A server of its own, on the port that the file `port` names."""

import http.server


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = b"hello from General\n"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text)


with open("port", encoding="ascii") as file:
    http.server.ThreadingHTTPServer(("0.0.0.0", int(file.read())), Hello).serve_forever()

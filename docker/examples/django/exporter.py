"""How many visits there were, for Prometheus, on port 9100 of the loopback."""
import http.server
import os


class Metrics(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(f"visits_total {os.path.getsize('/extra/visits')}\n".encode())

    def log_request(self, *_):
        pass


http.server.HTTPServer(("127.0.0.1", 9100), Metrics).serve_forever()

"""A web server of the standard library. Change GREETING's default below while Ghost watches: it restarts at once."""

import argparse
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

GREETING = os.environ.get("GREETING", "hello")


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{GREETING}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8390)
    port = parser.parse_args().port
    print(f"listening on http://127.0.0.1:{port}")
    HTTPServer(("127.0.0.1", port), Hello).serve_forever()

"""GET /items lists what is for sale, out of the cache if it can. POST /orders/NAME asks the worker to sell one. GET /healthz: both stores answer."""
import json
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stores import redis, sql


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200, {"redis": redis("PING"), "items": int(sql("SELECT count(*) FROM items")[0])})
        if self.path == "/items":
            items = redis("GET", "items")
            if items is None:
                items = json.dumps(sql("SELECT name FROM items ORDER BY name"))
                redis("SET", "items", items, "EX", 60)
            return self.answer(200, json.loads(items))
        self.answer(404, {"error": "no such page"})

    def do_POST(self):
        redis("PUBLISH", "orders", self.path.rsplit("/", 1)[-1])
        self.answer(202, {"ordered": self.path.rsplit("/", 1)[-1]})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False  # what was begun is finished before the end


# Descriptor 3 is the listener that Ghost holds (LISTEN_FDS). It must stay open there, so nothing is shut down at the end: only closed here.
server = Server(("", 0), Api, bind_and_activate=False)
server.socket.close()
server.socket = socket.socket(fileno=3)
server.server_name, server.server_port = server.socket.getsockname()
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print(f"listening on {server.server_port}", flush=True)
server.serve_forever(poll_interval=0.05)
server.server_close()  # waits for the requests that are under way

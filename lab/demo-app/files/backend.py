#!/usr/bin/env python3
"""Backend of the demo application: PostgreSQL by psql's peer login, Redis and the identity provider by socket."""
import json
import os
import socket
import subprocess
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "release.json"), encoding="utf-8") as release_file:
    RELEASE = json.load(release_file)


def query(sql):
    """One value or rows as text; raises when the database does not answer."""
    line = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", "demo", "-c", sql]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=5).stdout.strip()


def cache_ping():
    with socket.create_connection(("127.0.0.1", 6379), timeout=2) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def login(name):
    body = json.dumps({"user": name}).encode()
    with urllib.request.urlopen("http://127.0.0.1:8090/token", data=body, timeout=2) as answer:
        return json.load(answer)


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        try:
            self.route()
        except Exception as error:  # whatever is wrong behind it is a 503 here
            self.answer(503, {"error": str(error)})

    def route(self):
        if self.path == "/api/health":
            time.sleep(RELEASE["slowSeconds"])
            healthy = RELEASE["healthy"]
            self.answer(200 if healthy else 500, {"status": "UP" if healthy else "DOWN"})
        elif self.path == "/api/info":
            self.answer(200, {"version": RELEASE["version"]})
        elif self.path == "/api/database":
            self.answer(200, {"schema": query("select max(version) from schema_version"), "pool": "ok"})
        elif self.path == "/api/cache":
            self.answer(200 if cache_ping() else 503, {"cache": "PONG"})
        elif self.path == "/api/items" and not RELEASE["halfBroken"]:
            rows = query("select name from items order by name").split("\n")
            self.answer(200, {"items": rows, "count": len(rows)})
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(length) or b"{}")
        if self.path != "/api/login":
            self.answer(404, {"error": "not found"})
            return
        try:
            self.answer(200, login(body.get("user", "")))
        except Exception as error:
            self.answer(503, {"error": str(error)})


ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()

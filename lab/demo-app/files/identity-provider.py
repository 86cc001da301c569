#!/usr/bin/env python3
"""Stub of an identity provider: gives every named user a token that says so."""
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, {"issuer": "demo"})

    def do_POST(self):
        user = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["user"]
        self.answer(200 if user else 401, {"user": user, "token": "stub-" + user})


ThreadingHTTPServer(("127.0.0.1", 8090), Handler).serve_forever()

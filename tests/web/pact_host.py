"""Another company's PACT host, for tests: an HTTP server that gives tokens, takes events, and can fail."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLIENT, SECRET = "sealsum-node", "a secret: between the two"


@dataclass
class PactHost:
    """What it took, what was wrong about it, and how it answers the next ones."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """Every body that came, of whatever request, in order."""
    asked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    """Instead of taking the next events."""
    redirects_to: str = ""

    def __post_init__(self) -> None:
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                host.post(self)

            def do_GET(self) -> None:
                host.asked.append(self.path)
                host.problems.append(f"GET {self.path}")
                answer(self, 404, b"")

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.asked.append(request.path)
        self.bodies.append(body)
        if request.path == "/auth/token":
            self._give_token(request, body)
        elif request.path == "/3/events":
            self._take(request, body)
        else:
            self.problems.append(f"POST {request.path}")
            answer(request, 404, b"")

    def _give_token(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {basic}" or body != b"grant_type=client_credentials":
            answer(request, 401, b'{"error": "invalid_client"}')
            return
        token = {"access_token": f"token-{len(self.asked)}", "token_type": "bearer", "expires_in": 3600}
        self.token = token["access_token"]
        answer(request, 200, json.dumps(token).encode())

    def _take(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        if request.headers["Authorization"] != f"Bearer {self.token}":
            self.problems.append("no token of ours")
        if request.headers["Content-Type"] != "application/cloudevents+json":
            self.problems.append(f"content type {request.headers['Content-Type']}")
        if self.redirects_to:
            request.send_response(307)
            request.send_header("Location", self.redirects_to)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        status, said = self.answers.pop(0) if self.answers else (200, b"")
        if status == 200:
            self.taken.append(json.loads(body))
        answer(request, status, said)


def answer(request: BaseHTTPRequestHandler, status: int, data: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)

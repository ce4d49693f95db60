"""A small OpenID Connect provider, for tests: an HTTP server that checks what a relying party must do, and can lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT_ID, CLIENT_SECRET = "sealsum-pages", "a secret between the two"


@dataclass
class Provider:
    """Who is signed in at the company, and how its answers are altered."""

    now: int
    email: str = "wang@example"
    verified: bool = True
    subject: str = "4711"
    claims: dict[str, Any] = field(default_factory=dict)
    """Instead of the true ones."""
    signs_with_other_key: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key, self.other = (ECKey.generate_key("P-256", {"kid": "1"}) for _ in range(2))
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        url = urlsplit(request.path)
        if url.path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            fields = {"issuer": self.issuer, **{name: self.issuer + path for name, path in places.items()}}
            _answer(request, fields)
        elif url.path == "/keys":
            _answer(request, {"keys": [self.key.as_dict(private=False)]})
        elif url.path == "/authorize":
            self._authorize(request, {name: values[0] for name, values in parse_qs(url.query).items()})
        else:
            _answer(request, {}, 404)

    def _authorize(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        expected = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        self.problems += [name for name, value in expected.items() if asked.get(name) != value]
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        request.send_response(302)
        request.send_header("Location", back)
        request.end_headers()

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.asked.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_right = (
            request.path == "/token"
            and asked is not None
            and request.headers.get("Authorization") == f"Basic {basic}"
            and sent.get("grant_type") == "authorization_code"
            and sent.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not is_right or asked is None:
            _answer(request, {"error": "invalid_grant"}, 400)
            return
        _answer(request, {"token_type": "Bearer", "access_token": "x", "id_token": self._token(asked)})

    def _token(self, asked: dict[str, str]) -> str:
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": self.verified,
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        key = self.other if self.signs_with_other_key else self.key
        return jwt.encode({"alg": "ES256", "kid": "1"}, kept, key)


def _answer(request: BaseHTTPRequestHandler, fields: dict[str, Any], status: int = 200) -> None:
    data = json.dumps(fields).encode()
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)

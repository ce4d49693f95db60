"""An object store that speaks S3 and fails on purpose, before or after it has written.

The one fact: names, bytes and answers are those of S3 as far as the coordinator asks (put, get, head, delete, list);
who is allowed to ask is not looked at. `fault` says how the next answers go wrong.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

NAME = "blobs"
BEFORE, AFTER = "before", "after"
"""Nothing is written and 503 said; or it is written, and the connection ends without a word."""
_WHEN = "2026-01-01T00:00:00.000Z"


@dataclass
class Bucket:
    """One bucket on a port of `address`. Threads that serve it live where it was made."""

    address: str = "127.0.0.1"
    objects: dict[str, bytes] = field(default_factory=dict)
    fault: str | None = None
    failed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer((self.address, 0), type("Door", (_Door,), {"bucket": self}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="bucket", daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """How a coordinator finds it."""
        return {
            "SEALSUM_BLOBS_URL": f"s3://{NAME}",
            "AWS_ENDPOINT_URL": f"http://{self.address}:{self._server.server_port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "example",
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_REGION": "example",
        }

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def listing(self, prefix: str) -> bytes:
        """ListObjectsV2, all in one page."""
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{_WHEN}</LastModified>"
            f"<ETag>{_tag(data)}</ETag><Size>{len(data)}</Size></Contents>"
            for name, data in sorted(self.objects.items())
            if name.startswith(prefix)
        )
        head = f"<Name>{NAME}</Name><Prefix>{escape(prefix)}</Prefix><IsTruncated>false</IsTruncated>"
        return f"<?xml version='1.0'?><ListBucketResult>{head}{rows}</ListBucketResult>".encode()


class _Door(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        pass

    @property
    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{NAME}").lstrip("/")

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self._fails(BEFORE):
            return
        self.bucket.objects[self._name] = data
        if not self._fails(AFTER):
            self._answer(HTTPStatus.OK, b"", {"ETag": _tag(data)})

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if urlsplit(self.path).query != "delete":
            self._answer(HTTPStatus.NOT_IMPLEMENTED)
            return
        if self._fails(BEFORE):
            return
        names = [unescape(name) for name in re.findall("<Key>(.*?)</Key>", asked)]
        for name in names:
            self.bucket.objects.pop(name, None)
        if not self._fails(AFTER):
            rows = "".join(f"<Deleted><Key>{escape(name)}</Key></Deleted>" for name in names)
            self._answer(HTTPStatus.OK, f"<DeleteResult>{rows}</DeleteResult>".encode())

    def do_GET(self) -> None:
        if self._fails(BEFORE):
            return
        query = parse_qs(urlsplit(self.path).query)
        if not self._name:
            self._answer(HTTPStatus.OK, self.bucket.listing(query.get("prefix", [""])[0]))
            return
        data = self.bucket.objects.get(self._name)
        if data is None:
            self._answer(HTTPStatus.NOT_FOUND)
        else:
            self._answer(HTTPStatus.OK, data, {"ETag": _tag(data), "Last-Modified": self.date_time_string(0)})

    do_HEAD = do_GET

    def _fails(self, when: str) -> bool:
        if self.bucket.fault != when:
            return False
        self.bucket.failed[when] += 1
        if when == BEFORE:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE)
        self.close_connection = True
        return True

    def _answer(self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'

"""What stands before every page: who may name this host, where a form may come from, how long a body may be, and the
headers that tell the browser what a page may do.

The one fact: nothing inline runs and nothing comes from another host, so text from a supplier's sheet stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_BODY = 32 * 1024 * 1024
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # the CSS base draws its checkmarks from data: images
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Shields:
    """ASGI middleware.

    1. The request names this host by a name it has, so no page elsewhere reaches us through a name of its own.
    2. A request that changes something comes from a page of ours (Origin, Sec-Fetch-Site), when the browser says.
    3. A body is no longer than LONGEST_BODY, whatever the request claims.
    4. Every answer carries HEADERS, and what is not a static file is not kept by the browser or by anyone between.
    """

    app: ASGIApp
    hosts: Sequence[str]
    """Host names without port; `*` for a door that anyone may reach by any name."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refuse(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        await self.app(scope, _bounded(receive), _with_headers(send))

    def _refuse(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        host = headers.get("host", "")
        if "*" not in self.hosts and _name_of(host) not in self.hosts:  # 1
            return PlainTextResponse("this door does not go by that name", 421)
        if scope["method"] not in SAFE_METHODS:  # 2
            origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
            if site not in ("same-origin", "none") or (origin is not None and _host_of(origin) != host):
                return PlainTextResponse("a page of another site sent this", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LONGEST_BODY:  # 3
            return PlainTextResponse(f"expected at most {LONGEST_BODY} bytes", 413)
        return None


def _name_of(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host


def _host_of(origin: str) -> str:
    return origin.partition("://")[2]


def _bounded(receive: Receive) -> Receive:
    count = 0

    async def counted() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > LONGEST_BODY:  # 3
            raise HTTPException(413, f"expected at most {LONGEST_BODY} bytes")
        return message

    return counted


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():  # 4
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending

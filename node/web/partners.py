"""Puts the door for partners beside the pages: /3/… and /auth/token are PACT's, everything else is the owner's.

The one fact: partners and the owner share a port and nothing else; a page's cookie opens nothing here, and a partner's
token opens no page.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from exchange.pact_events import LONGEST_EVENT
from node.partners.door import EVENTS, FOOTPRINTS, TOKEN, Asked, PactDoor, content_type_of
from node.web.desk import Desk, NotOpen

_LONGEST_FORM = 8 * 1024


@dataclass(frozen=True, slots=True)
class WithPartners:
    """ASGI middleware: PACT's paths to the door for partners, all others to the application behind."""

    app: ASGIApp
    desk: Desk
    door: PactDoor = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "door", PactDoor(lambda: self.desk.node))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_pacts(scope):
            await self.app(scope, receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = _path(request.scope)
        body = await _read(request, LONGEST_EVENT if path == EVENTS else _LONGEST_FORM)
        if body is None:
            return Response(status_code=413)
        asked = Asked(
            method=request.method,
            path=path,
            query=request.url.query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            base=f"{request.url.scheme}://{request.headers.get('host', '')}{request.scope.get('root_path', '')}",
            address=request.client.host if request.client else "",
        )
        try:
            answer = await run_in_threadpool(self.door.answer, asked)
        except NotOpen:
            return Response(status_code=503, headers={"Retry-After": "60"})
        return Response(answer.body, answer.status, dict(answer.headers), content_type_of(answer))


def _path(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


def _is_pacts(scope: Scope) -> bool:
    path = _path(scope)
    return path in (TOKEN, EVENTS, FOOTPRINTS) or path.startswith(("/3/", "/auth/"))


async def _read(request: Request, longest: int) -> bytes | None:
    """The body, None when it is longer."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > longest:
            return None
    return bytes(body)

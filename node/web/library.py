"""The public library for pages, brought up to date where the node knows nothing of it yet.

The one fact: after a start, and after joining, thousands of factors are read or fetched in the background, and a page
that comes before they are there says how far that is and opens by itself; none of them reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from fastapi import Depends, FastAPI, Request
from fastapi.params import Depends as Dependency
from starlette.responses import Response

from method.factor import Factor
from node.library import Library, count_fetched, fetch_or_read, read_library
from node.organisation import Node
from node.results import find_results
from node.web.desk import Desk
from operation.memory import settle
from protocol.errors import NetworkError, PeerError, Refused, StoreError
from web.visits import open_visit

_PATIENCE_S = 0.5
"""How long a page waits before it says that it has to."""
_AGAIN_S = "2"


class BeingRead(Exception):
    """A page needs the library, which is being read since the node was opened."""


def after_reading(desk: Desk) -> Sequence[Dependency]:
    """The `dependencies` of a page that needs the library: BeingRead while it is read for the first time."""

    def check() -> None:
        if not desk.prepared.wait(_PATIENCE_S):
            raise BeingRead

    return [Depends(check)]


def add_reading(app: FastAPI, desk: Desk) -> None:
    """Answer BeingRead with a page that asks again by itself."""

    def answer(request: Request, _error: Exception) -> Response:
        response = open_visit(request).page("being_read.html", status=503, count=count_fetched(desk.node))
        response.headers.update({"Retry-After": _AGAIN_S, "Refresh": _AGAIN_S})
        return response

    app.add_exception_handler(BeingRead, answer)


def read_ahead(node: Node) -> None:
    """Read the library, or fetch it where there is none yet, and a verifier's results, so that no page has to; what
    fails is the page's to tell."""
    with suppress(NetworkError, PeerError, Refused, StoreError):
        need_library(node)
        if "verifier" in node.identity.entity.entity_roles:
            find_results(node, "")
    settle()


def need_library(node: Node) -> Library:
    """As this node knows it; asks the coordinator only when it knows nothing yet."""
    library = read_library(node)
    return library if library.categories else fetch_or_read(node)[0]


def factors_of(library: Library) -> dict[str, Factor]:
    """The published factors by code."""
    return {code: item.factor for code, item in library.factors.items()}

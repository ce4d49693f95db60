"""The search field: an id leads to its statement or calculation, other words to the library."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import FastAPI, Query
from starlette.responses import Response

from coordinator.console.roles import OPERATOR, VERIFIER, Member
from coordinator.service import Service

_ID = re.compile(r"[0-9a-f]{64}")


def add_finding_page(app: FastAPI, service: Service) -> None:
    """Add the page."""

    @app.get("/find")
    def find(visit: Member, q: Annotated[str, Query(max_length=200)] = "") -> Response:
        words = q.strip()
        if _ID.fullmatch(words) and visit.account.roles & {OPERATOR, VERIFIER}:
            stored = service.stores.log.statement(words)
            if stored is not None and stored.kind == "request":
                return visit.go(f"/calculations/{words}")
            if stored is not None:
                return visit.go(f"/statements/{words}")
        return visit.go(f"/library?{urlencode({'q': words})}")

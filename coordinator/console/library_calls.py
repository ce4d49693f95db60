"""The console's REST API for who works on the factor library: a provider's submissions, an expert's opinions.

The one fact: each reads what its own page shows, told by the account's legal entity as there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from coordinator.console.library import find_reviewed, find_submitted
from coordinator.console.paging import END
from coordinator.console.roles import EXPERT, PROVIDER
from coordinator.service import Service
from protocol.errors import Refused
from protocol.shelf import Item
from web.openapi import looking
from web.paging import Cursor, Limit, PageOf, make_cursor, parse_cursor
from web.tokens import Caller

SUBMISSIONS, REVIEWS = "submissions", "reviews"
Providing = Annotated[Caller, looking(SUBMISSIONS, PROVIDER)]
Reviewing = Annotated[Caller, looking(REVIEWS, EXPERT)]


class Submission(BaseModel):
    """A factor or category that was submitted; `accepting` and `returning` count opinions, `publication` is null until
    there is one."""

    id: str
    submitted_at: int
    kind: str
    code: str
    version: int
    name_zh: str
    name_en: str
    state: str
    reason: str
    accepting: int
    returning: int
    publication: str | None


def make_library_calls(service: Service, prefix: str) -> APIRouter:
    """The calls, under the API's prefix."""
    router = APIRouter(prefix=prefix, tags=["library"])

    @router.get("/submissions")
    def submissions(caller: Providing, limit: Limit = 100, cursor: Cursor = "") -> PageOf[Submission]:
        """List your submissions, newest first, and how far each has come."""
        return _page(find_submitted(service, _party_of(caller)), limit, cursor)

    @router.get("/reviews")
    def reviews(
        caller: Reviewing,
        which: Annotated[
            Literal["waiting", "written"],
            Query(description="What waits for your opinion, or what you have written about."),
        ] = "waiting",
        limit: Limit = 100,
        cursor: Cursor = "",
    ) -> PageOf[Submission]:
        """List submissions that wait for your opinion, or that you have written about, newest first."""
        left, own = find_reviewed(service, _party_of(caller))
        return _page(own if which == "written" else left, limit, cursor)

    return router


def _party_of(caller: Caller) -> str:
    if caller.account.party is None:
        raise Refused("party", "this account speaks for no organisation; the operator names one")
    return caller.account.party


def _page(items: Iterable[Item], limit: int, cursor: str) -> PageOf[Submission]:
    place = parse_cursor(cursor, int)
    before = END if place is None else int(place[0])
    newest = sorted(
        (one for one in items if one.logged.index < before), key=lambda one: one.logged.index, reverse=True
    )
    shown = newest[:limit]
    following = make_cursor(shown[-1].logged.index) if len(newest) > limit else None
    return PageOf(items=[_submission(one) for one in shown], next=following)


def _submission(item: Item) -> Submission:
    payload = item.payload
    return Submission(
        id=item.id,
        submitted_at=item.logged.logged_at,
        kind=payload.type,
        code=payload.code,
        version=payload.version,
        name_zh=payload.name_zh,
        name_en=payload.name_en,
        state=item.state,
        reason=item.reason,
        accepting=item.count("accept"),
        returning=item.count("return"),
        publication=None if item.publication is None else item.publication.id,
    )

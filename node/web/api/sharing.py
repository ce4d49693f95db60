"""Calls about what leaves: the egress ledger, partners, published footprints; and how the node is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from node.doctor import examine_open
from node.egress import Filter, list_egress, list_wire
from node.exporting import Wanted, make_particulars
from node.maker.requesting import resolve_request
from node.partners.access import add_partner, list_partners, remove_partner
from node.partners.events import list_events
from node.partners.footprints import list_footprints, publish_footprint, withdraw_footprint
from node.web.api.calling import API, Reading, Sharing, problems
from node.web.desk import Desk
from web.paging import MOST, USUAL, Cursor, Limit, PageOf, make_cursor, parse_cursor

PartnerName = Annotated[str, InPath(min_length=1, max_length=64)]
FootprintId = Annotated[str, InPath(pattern="^[0-9a-f-]{36}$")]


class ParcelRow(BaseModel):
    """Something that left: when, to whom, what it holds in words; never the thing itself. `purpose`: the statement of
    this node that it is, or that rests on it."""

    id: int
    at: int
    receiver: str
    kind: str
    size: int
    sha256: str
    holds_en: str
    holds_zh: str
    purpose: str


class MessageRow(BaseModel):
    """A message as it was sent, to be compared with a capture; `parcel`: the row that says what it is."""

    id: int
    at: int
    parcel: int
    method: str
    size: int
    sha256: str
    receiver: str


class PartnerFields(BaseModel):
    """A partner, and how many footprints it may see."""

    id: int
    name: str
    client: str
    created: int
    footprints: int


class PartnerOrder(BaseModel):
    """A partner to add."""

    name: str = Field(min_length=1, max_length=64)


class CredentialFields(BaseModel):
    """What a partner signs in with; the secret is answered this once and not kept."""

    name: str
    client: str
    secret: str


class FootprintFields(BaseModel):
    """A published footprint, and who may read it."""

    id: str
    request: str
    model: str
    created: int
    status: str
    partners: list[str]


class PublishOrder(BaseModel):
    """Which certified result to publish as PACT 3.0, to whom, and what the owner states of it (docs/exchange.md)."""

    request: str = Field(pattern="^[0-9a-f]{8,64}$")
    to: list[Annotated[str, Field(max_length=64)]] = Field(default=[], max_length=100)
    replaces: list[Annotated[str, Field(max_length=36)]] = Field(default=[], max_length=100)
    model: str | None = Field(None, max_length=400)
    particulars: dict[str, Any] = {}


class EventFields(BaseModel):
    """An event that a partner sent; `data` is its JSON as text, `answer` of a request: owed, given or none."""

    partner: str
    kind: str
    event: str
    source: str
    received: int
    data: str
    answer: str


class FindingFields(BaseModel):
    """One thing that was looked at: good, warning or bad, what was found, what to do."""

    check: str
    verdict: str
    found: str
    advice: str


class HealthFields(BaseModel):
    """How the node is, as `sealsum node doctor` finds it."""

    status: Literal["good", "warning", "bad"]
    findings: list[FindingFields]


def make_sharing(desk: Desk) -> APIRouter:
    """The calls."""
    router = APIRouter(prefix=API, tags=["sharing"])
    _add_ledger(router, desk)
    _add_partners(router, desk)
    _add_footprints(router, desk)

    @router.get("/health", tags=["health"], responses=problems())
    def health(caller: Reading) -> HealthFields:
        """How the node is: keys, backup, outbox, coordinator and so on, with what to do."""
        found = examine_open(desk.node, caller.visit.now, "en")
        told = [
            FindingFields(check=one.check, verdict=str(one.verdict.value), found=one.found, advice=one.advice)
            for one in found
        ]
        worst = {one.verdict for one in told}
        status: Literal["good", "warning", "bad"] = (
            "bad" if "bad" in worst else "warning" if "warning" in worst else "good"
        )
        return HealthFields(status=status, findings=told)

    return router


class MessageQuery(BaseModel):
    """Which messages; times in Unix seconds, `to` any part of the receiver."""

    since: int = Field(0, ge=0, le=2**53, description="At this time or later, Unix seconds.")
    to: str = Field("", max_length=200, description="Only to who contains this text.")
    limit: int = Field(USUAL, ge=1, le=MOST, description="How many at most.")
    cursor: str = Field("", max_length=400, description="`next` of the page before; empty for the first.")


class ParcelQuery(MessageQuery):
    """Which parcels."""

    kind: str = Field("", max_length=32, description="Only of this kind.")


def _add_ledger(router: APIRouter, desk: Desk) -> None:
    @router.get("/egress", responses=problems())
    def egress(caller: Reading, asked: Annotated[ParcelQuery, Query()]) -> PageOf[ParcelRow]:
        """List what left this node, oldest first."""
        wanted = Filter(_after(asked.cursor), asked.since, asked.to, asked.kind)
        found = list_egress(desk.node.store, wanted)
        return _page([ParcelRow(**row) for row in found[: asked.limit + 1]], asked.limit)

    @router.get("/egress/messages", responses=problems())
    def messages(caller: Reading, asked: Annotated[MessageQuery, Query()]) -> PageOf[MessageRow]:
        """List every message as it was sent: method, length and SHA-256 of its bytes."""
        found = list_wire(desk.node.store, Filter(_after(asked.cursor), asked.since, asked.to))
        return _page([MessageRow(**row) for row in found[: asked.limit + 1]], asked.limit)


def _after(cursor: str) -> int:
    place = parse_cursor(cursor, int)
    return 0 if place is None else int(place[0])


def _page(rows: list[Any], limit: int) -> PageOf[Any]:
    page = rows[:limit]
    return PageOf(items=page, next=make_cursor(page[-1].id) if len(rows) > limit else None)


def _add_partners(router: APIRouter, desk: Desk) -> None:
    @router.get("/partners", responses=problems())
    def partners(caller: Reading, limit: Limit = 100, cursor: Cursor = "") -> PageOf[PartnerFields]:
        """List partners, in the order they were added."""
        after = _after(cursor)
        found = [PartnerFields(**asdict(one)) for one in list_partners(desk.node) if one.id > after]
        return _page(found[: limit + 1], limit)

    @router.post("/partners", status_code=201, response_model=CredentialFields, responses=problems())
    def add(change: Sharing, order: PartnerOrder) -> JSONResponse:
        """Let a partner sign in at the door for partners. It sees nothing yet."""

        def work() -> tuple[int, Any]:
            made = add_partner(desk.node, order.name)
            return 201, {"name": made.name, "client": made.client, "secret": made.secret}

        return change.once(work)

    @router.delete("/partners/{name}", status_code=204, responses=problems())
    def remove(change: Sharing, name: PartnerName) -> Response:
        """End a partner's credential and tokens at once."""
        remove_partner(desk.node, name)
        return Response(status_code=204)

    @router.get("/partners/events", responses=problems())
    def events(caller: Reading) -> list[EventFields]:
        """What partners asked and told by event, oldest first; of each the newest 1000."""
        return [EventFields(**asdict(one)) for one in list_events(desk.node)]


def _add_footprints(router: APIRouter, desk: Desk) -> None:
    @router.get("/footprints", responses=problems())
    def footprints(caller: Reading) -> list[FootprintFields]:
        """What is published, oldest first, and who may read it."""
        return [FootprintFields.model_validate(asdict(one)) for one in list_footprints(desk.node)]

    @router.post("/footprints", status_code=201, response_model=FootprintFields, responses=problems())
    def publish(change: Sharing, order: PublishOrder) -> JSONResponse:
        """Let partners read a certified footprint; those that take events are told."""

        def work() -> tuple[int, Any]:
            wanted = Wanted("pact", order.model, make_particulars(order.particulars))
            request = resolve_request(desk.node, order.request)
            made = publish_footprint(desk.node, request, wanted, order.to, order.replaces)
            return 201, asdict(made)

        return change.once(work)

    @router.delete("/footprints/{footprint}", status_code=204, responses=problems())
    def withdraw(
        change: Sharing,
        footprint: FootprintId,
        partner: Annotated[
            str, Query(max_length=64, description="Only from this one; without it from all.")
        ] = "",
    ) -> Response:
        """Let partners read a footprint no more."""
        withdraw_footprint(desk.node, footprint, [partner] if partner else [])
        return Response(status_code=204)

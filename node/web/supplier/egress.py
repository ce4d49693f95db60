"""What left this house: the egress ledger as a receipt book, and its second page, the exact messages.

The one fact: rows are written before anything leaves (node/egress.py); this page only reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from node.addressees import Addressee, find_purposes, name_addressees
from node.egress import Filter, list_egress_kinds, list_newest_egress, list_newest_wire
from node.organisation import Node
from node.web.desk import Desk
from node.web.visiting import Reader
from node.words.reading import QUESTIONS, who_can_read
from web.languages import mark
from web.numbers import MOST_AHEAD, begin_of_day
from web.tables import Cell, Column, Table
from web.visits import Visit

KINDS = {
    "declaration": mark("declarations"),
    "request": mark("requests for a footprint"),
    "consent": mark("consents"),
    "refusal": mark("refusals"),
    "withdrawal": mark("withdrawals"),
    "contribution": mark("locked numbers and proofs of a share"),
    "ciphertext": mark("sealed shares"),
    "he-key": mark("public keys for sealing"),
    "result": mark("results"),
    "enrolment": mark("enrolments"),
    "connection": mark("connections"),
    "watch": mark("questions whether there is something new"),
    "get": mark("questions for statements"),
    "find": mark("questions for factors, categories, declarations"),
    "checkpoint": mark("questions how long the log is"),
    "consistency": mark("checks that the log only grew"),
    "inclusion": mark("checks that something is in the log"),
    "blob-fetch": mark("fetching of sealed data"),
    "aggregate": mark("fetching of a total"),
    "bundle": mark("fetching of a certificate"),
    "revocation": mark("ends of earlier enrolments"),
    "category": mark("product categories"),
    "factor": mark("emission factors"),
    "review": mark("experts' opinions"),
    "publication": mark("publications"),
    "return": mark("returns to providers"),
    "retirement": mark("retirements"),
    "roster": mark("rosters"),
    "certificate": mark("certificates"),
    "dispute": mark("disputes"),
    "mask_opening": mark("opened masks"),
    "key_opening": mark("opened mask keys"),
    "vector_opening": mark("opened shares"),
    "seal_opening": mark("opened seals"),
    "opening_request": mark("verifiers' requests"),
    "opening_answer": mark("answers to verifiers"),
    "verification": mark("verifiers' findings"),
    "void": mark("ends without a result"),
    "renewal": mark("renewals of the certificate"),
    "rotation": mark("replacements of the keys"),
    "company-login": mark("sign-ins through the company"),
    "blob-state": mark("questions how much has arrived"),
    "citations": mark("questions how often factors were cited"),
    "refused": mark("fetching of what was refused"),
    "pact-token": mark("tokens for partners"),
    "pact-footprints": mark("footprints for partners"),
    "pact-event": mark("answers to partners' events"),
    "pact-refusal": mark("refusals at the partners' door"),
    "pact-sign-in": mark("sign-ins at partners"),
    "pact-published": mark("news for partners"),
    "pact-fulfilled": mark("answers to partners' requests"),
    "pact-rejected": mark("refusals of partners' requests"),
}
"""Every kind of the ledger in words."""


Row = tuple[Cell | str | int, ...]
FILTERED = "egress-filtered"
HOLDING = "holding"
"""What the page shows when nothing else is asked for: every kind but these."""
EMPTY = QUESTIONS | {"connection"}
"""Kinds that hold nothing of this organisation's but the certificate by which it is known."""
LOGGED = frozenset(
    {
        "declaration",
        "enrolment",
        "revocation",
        "category",
        "factor",
        "review",
        "verification",
        "publication",
        "return",
        "retirement",
    }
)
"""Kinds of statements that are meant for everyone; what only asks for one, with a token, is no statement."""

CAPTIONS = {
    HOLDING: mark("What left and holds something of yours, newest first"),
    "": mark("Everything that left, newest first"),
}
"""What stands over the table; the second over one kind alone as well."""

_DAY = 24 * 3600


class Asked(BaseModel):
    """The filter as the form gives it: days are the reader's, whose clock is so many minutes `ahead` of UTC."""

    to: str = ""
    kind: str = HOLDING
    since: str = ""
    until: str = ""
    ahead: int = Field(0, ge=-MOST_AHEAD, le=MOST_AHEAD)


def add_egress(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.get("/egress")
    def egress(visit: Reader, asked: Annotated[Asked, Query()]) -> Response:
        store, kind = desk.node.store, asked.kind
        named, without = ("", EMPTY) if kind == HOLDING else (kind[:32], frozenset[str]())
        to, roles = asked.to.strip()[:200], _roles(visit, desk.node)
        wanted = Filter(
            since=begin_of_day(asked.since, asked.ahead),
            until=begin_of_day(asked.until, asked.ahead, _DAY),
            to=to,
            or_to=frozenset(one for one, role in roles.items() if to.casefold() in role.casefold()),
            or_for=find_purposes(desk.node, to) if to else None,
            kind=named,
            without=without,
        )
        words = _filtered_by(visit, asked)
        part = visit.slice(FILTERED if words else "egress", int)
        rows, further = part.cut(list_newest_egress(store, wanted, part), _place)
        named_for = name_addressees(desk.node, {row["purpose"] for row in rows})
        shown = [_row(visit, row, roles, named_for.get(row["purpose"])) for row in rows]
        table = _table(visit, (words, kind), shown, further)
        return visit.page(
            "egress.html",
            [table],
            asked=asked,
            kinds=[(one, visit.say(KINDS.get(one, one))) for one in list_egress_kinds(store)],
        )

    @app.get("/egress/wire")
    def wire(visit: Reader) -> Response:
        part, roles = visit.slice("wire", int), _roles(visit, desk.node)
        rows, further = part.cut(list_newest_wire(desk.node.store, part), _place)
        told = [{**row, "receiver": _at_door(visit, row["receiver"], roles)} for row in rows]
        return visit.page("wire.html", [_wire(visit, told, further)])


def _roles(visit: Visit, node: Node) -> dict[str, str]:
    """Whose doors these addresses are, in words."""
    identity = node.identity
    roles = {identity.authority or "": visit.say("Enrolment authority")}
    return {
        one: role for one, role in (roles | {identity.coordinator: visit.say("Coordinator")}).items() if one
    }


def _place(row: dict[str, Any]) -> tuple[int]:
    return (int(row["id"]),)


def _filtered_by(visit: Visit, asked: Asked) -> str:
    """What the ledger is filtered by, in words; "" where it is shown whole, or as it is shown at first."""
    kind = asked.kind if asked.kind not in (HOLDING, "") else ""
    told = (
        (visit.say("Kind"), visit.say(KINDS.get(kind, kind)) if kind else ""),
        (visit.say("To whom"), asked.to.strip()),
        (visit.say("Since"), asked.since),
        (visit.say("Up to the day"), asked.until),
    )
    return visit.marks.comma.join(f"{name} {value}" for name, value in told if value)


def _table(visit: Visit, asked: tuple[str, str], rows: list[Row], further: str) -> Table:
    """The ledger as it was asked for; a filtered one is called so, on the page and as a file."""
    words, kind = asked
    caption = visit.say(CAPTIONS[kind if kind == HOLDING else ""])
    if words:
        caption = visit.say("Filtered by: %(filter)s. %(caption)s", filter=words, caption=caption)
        empty = visit.say("No row matches this filter.")
    else:
        empty = visit.say("Nothing left so far.")
    columns = (
        Column(visit.say("No."), "number"),
        Column(visit.say("When"), "time"),
        Column(visit.say("To whom")),
        Column(visit.say("For whom")),
        Column(visit.say("What it holds")),
        Column(visit.say("Can anyone read a number from it?")),
        Column(visit.say("Size"), "size"),
        Column("SHA-256", "id"),
    )
    return Table(FILTERED if words else "egress", caption, columns, rows, empty, further=further)


def _row(visit: Visit, row: dict[str, Any], roles: Mapping[str, str], meant: Addressee | None) -> Row:
    holds = row["holds_zh"] if visit.language == "zh" else row["holds_en"]
    answer = who_can_read(row["kind"], row["holds_en"]).say(visit.language)
    return (
        row["id"],
        row["at"],
        _at_door(visit, row["receiver"], roles),
        _say_addressee(visit, row["kind"] in LOGGED and bool(row["purpose"]), meant),
        Cell(holds, note=row["kind"]),
        answer,
        row["size"],
        row["sha256"],
    )


def _at_door(visit: Visit, address: str, roles: Mapping[str, str]) -> str:
    """An address, and whose door that is."""
    role = roles.get(address, "")
    return f"{role}{visit.marks.comma}{address}" if role else address


def _say_addressee(visit: Visit, is_logged: bool, meant: Addressee | None) -> str:
    if meant is None:
        return visit.say("public: it goes into the log") if is_logged else ""
    company = meant.company.say(visit.language)
    products = visit.marks.between.join(meant.name_products(visit.language))
    if not products:
        return company
    return visit.say("%(company)s, about %(products)s", company=company, products=products)


def _wire(visit: Visit, rows: list[dict[str, Any]], further: str) -> Table:
    columns = (
        Column(visit.say("No."), "number"),
        Column(visit.say("When"), "time"),
        Column(visit.say("To whom")),
        Column(visit.say("Belongs to no."), "number"),
        Column(visit.say("Call")),
        Column(visit.say("Size"), "size"),
        Column("SHA-256", "id"),
    )
    names = ("id", "at", "receiver", "parcel", "method", "size", "sha256")
    lines = [[row[name] for name in names] for row in rows]
    caption, empty = visit.say("Every message, byte for byte"), visit.say("Nothing left so far.")
    return Table("wire", caption, columns, lines, empty, further=further)

"""What was not accepted from whom: newest first, of everybody or of one company; and each refusal by itself.

The one fact: the name of the check and what it found stay beside the words, since by them anybody repeats the check.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import FastAPI, Query
from starlette.responses import Response

from coordinator.console.finding import ID_START
from coordinator.console.naming import kind_name, name_subject, party_cell
from coordinator.console.paging import rows_wanted
from coordinator.console.roles import Operator
from coordinator.console.saying import has_locked, say_payload
from coordinator.outcomes import MALFORMED
from coordinator.service import Service
from coordinator.store.contract import RefusedEnvelope
from operation.checks import CHECKS
from operation.refusals import say_words
from protocol.errors import Refused
from protocol.library import is_same_entity
from web.languages import mark
from web.paging import Cursor, make_cursor, parse_cursor
from web.tables import Cell, Column, Table
from web.visits import Visit

NONE = mark(
    "Nothing that was not accepted is kept here. A row would say which company handed in what, which check it failed, "
    "in words, and what the company was told."
)
Words = Annotated[str, Query(max_length=200)]


def add_refusal_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/refusals")
    def refusals(visit: Operator, before: Cursor = "", company: Words = "") -> Response:
        place, asked, words = parse_cursor(before, int, str), rows_wanted(visit), company.strip()
        readers = service.enrolled.entities(words) if words else None
        if not readers and _is_refused(service, words.casefold()):
            return visit.go(f"/find?{urlencode({'q': words})}")
        since = None if place is None else (int(place[0]), str(place[1]))
        found = service.stores.ledger.refused(asked, since, readers)
        further = make_cursor(found[-1].refused_at, found[-1].id) if len(found) == asked else ""
        empty = (
            visit.say("Nothing of this company, and nothing with this id, is kept here.")
            if words
            else visit.say(NONE)
        )
        table = _list(visit, service, found, empty)
        malformed = service.gateway.outcomes.counts().get((MALFORMED, "refused"), 0)
        return visit.page(
            "refusals.html",
            [table],
            further=further,
            company=words,
            malformed=malformed,
            has_own=any(_is_own(service, one) for one in found),
        )

    @app.get("/refusals/{statement}")
    def refusal(visit: Operator, statement: str) -> Response:
        """One of them: which check it failed, and what it says."""
        kept = service.stores.ledger.refused_envelope(statement)
        if kept is None:
            raise Refused(
                "unknown",
                f"no refused envelope {statement[:64]} is kept here; floods, what nobody signed who may, and what may "
                "still pass later are only counted: see the overview page or the metrics",
            )
        fields = _read(kept)
        return visit.page(
            "refusal.html",
            [say_payload(visit, service, fields)],
            refused=kept,
            title=_name(visit, service, fields),
            signer=_signer_cell(visit, service, kept),
            is_own=_is_own(service, kept),
            check=_check_cell(visit, kept.check),
            told=_message_cell(visit, kept.message),
            is_logged=service.stores.log.statement(statement) is not None,
            payload=json.dumps(fields, ensure_ascii=False, indent=2),
            has_locked=has_locked(fields),
        )


def _is_refused(service: Service, words: str) -> bool:
    """Whether an envelope that is kept has this id or beginning of one."""
    return bool(ID_START.fullmatch(words) and service.stores.ledger.refused_beginning(words, 1))


def _list(visit: Visit, service: Service, found: list[RefusedEnvelope], empty: str) -> Table:
    columns = (
        Column(visit.say("Turned away"), "time"),
        Column(visit.say("Signed by")),
        Column(visit.say("What it is")),
        Column(visit.say("Check that failed")),
        Column(visit.say("What its sender was told")),
        Column(visit.say("Statement"), "id"),
    )
    rows = [
        (
            one.refused_at,
            _signer_cell(visit, service, one),
            _name(visit, service, _read(one)),
            _check_cell(visit, one.check),
            _message_cell(visit, one.message),
            Cell(one.id, visit.url(f"/refusals/{one.id}")),
        )
        for one in found
    ]
    return Table(
        "refusals",
        visit.say("Statements that were not accepted, newest first"),
        columns,
        rows,
        empty,
    )


def _is_own(service: Service, kept: RefusedEnvelope) -> bool:
    """Whether the operator's own legal entity signed it, as `sealsum coordinator publish` does."""
    return is_same_entity(kept.signer, service.folder.party.enrolment.id, service.gateway.record)


def _signer_cell(visit: Visit, service: Service, kept: RefusedEnvelope) -> Cell:
    cell = party_cell(visit, service, kept.signer)
    return replace(cell, note=visit.say("yourselves")) if _is_own(service, kept) else cell


def _read(kept: RefusedEnvelope) -> dict[str, Any]:
    """What the kept envelope says; nothing where that cannot be read, for which it may have been refused."""
    try:
        fields = json.loads(base64.b64decode(json.loads(kept.data)["payload"]))
    except (ValueError, KeyError, TypeError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _name(visit: Visit, service: Service, fields: dict[str, Any]) -> str:
    """The kind of a statement, and the product, model, factor or calculation that it is about."""
    name = fields.get("product_name") or fields.get("name_zh" if visit.language == "zh" else "name_en")
    asked = service.gateway.record.get(str(fields.get("request", "")))
    match fields.get("models"):
        case [{"model": str(model)}, *_]:
            name = model
    if not name and asked is not None:
        name = name_subject(visit, service, asked)
    kind = kind_name(visit, str(fields.get("type", "")))
    return f"{kind} · {name}" if isinstance(name, str) and name else kind


def _check_cell(visit: Visit, check: str) -> Cell:
    """A check in words, with its name below."""
    words = (
        CHECKS[check].say(visit.language)
        if check in CHECKS
        else visit.say("a check without words of its own")
    )
    return Cell(words, note=visit.say("the check's name: %(name)s", name=check))


def _message_cell(visit: Visit, message: str) -> Cell:
    """What the check found, in the reader's language where a pattern knows it, the words themselves below."""
    if visit.language == "en":
        return Cell(message)
    said = say_words(message)
    if said is None:
        return Cell(visit.say("in the program's own words: %(message)s", message=message))
    return Cell(said, note=message)

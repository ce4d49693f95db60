"""The log: its newest statements, of every kind or of one, of everybody or of one company, page by page; and any
statement with its proof.

The one fact: what a browser checks it computes itself, from the leaf's bytes up to the signed root; the page only
brings the hashes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from coordinator.console.naming import (
    KINDS,
    find_enrolment,
    find_revocation,
    kind_name,
    party_cell,
    party_name,
    statement_cell,
)
from coordinator.console.paging import END, cut, first_since, rows_wanted
from coordinator.console.participant import Starts, list_doings
from coordinator.console.participants import ROLES
from coordinator.console.roles import OPERATOR, Auditor
from coordinator.console.saying import has_locked, say_payload
from coordinator.journal import Head
from coordinator.service import Service
from coordinator.store.contract import StoredStatement
from crypto.merkle import leaf_hash
from crypto.note import parse_checkpoint, split_note
from protocol.errors import Refused
from protocol.payloads import Enrolment
from protocol.statements import encode_leaf, parse_statement
from web.numbers import begin_of_day
from web.tables import Column, Table
from web.visits import Visit

DAY = 86400


class Asked(BaseModel):
    """The filter as the form gives it, days being the reader's, and the leaf below which the page begins."""

    kind: str = Field("", max_length=32)
    company: str = Field("", max_length=200)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)
    before: int = Field(END, ge=0, le=END)


def add_log_pages(app: FastAPI, service: Service) -> None:
    """Add the pages."""

    @app.get("/log")
    def log(visit: Auditor, asked: Annotated[Asked, Query()]) -> Response:
        """The newest statements, of a kind, of a company, of the days from `since` up to and with `until`."""
        table, further = _list(visit, service, asked)
        return visit.page(
            "log.html",
            [table],
            version=str(_size(service)),
            kinds=[(name, kind_name(visit, name)) for name in KINDS],
            asked=asked,
            ahead=visit.ahead,
            further=further,
            is_newest=asked.before == END and not (asked.since or asked.until),
        )

    @app.get("/log/live")
    def live(visit: Auditor, asked: Annotated[Asked, Query()]) -> Response:
        """The newest of them while somebody looks."""
        version = str(_size(service))
        return visit.live("log_live.html", version, lambda: [_list(visit, service, asked)[0]], asked=asked)

    @app.get("/statements/{statement}")
    def statement(visit: Auditor, statement: str, starts: Annotated[Starts, Query()]) -> Response:
        """One statement; of an enrolment also what its party did, and where the page of each list begins."""
        stored = service.stores.log.statement(statement)
        head = service.journal.head
        if stored is None or stored.index >= head.frontier.size:
            raise Refused("unknown", f"the log has no statement {statement[:64]}")
        payload = parse_statement(stored.data).payload
        fields = payload.model_dump(mode="json")
        doings, further = (
            list_doings(visit, service, stored.id, starts) if isinstance(payload, Enrolment) else ([], {})
        )
        return visit.page(
            "statement.html",
            [say_payload(visit, service, fields), *doings],
            payload=json.dumps(fields, ensure_ascii=False, indent=2),
            has_locked=has_locked(fields),
            may_see_refusals=OPERATOR in visit.account.roles,
            **_shown(visit, service, stored, head),
            **further,
        )


def _size(service: Service) -> int:
    return service.journal.head.frontier.size


def _leaves(visit: Visit, service: Service, asked: Asked) -> range:
    """The leaves that were logged on these days of the reader's clock; an empty day sets no bound."""
    log, size = service.stores.log, _size(service)
    first = first_since(log, size, begin_of_day(asked.since, visit.ahead)) if asked.since else 0
    end = first_since(log, size, begin_of_day(asked.until, visit.ahead, DAY)) if asked.until else size
    return range(first, end)


def _list(visit: Visit, service: Service, asked: Asked) -> tuple[Table, int | None]:
    """The statements of a page, and the leaf below which the next one begins; None when this is the last."""
    words, leaves = asked.company.strip(), _leaves(visit, service, asked)
    readers = service.enrolled.entities(words) if words else None
    kind, end = asked.kind if asked.kind in KINDS else None, min(asked.before, leaves.stop)
    found = service.stores.log.newest(kind, end, rows_wanted(visit) + 1, readers)
    rows, more = cut(visit, [row for row in found if row.index >= leaves.start], 0)
    empty = (
        visit.say("Nobody with this name, legal entity or enrolment takes part.")
        if readers == frozenset()
        else visit.say("There are none.")
    )
    return _table(visit, service, rows, empty), None if more is None else rows[-1].index


def _table(visit: Visit, service: Service, rows: Sequence[StoredStatement], empty: str) -> Table:
    columns = (
        Column(visit.say("Log number"), "number"),
        Column(visit.say("Logged"), "time"),
        Column(visit.say("Statement"), "id"),
        Column(visit.say("Kind")),
        Column(visit.say("Signed by")),
    )
    shown = [
        (
            row.index,
            row.logged_at,
            statement_cell(visit, row.id),
            kind_name(visit, row.kind),
            party_cell(visit, service, row.signer),
        )
        for row in rows
    ]
    return Table("log", visit.say("Statements, newest first"), columns, shown, empty)


def _shown(visit: Visit, service: Service, stored: StoredStatement, head: Head) -> dict[str, Any]:
    """Everything about one statement, and what a browser needs to check its place."""
    checkpoint = parse_checkpoint(split_note(head.note)[0])
    leaf = encode_leaf(stored.id, stored.data, stored.logged_at)
    proof = service.journal.prove(stored.index, checkpoint.size)
    return {
        "statement": stored,
        "kind": kind_name(visit, stored.kind),
        "signer": party_cell(visit, service, stored.signer),
        "about": _about(visit, service, stored),
        "envelope_bytes": len(stored.data),
        "leaf": leaf_hash(leaf).hex(),
        "checkpoint": head.note,
        "task": json.dumps(
            {
                "leaf": base64.b64encode(leaf).decode(),
                "envelope": base64.b64encode(stored.data).decode(),
                "index": stored.index,
                "size": checkpoint.size,
                "root": checkpoint.root.hex(),
                "proof": [node.hex() for node in proof],
            }
        ),
    }


def _about(visit: Visit, service: Service, stored: StoredStatement) -> dict[str, Any] | None:
    """Of an enrolment: whom it names, and whether it counts."""
    found = find_enrolment(service, stored.id) if stored.kind == "enrolment" else None
    if found is None:
        return None
    return {
        "name": party_name(visit, service, stored.id),
        "legal_entity": found.legal_entity,
        "roles": [ROLES[role] for role in found.entity_roles],
        "ended": find_revocation(service, stored.id),
    }

"""The console's REST API under /console/api/v1: what its pages show, for programs of whoever has an account.

The one fact: it only reads. A token's scopes are cut by its account's roles, and a verifier's work is its own only.
"""

from __future__ import annotations

import base64
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, Field

from coordinator.console.library_calls import REVIEWS, SUBMISSIONS, make_library_calls
from coordinator.console.naming import find_revocation
from coordinator.console.overview import read_status
from coordinator.console.paging import END
from coordinator.console.roles import EXPERT, OPERATOR, PROVIDER, VERIFIER
from coordinator.console.verifier_work import Work, read_work, signed_by
from coordinator.doctor import examine_serving
from coordinator.record import read_fields
from coordinator.service import Service
from coordinator.short_ids import PATTERN, SHORTEST, choose_id, is_short
from coordinator.store.contract import CalculationState, StoredStatement
from protocol.errors import Refused
from protocol.statements import parse_statement
from web.granting import Grants
from web.openapi import add_description, describe_api, looking, routes_of
from web.paging import Cursor, Limit, PageOf, make_cursor, parse_cursor
from web.tokens import Caller

API = "/api/v1"
STATUS, LOG, WORK = "status", "log", "work"
SCOPES = MappingProxyType(
    {
        STATUS: "how the coordinator does, who takes part, what was refused",
        LOG: "calculations and statements of the log",
        WORK: "the verifier's own questions and how far each has come",
        SUBMISSIONS: "the provider's own submissions and how far each has come",
        REVIEWS: "what waits for the expert's opinion, and what it wrote about",
    }
)
GRANTS = Grants(
    tuple(SCOPES),
    MappingProxyType(
        {OPERATOR: (STATUS, LOG), VERIFIER: (LOG, WORK), PROVIDER: (SUBMISSIONS,), EXPERT: (REVIEWS,)}
    ),
)
Watching = Annotated[Caller, looking(STATUS, OPERATOR)]
Auditing = Annotated[Caller, looking(LOG, OPERATOR, VERIFIER)]
Verifying = Annotated[Caller, looking(WORK, VERIFIER)]
Id = Annotated[
    str,
    Field(
        pattern=PATTERN,
        description=f"The statement's id, or its first {SHORTEST} digits or more where no other begins so.",
    ),
]


class Status(BaseModel):
    """How the coordinator does. `logged`, `repeated`, `refused`, `again`: submissions since this process started; of
    those refused, `malformed` are no statement."""

    size: int
    root: str
    signed_at: int
    logged_within_a_day: int
    logged_within_an_hour: int
    takes_submissions: bool
    logged: int
    repeated: int
    refused: int
    malformed: int
    again: int
    nodes_listening: int
    witnesses: int
    cosigned: int | None
    open_calculations: dict[str, int]
    database: str
    free_bytes: int


class Checked(BaseModel):
    """One thing that was looked over: good, warning or bad, what was found, what to do."""

    check: str
    verdict: str
    found: str
    advice: str


class Participant(BaseModel):
    """An enrolment, and whether it counts: `revoked_at` and the authority's reason are null where it does."""

    enrolment: str
    since: int
    name_zh: str
    name_en: str
    legal_entity: str
    parent: str
    roles: list[str]
    revoked_at: int | None
    revoked_because: str | None


class Refusal(BaseModel):
    """A refused statement: the check that failed, and what its sender was told."""

    id: str
    refused_at: int
    signer: str
    check: str
    message: str


class Entry(BaseModel):
    """A statement's place in the log."""

    id: str
    kind: str
    index: int
    logged_at: int
    signer: str
    calculation: str | None


class Statement(Entry):
    """A statement: what was signed, and the signed envelope itself (base64)."""

    payload: dict[str, Any]
    envelope: str


class CalculationFields(BaseModel):
    """A calculation: who asked for which models, and where it stands; `deadline` is null when it is over."""

    request: str
    asked_at: int
    requester: str
    models: list[str]
    entries: int
    phase: str
    deadline: int | None


class CalculationSteps(CalculationFields):
    """The same with every statement of it, in the order of the log."""

    steps: list[Entry]


class WorkFields(BaseModel):
    """A verifier's question: asked, refused, opened or signed; `finding` is what was signed on it last."""

    id: str
    asked_at: int
    declaration: str
    owner: str | None
    product: str
    lines: int
    records: int
    state: str
    reason: str
    finding: str | None


def make_calls(service: Service) -> tuple[APIRouter, ...]:
    """The calls, all under /api/v1 of the console."""
    return (
        _status_calls(service),
        _log_calls(service),
        _work_calls(service),
        make_library_calls(service, API),
    )


def add_api(app: FastAPI, service: Service) -> None:
    """Add the API and its OpenAPI to the console."""
    routers = make_calls(service)
    for router in routers:
        app.include_router(router)

    @cache
    def document() -> dict[str, Any]:
        summary = "What the console's pages show, for programs."
        return describe_api("Sealsum console", summary, routes_of(routers), SCOPES)

    add_description(app, API, document)


def _status_calls(service: Service) -> APIRouter:
    router = APIRouter(prefix=API, tags=["status"])

    @router.get("/status")
    def status(caller: Watching) -> Status:
        """Log head, submissions, listening nodes, witnesses, open calculations, storage."""
        return Status(**read_status(service, caller.visit.now))

    @router.get("/health")
    def health(caller: Watching) -> list[Checked]:
        """Look the coordinator over, as `sealsum coordinator doctor` does."""
        found = examine_serving(service.folder, service.stores, caller.visit.now, "en")
        return [Checked(**one.as_fields()) for one in found]

    @router.get("/participants")
    def participants(caller: Watching, limit: Limit = 100, cursor: Cursor = "") -> PageOf[Participant]:
        """List enrolments, newest first, and whether each counts."""
        rows, following = _page(service, "enrolment", limit, cursor)
        return PageOf(items=[_participant(service, row) for row in rows], next=following)

    @router.get("/refusals")
    def refusals(caller: Watching, limit: Limit = 100, cursor: Cursor = "") -> PageOf[Refusal]:
        """List refused statements, newest first."""
        place = parse_cursor(cursor, int, str)
        before = None if place is None else (int(place[0]), str(place[1]))
        found = service.stores.ledger.refused(limit + 1, before)
        items = [
            Refusal(
                id=one.id, refused_at=one.refused_at, signer=one.signer, check=one.check, message=one.message
            )
            for one in found[:limit]
        ]
        last = found[limit - 1] if len(found) > limit else None
        return PageOf(items=items, next=None if last is None else make_cursor(last.refused_at, last.id))

    return router


def _log_calls(service: Service) -> APIRouter:
    router = APIRouter(prefix=API, tags=["log"])

    @router.get("/calculations")
    def calculations(caller: Auditing, limit: Limit = 100, cursor: Cursor = "") -> PageOf[CalculationFields]:
        """List calculations, newest first."""
        rows, following = _page(service, "request", limit, cursor)
        states = service.stores.log.calculations([row.id for row in rows])
        items = [CalculationFields(**_calculation(row, states[row.id])) for row in rows]
        return PageOf(items=items, next=following)

    @router.get("/calculations/{request}")
    def calculation(caller: Auditing, request: Id) -> CalculationSteps:
        """One calculation, with every statement of it."""
        row = _statement(service, request)
        state = service.stores.log.calculation(row.id)
        if state is None:
            raise Refused("unknown", f"{request} is no calculation")
        steps = [_entry(one) for one in service.stores.log.calculation_statements(row.id)]
        return CalculationSteps(**_calculation(row, state), steps=steps)

    @router.get("/statements")
    def statements(
        caller: Auditing,
        kind: Annotated[str, Query(max_length=32, description="Of this kind only.")] = "",
        limit: Limit = 100,
        cursor: Cursor = "",
    ) -> PageOf[Entry]:
        """List statements of the log, newest first."""
        rows, following = _page(service, kind or None, limit, cursor)
        return PageOf(items=[_entry(row) for row in rows], next=following)

    @router.get("/statements/{statement_id}")
    def statement(caller: Auditing, statement_id: Id) -> Statement:
        """One statement, exactly as it was signed; /log/proof has its place in the tree."""
        row = _statement(service, statement_id)
        payload = parse_statement(row.data).payload.model_dump(mode="json")
        envelope = base64.b64encode(row.data).decode()
        return Statement(**_entry(row).model_dump(), payload=payload, envelope=envelope)

    return router


def _work_calls(service: Service) -> APIRouter:
    router = APIRouter(prefix=API, tags=["work"])

    @router.get("/work")
    def work(caller: Verifying, limit: Limit = 100, cursor: Cursor = "") -> PageOf[WorkFields]:
        """List your questions to owners, newest first, and how far each has come."""
        party = caller.account.party
        if party is None:
            raise Refused("party", "this account speaks for no organisation; the operator names one")
        asked = signed_by(service, party, ("opening_request", _before(cursor), limit + 1))
        items = [_work(one) for one in read_work(service, asked[:limit])]
        following = make_cursor(asked[limit - 1].index) if len(asked) > limit else None
        return PageOf(items=items, next=following)

    return router


def _work(work: Work) -> WorkFields:
    return WorkFields(
        id=work.question.id,
        asked_at=work.question.logged_at,
        declaration=work.declaration,
        owner=work.owner,
        product=work.product,
        lines=len(work.lines),
        records=len(work.records),
        state=work.state,
        reason=work.reason,
        finding=work.finding,
    )


def _before(cursor: str) -> int:
    place = parse_cursor(cursor, int)
    return END if place is None else int(place[0])


def _page(
    service: Service, kind: str | None, limit: int, cursor: str
) -> tuple[list[StoredStatement], str | None]:
    """The statements of one page, newest first, and the cursor of the next; what the signed tree covers only."""
    before = min(_before(cursor), service.journal.head.frontier.size)
    rows = service.stores.log.newest(kind, before, limit + 1)
    return rows[:limit], make_cursor(rows[limit - 1].index) if len(rows) > limit else None


def _statement(service: Service, statement_id: str) -> StoredStatement:
    log = service.stores.log
    if is_short(statement_id):
        statement_id = choose_id(statement_id, [one.id for one in log.beginning(statement_id, 2)])
    stored = log.statement(statement_id)
    if stored is None or stored.index >= service.journal.head.frontier.size:
        raise Refused("unknown", f"the log has no statement {statement_id}")
    return stored


def _entry(row: StoredStatement) -> Entry:
    return Entry(
        id=row.id,
        kind=row.kind,
        index=row.index,
        logged_at=row.logged_at,
        signer=row.signer,
        calculation=row.calculation,
    )


def _participant(service: Service, row: StoredStatement) -> Participant:
    fields, ended = read_fields(row), find_revocation(service, row.id)
    return Participant(
        enrolment=row.id,
        since=row.logged_at,
        name_zh=fields["name_zh"],
        name_en=fields["name_en"],
        legal_entity=fields["legal_entity"],
        parent=fields["parent"],
        roles=list(fields["entity_roles"]),
        revoked_at=None if ended is None else ended.at,
        revoked_because=None if ended is None else ended.reason,
    )


def _calculation(row: StoredStatement, state: CalculationState) -> dict[str, Any]:
    fields = read_fields(row)
    return {
        "request": row.id,
        "asked_at": row.logged_at,
        "requester": row.signer,
        "models": [model["model"] for model in fields["models"]],
        "entries": len(fields["entries"]),
        "phase": state.phase,
        "deadline": state.deadline,
    }

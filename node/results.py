"""Pack results that a verifier may say its opinion on: found by model, pack maker or the beginning of an id.

The one fact: a verifier's watch brings every calculation, so what is found is what this node has seen.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from node.library import fetch_kinds
from node.organisation import Node
from node.store.tables import STATEMENTS
from protocol.errors import NetworkError, PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Declaration, Enrolment, Request, Result
from protocol.statements import Logged

SHORTEST_ID = 4
"""Characters of an id that are no word."""
_KEPT = "results"


@dataclass(frozen=True, slots=True)
class FoundResult:
    """A logged result: of which calculation, its models with their kgCO2e per kWh, and who published it."""

    id: str
    index: int
    logged_at: int
    request: str
    models: tuple[tuple[str, str], ...]
    maker: Enrolment
    text: str = field(init=False, repr=False)
    """By which it is found: models and maker, in casefold."""

    def __post_init__(self) -> None:
        maker = (self.maker.name_zh, self.maker.name_en, self.maker.legal_entity)
        object.__setattr__(self, "text", " ".join((self.names, *maker)).casefold())

    @property
    def names(self) -> str:
        """Its models, as one names them."""
        return ", ".join(model for model, _ in self.models)

    def has(self, word: str) -> bool:
        """Whether models and maker have this word, or an id begins so; `word` in casefold."""
        if word in self.text:
            return True
        return len(word) >= SHORTEST_ID and (self.id.startswith(word) or self.request.startswith(word))


@dataclass(slots=True)
class _Read:
    """What one process has read of them, by id in log order, and up to which row of the store; each is read once."""

    found: dict[str, FoundResult] = field(default_factory=dict)
    row: int = 0


def find_results(node: Node, text: str) -> list[FoundResult]:
    """The results that this node has seen and that have all that was typed, newest first."""
    read: _Read = node.kept.setdefault(_KEPT, _Read())
    with suppress(NetworkError):  # what is missing of them is read when the coordinator answers again
        _read_on(node, read)
    found = list(read.found.values())[::-1]
    for word in text.casefold().split():
        found = [one for one in found if one.has(word)]
    return found


def _read_on(node: Node, read: _Read) -> None:
    with node.keeping:
        arrived, row = node.record.of_kind_since("result", read.row)
        node.record.need({one.payload.by for one in arrived})
        fresh = []
        for logged in arrived:
            with suppress(PeerError):
                fresh.append(read_result(node, logged))
        if fresh:
            both = sorted((*read.found.values(), *fresh), key=lambda one: one.index)
            read.found = {one.id: one for one in both}
        read.row = row


def read_result(node: Node, logged: Logged) -> FoundResult:
    """A logged result with the models of its request; PeerError when it is none, or its request is not there."""
    payload = logged.payload
    if not isinstance(payload, Result):
        raise PeerError("result", f"{logged.id} is no result")
    models = (unit.model for unit in request_of(node, payload).models)
    figures = (one.figures.per_kwh for one in payload.models)
    pairs = tuple(zip(models, figures, strict=True))
    maker = enrolment_of(payload.by, node.record)
    return FoundResult(logged.id, logged.index, logged.logged_at, payload.request, pairs, maker)


def request_of(node: Node, result: Result) -> Request:
    """The request that a result answers; PeerError when it is not there."""
    found = node.record.get(result.request)
    if found is None or not isinstance(found.payload, Request):
        raise PeerError("result", f"the request {result.request} of this result is not here")
    return found.payload


def resolve_subject(node: Node, name: str) -> Logged:
    """The declaration or result with this id, the result of the calculation with this id, or the only one that begins
    so; Refused("subject")."""
    if len(name) == 64:
        node.record.need([name])
    found = _begin_with(node, name)
    if not found and len(name) < 64:
        with suppress(NetworkError):
            fetch_kinds(node, ("declaration",))
        found = _begin_with(node, name)
    if len(found) > 1:
        raise Refused(
            "subject", f"{len(found)} declarations and results begin with {name!r}; name more of it"
        )
    logged = node.record.get(found[0]) if found else None
    if logged is None:
        raise Refused(
            "subject",
            f"{name!r} is neither a declaration nor a result nor a calculation with a result; the calculation's id "
            "stands on its certificate, and `sealsum verifier results` lists what there is",
        )
    return logged


def _begin_with(node: Node, name: str) -> list[str]:
    """The ids of at most two that are meant."""
    if len(name) < SHORTEST_ID:
        raise Refused("subject", f"expected an id, or {SHORTEST_ID} or more of its first characters")
    table = STATEMENTS.c
    meant = and_(
        table.kind.in_(("declaration", "result")),
        or_(
            table.id.startswith(name, autoescape=True),
            and_(table.kind == "result", table.calculation.startswith(name, autoescape=True)),
        ),
    )
    with node.store.read() as connection:
        return list(connection.execute(select(table.id).where(meant).limit(2)).scalars())


def declarations_in(node: Node, subject: Logged) -> tuple[str, ...]:
    """The declarations that a declaration or result is about, as its request orders them."""
    if isinstance(subject.payload, Declaration):
        return (subject.id,)
    assert isinstance(subject.payload, Result)
    return tuple(entry.declaration for entry in request_of(node, subject.payload).entries)

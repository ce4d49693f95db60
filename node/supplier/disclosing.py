"""What this node weighs before it takes part: the request and every earlier one it took part in. Protocol 9.

The one fact: what section 9 counts of a request is written down once, when the request is taken in, so a thousand
earlier ones are read without opening one of them again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import Connection, func, insert, select

from method.category import QUANTITY_UNIT
from node.organisation import Node
from node.store.tables import ASKED, INBOX, OUTGOING, STATEMENTS
from node.supplier.questions import describe_request, word_cells, word_question
from node.supplier.states import APPROVED
from protocol.disclosure import (
    Asked,
    Case,
    Earlier,
    Seat,
    expected_sizes,
    find_questions,
    list_cells,
    list_held,
    read_asked,
)
from protocol.library import enrolment_of, published_category
from protocol.payloads import Request
from protocol.requesting import QuantityOpening, declaration_of
from protocol.statements import Logged

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Review:
    """What the owner reads before answering, and by name what a policy must accept to answer instead."""

    findings: tuple[str, ...]
    asks: tuple[str, ...]


def review(node: Node, request: Logged, entry: int, quantities: Sequence[QuantityOpening]) -> Review:
    """Weigh one of this node's entries by section 9, as of now and by this node's own clock."""
    asked = keep_asked(node, request)
    payload = request.payload
    assert isinstance(payload, Request)
    case = Case(asked, entry, _expected(node, payload, entry, quantities))
    found = find_questions(case, read_history(node, request.id), node.clock())
    words = [word_question(finding, case.seat.product) for finding in found]
    known = word_cells(list_cells(case), case.seat.stage, asked.totals)
    findings = describe_request(payload, _names(node, payload), known, words)
    return Review(tuple(findings), tuple(sorted({str(finding.question) for finding in found})))


def foresee_again(
    node: Node, request: Logged, entry: int, quantities: Sequence[QuantityOpening]
) -> tuple[tuple[str, ...], int]:
    """By name the questions that the same request would raise if it were asked again, beside all that this node took
    part in; and how many totals of this product its customer has been given, or was promised."""
    payload = request.payload
    assert isinstance(payload, Request)
    case = Case(keep_asked(node, request), entry, _expected(node, payload, entry, quantities))
    history, now = read_history(node), node.clock()
    asks = {str(finding.question) for finding in find_questions(case, history, now)}
    _again, *held = list_held(case, history, now)
    return tuple(sorted(asks)), sum(asked.totals for asked, _ in held)


def _names(node: Node, request: Request) -> tuple[str, str]:
    customer = enrolment_of(request.by, node.record)
    return customer.name_en, customer.legal_entity


def count_beside(node: Node, request: Logged, entry: int) -> tuple[int, int]:
    """How many other companies take part, and how many of them in the stage of this entry."""
    asked = keep_asked(node, request)
    own = asked.seats[entry]
    beside = {seat.entity for seat in asked.seats if seat.stage == own.stage} - {own.entity}
    return len({seat.entity for seat in asked.seats} - {own.entity}), len(beside)


def _expected(
    node: Node, request: Request, entry: int, quantities: Sequence[QuantityOpening]
) -> tuple[tuple[Fraction, ...], ...]:
    """Everybody's expected weight in the model where this node's own is greatest; its own by its true quantity."""
    energies = [Fraction(model.pack_energy_kwh) for model in request.models]
    amounts = [Fraction(opening.quantity, QUANTITY_UNIT) for opening in quantities]
    model = max(range(len(energies)), key=lambda number: amounts[number] / energies[number])
    sizes = list(expected_sizes(request, model, node.record))
    declaration = declaration_of(request.entries[entry].declaration, node.record)
    reference = published_category(declaration.category, node.record).reference
    sizes[entry] = tuple(each * amounts[model] for each in reference)
    return tuple(sizes)


# --- the history -----------------------------------------------------------------------------------


def keep_asked(node: Node, request: Logged) -> Asked:
    """Write down what section 9 counts of a request, once."""
    with node.store.read() as connection:
        row = connection.execute(select(ASKED.c.asked).where(ASKED.c.request == request.id)).scalar()
    if row is not None:
        return _parse(request.id, row)
    asked = read_asked(request, node.record)
    values = {"request": request.id, "asked": _encode(asked)}
    with node.store.write() as connection:
        connection.execute(insert(ASKED).prefix_with("OR IGNORE"), values)
    return asked


def _encode(asked: Asked) -> str:
    seats = [[seat.entity, seat.product, seat.parent, seat.stage, seat.lines] for seat in asked.seats]
    return json.dumps(
        {"customer": asked.customer, "totals": asked.totals, "seats": seats}, ensure_ascii=False
    )


@lru_cache(maxsize=1 << 15)
def _parse(request: str, text: str) -> Asked:
    fields = json.loads(text)
    seats = tuple(
        Seat(entity, product, parent, stage, tuple(lines))
        for entity, product, parent, stage, lines in fields["seats"]
    )
    return Asked(request, fields["customer"], fields["totals"], seats)


def read_history(node: Node, but: str = "") -> list[Earlier]:
    """Every request, but this one, that this node consented to and that has a total or may yet have one.

    A run that ended before this node contributed has no total, and never will.
    """
    with node.store.read() as connection:
        created = {row.calculation: row.created for row in connection.execute(_CONTRIBUTED)}
        counted = {*created, *connection.execute(_APPROVED).scalars()} - {but}
        # Contributions that only the log remembers: when they were made is not known by this node's clock.
        logged = select(STATEMENTS.c.calculation).where(
            STATEMENTS.c.kind == "contribution", STATEMENTS.c.author.in_(node.ids)
        )
        counted |= set(connection.execute(logged).scalars()) - {but}
        rows = _find_asked(connection, sorted(counted))
    kept = [_parse(request, rows[request]) for request in counted if request in rows]
    missing = (node.record.get(request) for request in sorted(counted - set(rows)))
    kept += [keep_asked(node, request) for request in missing if request is not None]
    # In one order whatever the process: of two requests that are equally close it is always the same that is named.
    kept.sort(key=lambda asked: asked.request)
    return [Earlier(asked, created.get(asked.request)) for asked in kept]


def _find_asked(connection: Connection, requests: Sequence[str]) -> dict[str, str]:
    """What was written down of these requests, by their ids."""
    found: dict[str, str] = {}
    for start in range(0, len(requests), _AT_ONCE):
        some = select(ASKED).where(ASKED.c.request.in_(requests[start : start + _AT_ONCE]))
        found |= {row.request: row.asked for row in connection.execute(some)}
    return found


_CONTRIBUTED = (
    select(OUTGOING.c.calculation, func.max(OUTGOING.c.created).label("created"))
    .where(OUTGOING.c.kind == "contribution")
    .group_by(OUTGOING.c.calculation)
)
_APPROVED = select(INBOX.c.request).where(INBOX.c.state == APPROVED)


def history_mark(connection: Connection) -> int:
    """Grows whenever this node consents: what was weighed before counts no longer."""
    return int(connection.execute(select(func.count()).where(OUTGOING.c.kind == "consent")).scalar_one())

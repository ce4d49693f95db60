"""What a request would reveal about a supplier, and what its owner must be asked. Protocol section 9.

The one fact: a total is an equation about unit footprints whose coefficients the customer chose; who stands in it is
public, so every node counts by itself, over this request and over the earlier ones that it took part in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from protocol.declaring import template_of
from protocol.equations import find_tightest
from protocol.library import enrolment_of, published_category
from protocol.payloads import INDICATORS, FunctionalUnit, Request
from protocol.requesting import declaration_of
from protocol.statements import Logged, Record

ENOUGH_PEERS = 3
"""Other groups of companies in a cell; one of them may collude with the customer."""
LINES_PER_TOTAL = 4
LARGEST_SHARE = Fraction(60, 100)
ENOUGH_DIFFERENCE = 3
YEAR_SECONDS = 366 * 24 * 3600

VIEWS = (*INDICATORS, "primary")
"""What totals show: the own stage's total, three indicators over the pack, and the stages less what is secondary."""
PRIMARY = len(INDICATORS)


class Question(StrEnum):
    """What an owner is asked about; a policy accepts each by this name."""

    FEW_PEERS = "few-peers"
    FEW_LINES = "few-lines"
    DOMINANCE = "dominance"
    FURTHER_TOTAL = "further-total"
    DIFFERENCING = "differencing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question with its numbers. `view` is one of VIEWS; which numbers count depends on the question:

    few-peers: `found` peers. few-lines: `found` lines of peers, `totals` of cells that the customer will hold.
    dominance: `found` percent. further-total: `totals` equations over `found` products. differencing: `found`
    parents of difference from the earlier request `other`. `is_known`: the customer will know the unit footprint.
    """

    question: Question
    view: str
    found: int
    totals: int = 0
    other: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    """One entry of a request as everyone sees it. `lines[v]`: how many of its lines count in view v."""

    entity: str
    product: str
    parent: str
    stage: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the customer's ultimate parent, one total per model and cell, and who stands in them."""

    request: str
    customer: str
    totals: int
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that this node took part in. `since`: when it contributed, by its own clock; None while it may yet.

    An unfinished run counts as if its totals were known.
    """

    asked: Asked
    since: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A request, the seat that its supplier is asked about, and what each seat is expected to weigh (section 9,
    dominance): `expected[seat][indicator]`, in any one unit."""

    asked: Asked
    own: int
    expected: tuple[tuple[Fraction, ...], ...]

    @property
    def seat(self) -> Seat:
        """The supplier's own seat."""
        return self.asked.seats[self.own]


class Placed(Protocol):
    """Where an entry stands, and of which declaration."""

    @property
    def stage(self) -> str:
        """One of the four stages."""

    @property
    def declaration(self) -> str:
        """Its id."""


class Asking(Protocol):
    """A request, or one that is only planned: what section 9 counts of it needs no quantity."""

    @property
    def models(self) -> Sequence[FunctionalUnit]:
        """What is asked for."""

    @property
    def boundary(self) -> str:
        """partial or full."""

    @property
    def entries(self) -> Sequence[Placed]:
        """The bill of materials."""


def read_asked(request: Logged, record: Record) -> Asked:
    """What section 9 counts of a logged request; PeerError when a statement it rests on is missing."""
    payload = request.payload
    assert isinstance(payload, Request)
    return _read_asked((request.id, payload.by), payload, record)


def foresee(
    asking: Asking, by: str, record: Record, history: Sequence[Earlier] = (), now: int = 0
) -> dict[Question, int]:
    """How many companies will be asked which question, as far as anyone can see who holds no quantity.

    `by`: the enrolment that asks, whose own company is none of them. `history`: earlier requests that it knows of
    itself, as of `now`; only each supplier knows all that it took part in.
    """
    asked, expected = _read_asked(("", by), asking, record), expected_sizes(asking, 0, record)
    customer = enrolment_of(by, record).legal_entity
    companies: dict[Question, set[str]] = {}
    for own, seat in enumerate(asked.seats):
        if seat.entity != customer:
            for finding in find_questions(Case(asked, own, expected), history, now):
                companies.setdefault(finding.question, set()).add(seat.entity)
    return {question: len(those) for question, those in sorted(companies.items())}


def _read_asked(named: tuple[str, str], asking: Asking, record: Record) -> Asked:
    request, by = named
    seats = tuple(_read_seat(entry, asking.boundary, record) for entry in asking.entries)
    return Asked(request, enrolment_of(by, record).parent, len(asking.models), seats)


def _read_seat(entry: Placed, boundary: str, record: Record) -> Seat:
    declaration = declaration_of(entry.declaration, record)
    supplier = enrolment_of(declaration.by, record)
    lines = [0] * len(VIEWS)
    for weights in template_of(declaration, record, boundary).coefficients:
        shown = (*weights, weights[0] - weights[2])
        for view, weight in enumerate(shown):
            lines[view] += weight != 0
    return Seat(supplier.legal_entity, declaration.product, supplier.parent, entry.stage, tuple(lines))


def find_questions(case: Case, history: Sequence[Earlier], now: int) -> list[Finding]:
    """What the owner of `case.seat` must be asked; an empty list lets a policy approve. `now`: the node's own clock.

    1. People: at least 3 peers in its stage, in each auxiliary cell it counts in, and in the stages less indicator 2.
    2. Dominance: its own expected share of a cell is at most 60 %.
    3. One total for each own product and customer's parent in 12 months, every model counted.
    4. Lines: the peers' are at least 4 times the cell totals that the customer will hold.
    5. Differencing: no other request with an own product has a cell whose parents differ by fewer than 3.
    """
    held = list_held(case, history, now)
    return [
        *_people(case),  # 1
        *_dominance(case),  # 2
        *_further_totals(case, held),  # 3
        *_lines(case, held),  # 4
        *_differencing(case, history),  # 5
    ]


def list_cells(case: Case) -> list[tuple[str, int]]:
    """The totals of one model that include the seat, as the customer gets them: the view, and how many other
    companies each adds up. The own stage's stands first; the others are over every stage."""
    return [
        (
            VIEWS[view],
            len({seat.entity for seat in _members(case.asked, case.seat, view)} - {case.seat.entity}),
        )
        for view in _views_of(case.seat)
        if view < PRIMARY
    ]


# --- who stands in a cell --------------------------------------------------------------------------


def _is_member(seat: Seat, own: Seat, view: int) -> bool:
    """Whether a seat's declaration counts in the cell that shows `own` in this view."""
    return seat.lines[view] > 0 and (view > 0 or seat.stage == own.stage)


def _members(asked: Asked, own: Seat, view: int) -> list[Seat]:
    return [seat for seat in asked.seats if _is_member(seat, own, view)]


def _parents(asked: Asked, own: Seat, view: int) -> set[str]:
    """Peers: parents in the cell that are neither the customer's nor one's own."""
    return {seat.parent for seat in _members(asked, own, view)} - {asked.customer, own.parent}


def _views_of(seat: Seat) -> list[int]:
    return [view for view, lines in enumerate(seat.lines) if lines]


def _people(case: Case) -> list[Finding]:
    counts = [(len(_parents(case.asked, case.seat, view)), view) for view in _views_of(case.seat)]
    return [Finding(Question.FEW_PEERS, VIEWS[view], count) for count, view in counts if count < ENOUGH_PEERS]


def _dominance(case: Case) -> list[Finding]:
    """What the customer itself supplies is known to it, so it hides nothing of the others."""
    found = []
    for view in range(PRIMARY):
        if not case.seat.lines[view]:
            continue
        counted = {case.seat.parent} | _parents(case.asked, case.seat, view)
        own = whole = Fraction(0)
        for seat, sizes in zip(case.asked.seats, case.expected, strict=True):
            if seat.parent in counted and _is_member(seat, case.seat, view):
                whole += abs(sizes[view])
                own += abs(sizes[view]) if seat.parent == case.seat.parent else 0
        if whole and own / whole > LARGEST_SHARE:
            found.append((own / whole, view))
    if not found:
        return []
    share, view = max(found, key=lambda item: item[0])
    return [Finding(Question.DOMINANCE, VIEWS[view], int(share * 100))]


# --- what a customer holds -------------------------------------------------------------------------


def list_held(case: Case, history: Sequence[Earlier], now: int) -> list[tuple[Asked, Seat]]:
    """This request, then those of its customer's parent about this product in the last 12 months; with the own seat."""
    held = [(case.asked, case.seat)]
    for earlier in history:
        is_recent = earlier.since is None or earlier.since > now - YEAR_SECONDS
        if earlier.asked.customer == case.asked.customer and is_recent:
            same = [seat for seat in earlier.asked.seats if _is_same_product(seat, case.seat)]
            held += [(earlier.asked, seat) for seat in same[:1]]
    return held


def _is_same_product(one: Seat, other: Seat) -> bool:
    # Another period or rule set is another declaration of the same product, and says much the same of it.
    return (one.entity, one.product) == (other.entity, other.product)


_Solved = dict[frozenset[tuple[frozenset[tuple[str, str]], int]], tuple[int, int] | None]
"""What `find_tightest` said of which equations."""


def _further_totals(case: Case, held: Sequence[tuple[Asked, Seat]]) -> list[Finding]:
    if sum(asked.totals for asked, _ in held) <= 1:
        return []
    # Several views often have the same members: what was found for one holds for all.
    solved: _Solved = {}
    findings = [_count_equations(case, held, view, solved) for view in _views_of(case.seat)]
    # The closest to being solved: the one that is, then most equations for each unknown.
    order = [(one.is_known, Fraction(one.totals, max(1, one.found)), one) for one in findings]
    return [max(order, key=lambda item: item[:2])[2]] if order else []


def _count_equations(
    case: Case,
    held: Sequence[tuple[Asked, Seat]],
    view: int,
    solved: _Solved,
) -> Finding:
    equations: dict[frozenset[tuple[str, str]], int] = {}
    for asked, own in held:
        unknowns = frozenset(
            (seat.entity, seat.product)
            for seat in _members(asked, own, view)
            if seat.parent != asked.customer or _is_same_product(seat, case.seat)
        )
        if (case.seat.entity, case.seat.product) in unknowns:
            equations[unknowns] = equations.get(unknowns, 0) + asked.totals
    key = frozenset(equations.items())
    if key not in solved:
        solved[key] = find_tightest(equations)
    tightest = solved[key]
    if tightest is not None:
        return Finding(Question.FURTHER_TOTAL, VIEWS[view], tightest[1], tightest[0], is_known=True)
    products = len(frozenset[tuple[str, str]]().union(*equations))
    return Finding(Question.FURTHER_TOTAL, VIEWS[view], products, sum(equations.values()))


def _lines(case: Case, held: Sequence[tuple[Asked, Seat]]) -> list[Finding]:
    cells = sum(1 for view in range(PRIMARY) if case.seat.lines[view])
    totals = cells * sum(asked.totals for asked, _ in held)
    peers = _parents(case.asked, case.seat, 0)
    lines = sum(seat.lines[0] for seat in _members(case.asked, case.seat, 0) if seat.parent in peers)
    if lines >= LINES_PER_TOTAL * totals:
        return []
    return [Finding(Question.FEW_LINES, VIEWS[0], lines, totals)]


def _differencing(case: Case, history: Sequence[Earlier]) -> list[Finding]:
    """Whoever stays protects whoever is dropped: own is any product of this supplier, whoever asked for it."""
    views = {view: _parents(case.asked, case.seat, view) for view in _views_of(case.seat)}
    closest: Finding | None = None
    for earlier in history:
        customers = {earlier.asked.customer, case.asked.customer}
        for seat in earlier.asked.seats:
            if seat.entity != case.seat.entity:
                continue
            for view, parents in views.items():
                if not seat.lines[view]:
                    continue
                differ = len((parents ^ _parents(earlier.asked, seat, view)) - customers)
                if differ < (ENOUGH_DIFFERENCE if closest is None else closest.found):
                    closest = Finding(Question.DIFFERENCING, VIEWS[view], differ, other=earlier.asked.request)
    return [] if closest is None else [closest]


def expected_sizes(asking: Asking, model: int, record: Record) -> tuple[tuple[Fraction, ...], ...]:
    """What each entry is expected to weigh in one model, by indicator: reference x middle quantity, in kgCO2e."""
    energy = Fraction(asking.models[model].pack_energy_kwh)
    sizes: dict[str, tuple[Fraction, ...]] = {}
    categories = [declaration_of(entry.declaration, record).category for entry in asking.entries]
    for publication in set(categories):
        category = published_category(publication, record)
        quantity = category.quantity_middle * energy
        sizes[publication] = tuple(reference * quantity for reference in category.reference)
    return tuple(sizes[publication] for publication in categories)

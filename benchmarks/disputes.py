"""What a dispute costs everybody together, and what a node weighs before it consents. Protocol sections 8 and 9.

The one fact: a dispute is timed from its first statement to its verdict or result, over every party's work in one
process: making, signing, checking and folding each statement once, as the coordinator does.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import insert

from benchmarks.calculation import Costs, _consent, _contribute, _request, _Seat
from benchmarks.chain import Chain, make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.figures import Figure
from crypto.bfv import make_key_pair
from node.store.opening import create_store
from node.store.tables import ASKED, INBOX
from node.supplier.disclosing import _encode, read_history
from node.supplier.states import APPROVED
from protocol.calculation import Calculation, Phase
from protocol.consenting import make_roster
from protocol.contributing import MemberSecrets, Membership
from protocol.disclosure import Asked, Case, Seat, find_questions
from protocol.opening import (
    make_dispute,
    make_key_opening,
    make_mask_opening,
    make_vector_opening,
    open_vectors,
)
from protocol.payloads import AnyPayload
from protocol.resulting import make_result_of
from protocol.run import Party
from protocol.statements import parse_statement

DISPUTE_S, WEIGH_S = 10, 0.5
EARLIER, SEATS, LINES = 1000, 20, 20


def measure_disputes(members: int) -> Sequence[Figure]:
    """Both kinds of dispute among `members`, and section 9 over a thousand earlier requests."""
    return [_masks(members), _totals(members), _weigh()]


class _Play:
    """A calculation with every contribution in; `liar` masks with another key than it consented with."""

    def __init__(self, members: int, liar: int | None) -> None:
        self.chain: Chain = make_chain(members, Spans())
        self.spans, world, costs = Spans(), self.chain.world, Costs()
        _, he_key = make_key_pair()
        self.request = _request(self.chain, he_key, costs)
        self.seats: list[_Seat] = [_consent(self.chain, self.request, one, costs) for one in range(members)]
        world.submit(make_roster(self.calculation, world.header(self.chain.operator)), self.chain.operator)
        closed = self.calculation
        if liar is not None:
            self.seats[liar].ephemeral += 1
        for entry, seat in enumerate(self.seats):
            sent = _contribute(world, closed, (entry, seat), he_key, costs)
            world.notary.append(parse_statement(sent.data))

    @property
    def calculation(self) -> Calculation:
        return self.chain.world.notary.calculations[self.request.id]

    def submit(self, name: str, payload: AnyPayload, party: Party) -> None:
        with self.spans.measure(name):
            self.chain.world.submit(payload, party)

    def membership(self, entry: int) -> Membership:
        return Membership(self.calculation, entry, self.chain.world.notary.record)

    def figure(self, name: str) -> Figure:
        parts = {part: rounded(value / 1000) for part, value in self.spans.sums().items()}
        return Figure(name, rounded(self.spans.total() / 1000), "s", DISPUTE_S, parts)


def _masks(members: int) -> Figure:
    play = _Play(members, liar=1)
    chain, world = play.chain, play.chain.world
    with play.spans.measure("find the cell"):
        dispute = make_dispute(play.calculation, world.header(chain.operator))
    play.submit("check", dispute, chain.operator)
    for entry, seat in enumerate(play.seats):
        header = world.header(seat.member.party)
        with play.spans.measure("open masks"):
            opening = make_mask_opening(play.membership(entry), seat.ephemeral, header, os.urandom)
        play.submit("check", opening, seat.member.party)
    assert play.calculation.dispute is not None and play.calculation.dispute.pair is not None
    entries = [play.calculation.member(one) for one in play.calculation.dispute.pair]
    honest = play.seats[next(entry for entry in entries if entry != 1)]
    entry = play.seats.index(honest)
    with play.spans.measure("open a key"):
        header = world.header(honest.member.party)
        key = make_key_opening(play.membership(entry), honest.ephemeral, header, os.urandom)
    play.submit("check", key, honest.member.party)
    if play.calculation.dispute.liars != (play.seats[1].member.party.enrolment,):
        raise AssertionError("the dispute named somebody else")
    return play.figure(f"a dispute about masks among {members}, to the liar's name")


def _totals(members: int) -> Figure:
    play = _Play(members, liar=None)
    chain, world = play.chain, play.chain.world
    with play.spans.measure("check that masks cancel"):
        dispute = make_dispute(play.calculation, world.header(chain.maker))
    play.submit("check", dispute, chain.maker)
    for entry, seat in enumerate(play.seats):
        party = seat.member.party
        secrets = MemberSecrets(seat.member.secrets, seat.quantities, seat.ephemeral, party.node_secret)
        header = world.header(party)
        with play.spans.measure("seal vectors"):
            opening = make_vector_opening(play.membership(entry), secrets, header, os.urandom)
        play.submit("check", opening, party)
    with play.spans.measure("open vectors"):
        found = open_vectors(play.calculation, chain.maker.sealing_secret, os.urandom)
    header = world.header(chain.maker)
    with play.spans.measure("result"):
        record = world.notary.record
        result = make_result_of(play.calculation, found.residues, header, record)
    play.submit("check", result, chain.maker)
    if play.calculation.phase is not Phase.PUBLISHED:
        raise AssertionError("the result was not taken")
    return play.figure(f"a dispute about totals among {members}, to the published result")


def _weigh() -> Figure:
    """From the store's rows to the questions: the densest case, all by one customer about one product."""
    spans = Spans()
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(Path(folder) / "node")
        with store.write() as connection:
            for number in range(EARLIER):
                asked = _asked(f"{number:064x}", number)
                connection.execute(insert(ASKED).values(request=asked.request, asked=_encode(asked)))
                connection.execute(insert(INBOX).values(**_inbox_row(asked.request)))
        node = cast(Any, SimpleNamespace(store=store, ids=["f" * 64], record=None))
        sizes = tuple((1, 1, 1, 1) for _ in range(SEATS))
        case = Case(_asked("now", 0), 0, cast(Any, sizes))
        with spans.measure("read"):
            history = read_history(node, "now")
        with spans.measure("weigh"):
            found = find_questions(case, history, 0)
        store.close()
    if len(history) != EARLIER or not found:
        raise AssertionError("the history was not weighed")
    parts = {part: rounded(value / 1000) for part, value in spans.sums().items()}
    name = f"section 9 over {EARLIER} earlier requests of {SEATS} suppliers"
    return Figure(name, rounded(spans.total() / 1000), "s", WEIGH_S, parts)


def _asked(request: str, number: int) -> Asked:
    crowd = [0, *(1 + (number * 7 + seat * 13) % 900 for seat in range(SEATS - 1))]
    stages = ("raw_material_and_parts", "raw_material_and_parts", "battery_production")
    seats = tuple(
        Seat(f"supplier-{one}", "product", f"parent-{one}", stages[one % 3], (LINES,) * 5) for one in crowd
    )
    return Asked(request, "Pack maker", 1, seats)


def _inbox_row(request: str) -> dict[str, Any]:
    texts = {"declaration": "d", "product": "product", "customer": "Pack maker", "answer": "yes"}
    return {
        "request": request,
        "entry": 0,
        **texts,
        "state": APPROVED,
        "findings": "[]",
        "models": 1,
        "created": 0,
    }

"""One calculation, every party in turn, the CPU time of each told apart.

The one fact: each party works from envelope bytes, as a process would, and forgets what it parsed for others: a
member starts with cold caches, and folds the calculation by itself.
"""

from __future__ import annotations

import gc
import hashlib
import os
import tracemalloc
from dataclasses import dataclass, field
from typing import Any

from benchmarks.chain import UNIT, Chain, Member
from benchmarks.clocks import Spans
from crypto import certificates
from crypto.batch import EquationBatch
from crypto.bfv import Aggregate, check_public_key, decrypt, make_key_pair
from crypto.group import random_scalar
from protocol import library, rules
from protocol.calculation import Calculation, advance, open_calculation
from protocol.consenting import ConsentDraft, make_consent, make_roster
from protocol.contributing import MemberSecrets, Membership, make_contribution
from protocol.payloads import Approval, Blob, Deadlines
from protocol.requesting import (
    EntryDraft,
    QuantityOpening,
    Recipient,
    RequestDraft,
    make_request,
    open_quantities,
)
from protocol.resulting import make_certificate, make_result
from protocol.rules import Context, check_proofs, check_signature, check_state, check_statement, queue_proofs
from protocol.run import METHOD, World
from protocol.statements import Logged, parse_statement, sign_statement

DAY = 24 * 3600


@dataclass(slots=True)
class Costs:
    """What each role spent, and what a member sent."""

    meeting: Spans = field(default_factory=Spans)
    member: Spans = field(default_factory=Spans)
    requester: Spans = field(default_factory=Spans)
    batched: Spans = field(default_factory=Spans)
    singly: Spans = field(default_factory=Spans)
    upload: list[int] = field(default_factory=list)
    coordinator_peak: int = 0


@dataclass(slots=True)
class _Seat:
    """What a member keeps between its two visits."""

    member: Member
    ephemeral: int = field(repr=False)
    quantities: tuple[QuantityOpening, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A contribution as it arrives at the coordinator."""

    data: bytes
    ciphertext: bytes


def run_calculation(chain: Chain) -> tuple[str, Costs]:
    """From request to certificate; returns the request's id and the costs."""
    costs, world = Costs(), chain.world
    with costs.requester.measure("keys"):
        he_secret, he_key = make_key_pair()
    request = _request(chain, he_key, costs)
    seats = [_consent(chain, request, entry, costs) for entry in range(len(chain.members))]
    roster = make_roster(world.notary.calculations[request.id], world.header(chain.operator))
    world.submit(roster, chain.operator)
    closed = world.notary.calculations[request.id]
    sent = [_contribute(world, closed, (entry, seat), he_key, costs) for entry, seat in enumerate(seats)]
    _receive_singly(world, closed, sent, costs.singly)
    aggregate = _receive_batched(world, closed, sent, costs.batched)
    costs.coordinator_peak = _peak_of_receiving(world, closed, sent)
    for item in sent:
        world.notary.append(parse_statement(item.data))
    _result(chain, world.notary.calculations[request.id], aggregate, he_secret, costs)
    certificate = make_certificate(world.notary.calculations[request.id], world.header(chain.operator))
    world.submit(certificate, chain.operator)
    return request.id, costs


def forget() -> None:
    """Empty every cache of the rules, as in a process that has just started, and hand the heap of all other
    parties to nobody: a process of its own would not have it to collect."""
    certificates._check_authority.cache_clear()
    certificates._check_party.cache_clear()
    rules.parse_pem.cache_clear()
    forget_library()


def forget_library() -> None:
    """The same for a coordinator, which knows its members: it took their enrolments and consents."""
    for function in (library._read_category, library._read_factor, library._fit):
        function.cache_clear()
    gc.collect()
    gc.freeze()


def _request(chain: Chain, he_key: bytes, costs: Costs) -> Logged:
    now = chain.world.notary.now
    draft = RequestDraft(
        models=(UNIT,),
        method=METHOD,
        boundary="partial",
        entries=tuple(EntryDraft(m.stage, m.declaration.id, (m.quantity,)) for m in chain.members),
        he_key=Blob(sha256=hashlib.sha256(he_key).hexdigest(), length=len(he_key)),
        deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
    )
    header = chain.world.header(chain.maker)
    with costs.requester.measure("request"):
        payload, _ = make_request(draft, header, chain.world.notary.record, os.urandom)
        signed = sign_statement(payload, chain.maker.key)
    return chain.world.notary.submit(signed.data, os.urandom)


def _context(world: World, calculation: Calculation | None) -> Context:
    return Context(world.notary.record, world.notary.root, calculation)


def _consent(chain: Chain, request: Logged, entry: int, costs: Costs) -> _Seat:
    """Read and check the request, open the own quantity, consent."""
    world, member = chain.world, chain.members[entry]
    record, now, header = world.notary.record, world.notary.now, world.header(member.party)
    forget()
    with costs.member.measure("read the request"):
        signed = parse_statement(request.signed.data)
        check_signature(signed, _context(world, None), now)
        check_state(signed, _context(world, None), now)
    with costs.member.measure("consent"):
        recipient = Recipient(member.party.enrolment, member.party.sealing_secret)
        quantities = open_quantities(signed, entry, recipient, os.urandom)
        ephemeral = random_scalar(os.urandom)
        draft = ConsentDraft(request.id, entry, Approval(decided_by="policy", asked=(), answer=""), ephemeral)
        consent = sign_statement(make_consent(draft, header, os.urandom), member.party.key)
    del record
    world.notary.submit(consent.data, os.urandom)
    costs.upload.append(len(consent.data))
    return _Seat(member, ephemeral, quantities)


def _contribute(
    world: World, closed: Calculation, place: tuple[int, _Seat], he_key: bytes, costs: Costs
) -> _Sent:
    """Check every peer's consent and the roster, then guard, mask, encrypt and prove."""
    entry, seat = place
    party, header = seat.member.party, world.header(seat.member.party)
    forget()
    with costs.meeting.measure("enrolments and declarations"):
        _meet_peers(world, closed)
    with costs.member.measure("check peers and roster"):
        own = _check_peers(world, closed)
        check_public_key(he_key)
    with costs.member.measure("contribute"):
        secrets = MemberSecrets(seat.member.secrets, seat.quantities, seat.ephemeral, party.node_secret)
        membership = Membership(own, entry, world.notary.record)
        payload, ciphertext = make_contribution(membership, secrets, he_key, header, os.urandom)
        signed = sign_statement(payload, party.key)
    costs.upload[entry] += len(signed.data) + len(ciphertext)
    return _Sent(signed.data, ciphertext)


def _meet_peers(world: World, closed: Calculation) -> None:
    """Once per peer, however many calculations follow: its enrolment, certificate and declaration, from their bytes."""
    record = world.notary.record
    for entry in closed.terms.entries:
        declaration = record.get(entry.declaration)
        enrolment = None if declaration is None else record.get(declaration.payload.by)
        for logged in (enrolment, declaration):
            assert logged is not None
            check_signature(parse_statement(logged.signed.data), _context(world, None), logged.logged_at)


def _check_peers(world: World, closed: Calculation) -> Calculation:
    """The fold over consents and roster as the member sees it: signatures, possession of keys, distinct points."""
    record = world.notary.record
    own = open_calculation(closed.request, record)
    batch = EquationBatch(os.urandom)
    assert closed.roster is not None
    for logged in [*closed.consents.values(), closed.roster]:
        copy = Logged(parse_statement(logged.signed.data), logged.index, logged.logged_at)
        context = _context(world, own)
        check_signature(copy.signed, context, logged.logged_at)
        queue_proofs(batch, copy.signed, context)
        own = advance(own, copy, record)
    if not batch.holds():
        raise AssertionError("a proof of possession does not hold")
    return own


def _accept_blob(aggregate: Aggregate, payload: Any, ciphertext: bytes) -> None:
    if hashlib.sha256(ciphertext).hexdigest() != payload.ciphertext.sha256:
        raise AssertionError("the ciphertext is not the one that the contribution names")
    aggregate.add(ciphertext)


def _receive_singly(world: World, closed: Calculation, sent: list[_Sent], spans: Spans) -> None:
    """Parse, signature, state, proofs, add: each contribution by itself."""
    calculation, aggregate, now = closed, Aggregate(), world.notary.now
    forget_library()
    for number, item in enumerate(sent):
        with spans.measure("everything"):
            signed = parse_statement(item.data)
            check_statement(signed, _context(world, calculation), now, os.urandom)
            _accept_blob(aggregate, signed.payload, item.ciphertext)
            calculation = advance(calculation, Logged(signed, number, now), world.notary.record)


def _receive_batched(world: World, closed: Calculation, sent: list[_Sent], spans: Spans) -> Aggregate:
    """The same, with the proofs of all contributions in one equation."""
    calculation, aggregate, now = closed, Aggregate(), world.notary.now
    batch = EquationBatch(os.urandom)
    forget_library()
    for number, item in enumerate(sent):
        context = _context(world, calculation)
        with spans.measure("parse"):
            signed = parse_statement(item.data)
        with spans.measure("signature"):
            check_signature(signed, context, now)
        with spans.measure("state"):
            check_state(signed, context, now)
            calculation = advance(calculation, Logged(signed, number, now), world.notary.record)
        with spans.measure("queue proofs"):
            queue_proofs(batch, signed, context)
        with spans.measure("add ciphertext"):
            _accept_blob(aggregate, signed.payload, item.ciphertext)
    with spans.measure("check proofs"):
        if not batch.holds():
            raise AssertionError("a contribution's proof does not hold")
    return aggregate


def _peak_of_receiving(world: World, closed: Calculation, sent: list[_Sent]) -> int:
    """Bytes that receiving all contributions holds at its peak, beyond the log itself; not timed."""
    tracemalloc.start()
    _receive_batched(world, closed, sent, Spans())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _check_members(chain: Chain, calculation: Calculation) -> None:
    """What a requester does before it signs a total: state and proofs of every declaration and contribution."""
    context, batch = _context(chain.world, calculation), EquationBatch(os.urandom)
    for member in chain.members:
        check_state(member.declaration.signed, context, member.declaration.logged_at)
        queue_proofs(batch, member.declaration.signed, context)
    for logged in calculation.contributions.values():
        queue_proofs(batch, logged.signed, context)
    if not batch.holds():
        raise AssertionError("a member's proof does not hold")


def _result(
    chain: Chain, calculation: Calculation, aggregate: Aggregate, he_secret: Any, costs: Costs
) -> None:
    header, record = chain.world.header(chain.maker), chain.world.notary.record
    forget()
    with costs.requester.measure("check every member's proofs"):
        _check_members(chain, calculation)
    with costs.requester.measure("decrypt"):
        slots = decrypt(he_secret, aggregate.encode())
    with costs.requester.measure("result"):
        payload = make_result(calculation, slots, header, record)
        signed = sign_statement(payload, chain.maker.key)
    context = _context(chain.world, calculation)
    check_proofs(signed, context, os.urandom)
    chain.world.notary.submit(signed.data, os.urandom)

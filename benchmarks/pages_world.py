"""A coordinator's folder and store with as much in it as pages must bear, written through the store's own door.

The one fact: library, verifications and one whole calculation are genuine; the calculations are that one again and
again under ids of their own, which no page can tell, since pages do not verify what was admitted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks.auditing import add_calculation
from benchmarks.chain import Chain, make_chain
from benchmarks.clocks import Spans
from benchmarks.load_world import write_folder, write_store
from coordinator.journal import subject_of
from coordinator.service import Stores, open_existing_stores
from coordinator.store.contract import (
    Append,
    CalculationState,
    LogStore,
    StoredCheckpoint,
    StoredStatement,
)
from coordinator.store.tables import refused
from crypto.merkle import Frontier, Subtree, leaf_hash, resume_frontier
from crypto.note import Checkpoint, parse_signer, sign_checkpoint
from protocol.payloads import AnyPayload, Factor, Publication, Review
from protocol.run import Party, enrol
from protocol.statements import Logged, Signed, calculation_of, encode_leaf, sign_statement
from protocol.verification_payloads import OpeningAnswer, OpeningRequest, Statement, Verification

MEMBERS = 50
OPEN_EVERY, OPEN_STATEMENTS = 10, 25
"""Every so many calculations one is open, having come so far."""
ORGANISATIONS, REFUSED = 3000, 10_000
PUBLISHED, REVIEWED, SUBJECTS = 0.9, 0.97, 1000
"""Shares of the factors that are published, or have opinions; how many one opinion is about."""
AT_ONCE = 4000
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is stored."""

    requests: int
    statements: int
    factors: int

    @property
    def visits(self) -> int:
        """Questions of a verifier, each answered and followed by an opinion."""
        return self.requests // 5


@dataclass(frozen=True, slots=True)
class People:
    """The parties that pages are opened for, as enrolments."""

    provider: str
    expert: str
    verifier: str


@dataclass(slots=True)
class Writer:
    """Appends statements to a store, a few thousand at a time, spread over the year until now."""

    log: LogStore
    log_key: str = field(repr=False)
    now: int
    total: int
    frontier: Frontier = field(init=False)
    start: int = field(init=False)
    statements: list[StoredStatement] = field(default_factory=list)
    subtrees: list[Subtree] = field(default_factory=list)
    states: list[CalculationState] = field(default_factory=list)

    def __post_init__(self) -> None:
        newest = self.log.newest_checkpoint()
        size = 0 if newest is None else newest.size
        self.frontier = resume_frontier(size, self.log.read_hash)
        self.start = self.now - YEAR if newest is None else newest.logged_at

    @property
    def at(self) -> int:
        """When the next statement is logged."""
        return self.start + (self.now - self.start) * min(self.frontier.size, self.total) // self.total

    def add(self, statement: StoredStatement) -> None:
        """Append this one, at the place and time that are next; a checkpoint ends each group."""
        row = replace(statement, index=self.frontier.size, logged_at=self.at)
        leaf = leaf_hash(encode_leaf(row.id, row.data, row.logged_at))
        self.frontier, completed = self.frontier.append(leaf)
        self.statements.append(row)
        self.subtrees.extend(completed)
        if len(self.statements) >= AT_ONCE:
            self.flush()

    def sign(self, payload: AnyPayload, party: Party, audience: str) -> Signed:
        """Append a genuine statement of a party."""
        signed = sign_statement(payload, party.key)
        calculation = calculation_of(signed)
        self.add(
            StoredStatement(
                signed.id,
                payload.type,
                payload.by,
                calculation,
                subject_of(payload),
                audience,
                signed.data,
                0,
                0,
            )
        )
        return signed

    def flush(self) -> None:
        """Write what waits."""
        if not self.statements:
            return
        at, origin = self.statements[-1].logged_at, parse_signer(self.log_key).name
        note = sign_checkpoint(Checkpoint(origin, self.frontier.size, self.frontier.root(), at), self.log_key)
        batch = Append(
            tuple(self.statements),
            tuple(self.subtrees),
            StoredCheckpoint(self.frontier.size, note, at),
            calculations=tuple(self.states),
        )
        self.log.append(batch)
        for waiting in (self.statements, self.subtrees, self.states):
            waiting.clear()


def make_pages_world(folder: Path, url: str, amounts: Amounts) -> People:
    """Fill a coordinator's folder and the database at `url`; who its pages are opened for."""
    chain = make_chain(MEMBERS, Spans())
    request = add_calculation(chain)
    provider = enrol(chain.world, "Provider of many", ["provider"])
    verifier = enrol(chain.world, "Verifying body", ["verifier"])
    experts = [enrol(chain.world, name, ["expert"]) for name in ("Expert of many", "Other expert")]
    write_folder(folder, chain)
    write_store(folder, url, chain, [])
    stores = open_existing_stores(url)
    if not stores.log.hold_log():
        raise SystemExit("another process appends to the benchmark's database")
    writer = Writer(stores.log, chain.world.notary.log_key, chain.world.notary.now, amounts.statements)
    organisations = _organisations(writer, chain)
    _library(writer, chain, amounts.factors, (provider, *experts))
    _visits(writer, chain, amounts.visits, verifier)
    for calculation in _calculations(chain, request, amounts.requests, organisations, writer.now):
        writer.states.append(calculation.state)
        for row in calculation.rows:
            writer.add(row)
    _rest(writer, chain, organisations)
    writer.flush()
    _refused(stores, min(REFUSED, amounts.requests), organisations, writer.now)
    stores.log.close()
    return People(provider.enrolment, experts[0].enrolment, verifier.enrolment)


def _id() -> str:
    return os.urandom(32).hex()


def _copy(logged: Logged, signer: str, audience: str | None) -> StoredStatement:
    """A statement's bytes under another id, as another's."""
    payload = logged.payload
    return StoredStatement(
        _id(), payload.type, signer, calculation_of(logged.signed), None, audience, logged.signed.data, 0, 0
    )


def _organisations(writer: Writer, chain: Chain) -> list[str]:
    """Enrolments, the suppliers' again and again."""
    enrolments = [chain.world.notary.record.get(member.party.enrolment) for member in chain.members]
    found = []
    for number in range(ORGANISATIONS):
        logged = enrolments[number % len(enrolments)]
        assert logged is not None
        row = _copy(logged, logged.payload.by, f"entity:{number}")
        writer.add(row)
        found.append(row.id)
    return found


def _library(writer: Writer, chain: Chain, count: int, people: Sequence[Party]) -> None:
    """A provider's factors: most published, some with opinions, a few without."""
    provider, *experts = people
    template = next(
        logged.payload
        for logged in chain.world.notary.record.in_order()
        if isinstance(logged.payload, Factor)
    )
    ids = []
    for number in range(count):
        fields = {
            "code": f"many-{number // 2:05d}", "version": 1 + number % 2, "year": 2015 + number % 10,
            "name_zh": f"第{number}号物料", "name_en": f"Material number {number}",
            "region": ("CN", "CN-SC", "DE", "EU")[number % 4], **chain.world.header(provider).fields(),
        }  # fmt: skip
        ids.append(writer.sign(template.model_copy(update=fields), provider, "entity:Provider of many").id)
    reviewed = ids[: round(REVIEWED * count)]
    opinions: dict[str, list[str]] = {}
    for start in range(0, len(reviewed), SUBJECTS):
        subjects = tuple(reviewed[start : start + SUBJECTS])
        for expert in experts:
            header = chain.world.header(expert).fields()
            review = Review(**header, subjects=subjects, verdict="accept", opinion="Sources checked.")
            signed = writer.sign(review, expert, "entity:Expert")
            for subject in subjects:
                opinions.setdefault(subject, []).append(signed.id)
    for subject in ids[: round(PUBLISHED * count)]:
        header = chain.world.header(chain.operator).fields()
        publication = Publication(**header, subject=subject, reviews=tuple(opinions[subject]))
        writer.sign(publication, chain.operator, "entity:Coordinator")


def _visits(writer: Writer, chain: Chain, count: int, verifier: Party) -> None:
    """What a verifier asked, what it was answered (most of it), and what it found."""
    says = Statement(scope="lines", assurance="limited", finding="unmodified", opinion="As declared.")
    for number in range(count):
        member = chain.members[number % len(chain.members)]
        asked = OpeningRequest(
            **chain.world.header(verifier).fields(),
            declaration=member.declaration.id,
            lines=(0, 1),
            records=(1, 3),
            reason="visit",
        )
        signed = writer.sign(asked, verifier, f"entity:Supplier {number % len(chain.members)}")
        if number % 10 == 0:
            continue
        answer = OpeningAnswer(
            **chain.world.header(member.party).fields(),
            asked=signed.id,
            verdict="refused",
            reason="not now",
            content=b"",
            seals=(),
        )
        writer.sign(answer, member.party, "entity:Verifying body")
        found = Verification(
            **chain.world.header(verifier).fields(), subject=member.declaration.id, says=says, rests_on=()
        )
        writer.sign(found, verifier, f"entity:Supplier {number % len(chain.members)}")


@dataclass(frozen=True, slots=True)
class _Copied:
    """A calculation under an id of its own."""

    state: CalculationState
    rows: list[StoredStatement]


def _calculations(
    chain: Chain, request: str, count: int, organisations: Sequence[str], now: int
) -> Iterator[_Copied]:
    steps = [one for one in chain.world.notary.record.in_order() if calculation_of(one.signed) == request]
    for number in range(count):
        is_open = number % OPEN_EVERY == 0
        rows = [
            _copy(step, organisations[(number + place) % len(organisations)], None)
            for place, step in enumerate(steps[:OPEN_STATEMENTS] if is_open else steps)
        ]
        id_of = rows[0].id
        phase, deadline, over = ("consenting", now + YEAR, None) if is_open else ("certified", None, now)
        state = CalculationState(id_of, f"entity:{number % 20}", phase, deadline, over)
        yield _Copied(state, [replace(row, calculation=id_of) for row in rows])


def _refused(stores: Stores, count: int, organisations: Sequence[str], now: int) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": _id(),
            "signer": organisations[number % len(organisations)],
            "failed_check": "proof",
            "message": "a proof does not hold",
            "refused_at": now - YEAR + number,
            "data": b"{}",
        }
        for number in range(count)
    ]
    with stores.accounts.write() as connection:
        connection.execute(insert(refused), rows)


def _rest(writer: Writer, chain: Chain, organisations: Sequence[str]) -> None:
    """Declarations until the log is as long as it must be."""
    declarations = [member.declaration for member in chain.members]
    number = 0
    while writer.frontier.size < writer.total:
        signer = organisations[number % len(organisations)]
        writer.add(_copy(declarations[number % len(declarations)], signer, f"entity:{number}"))
        number += 1

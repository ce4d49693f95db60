"""One calculation of a log, or many declarations, checked by themselves: what an audit does many of at once.

The one fact: a job carries all that its statements rest on, so it runs in any process, and judges each statement by
what stood before it in the log and by nothing else. Protocol sections 5, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from crypto.batch import EquationBatch
from crypto.certificates import Certificate as X509
from crypto.errors import CryptoError
from crypto.group import Random
from protocol.calculation import Calculation, open_calculation
from protocol.errors import PeerError
from protocol.payloads import Request, Saw, Void
from protocol.rules import Context, check_proofs, check_signature, next_state, parse_pem, queue_proofs
from protocol.statements import Before, Logged, MemoryRecord, Signed, parse_statement


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a statement, by the check that says so; `statement` is empty where a leaf cannot be read."""

    index: int
    statement: str
    check: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One leaf's statement as it travels to whoever checks it: id, envelope, place, time."""

    id: str
    data: bytes
    index: int
    logged_at: int


@dataclass(frozen=True, slots=True)
class Task:
    """A job by the leaves of its statements: `places` to check, `context` that they rest on."""

    request: str
    places: tuple[int, ...]
    context: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that stands by itself: the statements to check, in log order, and all that they rest on.

    `request` names the calculation that `rows` are all of; empty for declarations.
    """

    request: str
    rows: tuple[Row, ...]
    context: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job found: what is wrong, what each signer says it saw (index, saw), the calculation's phase."""

    findings: tuple[Finding, ...]
    saws: tuple[tuple[int, Saw], ...]
    phase: str


@dataclass(slots=True)
class _Work:
    """The state of one job."""

    root: X509
    record: MemoryRecord
    calculation: Calculation | None = None
    findings: list[Finding] = field(default_factory=list)
    saws: list[tuple[int, Saw]] = field(default_factory=list)
    proven: list[tuple[Logged, Context]] = field(default_factory=list)

    def context(self, index: int) -> Context:
        return Context(Before(self.record, index), self.root, self.calculation)

    def find(self, index: int, statement: str, error: PeerError | CryptoError) -> None:
        check = error.check if isinstance(error, PeerError) else "encoding"
        message = error.message if isinstance(error, PeerError) else str(error)
        self.findings.append(Finding(index, statement, check, message))


def run_jobs(jobs: Sequence[Job], root_pem: str, random: Random, proofs: bool) -> list[Outcome]:
    """Check jobs; their proofs are one equation, and when it fails each is checked alone.

    Every statement: 1. signature, 2. the fold takes it in its place, 3. its proofs.
    """
    works = [_fold(job, parse_pem(root_pem)) for job in jobs]  # 1, 2
    if proofs:  # 3
        queued = [(work, logged, context) for work in works for logged, context in work.proven]
        if not _hold(queued, random):
            for item in queued:
                _check_alone(*item, random)
    return [Outcome(tuple(work.findings), tuple(work.saws), _phase(work)) for work in works]


def _phase(work: _Work) -> str:
    return "none" if work.calculation is None else work.calculation.phase.value


def _fold(job: Job, root: X509) -> _Work:
    work = _Work(root, MemoryRecord())
    for row in job.context:
        work.record.add(Logged(parse_row(row.data), row.index, row.logged_at))
    for row in job.rows:
        try:
            logged = Logged(parse_statement(row.data), row.index, row.logged_at)
            _step(work, logged, is_declaration=not job.request)
        except (PeerError, CryptoError) as error:
            work.find(row.index, row.id, error)
    return work


def _step(work: _Work, logged: Logged, is_declaration: bool) -> None:
    context = work.context(logged.index)
    if not is_declaration:
        check_signature(logged.signed, context, logged.logged_at)
        work.saws.append((logged.index, logged.payload.saw))
        moved = next_state(logged, context)
        work.calculation = (
            open_calculation(logged, work.record) if isinstance(logged.payload, Request) else moved
        )
    work.record.add(logged)
    work.proven.append((logged, context))


def _hold(queued: Sequence[tuple[_Work, Logged, Context]], random: Random) -> bool:
    batch = EquationBatch(random)
    try:
        for _, logged, context in queued:
            if isinstance(logged.payload, Void):
                check_proofs(logged.signed, context, random)
            else:
                queue_proofs(batch, logged.signed, context)
    except (PeerError, CryptoError):
        return False
    return batch.holds()


def _check_alone(work: _Work, logged: Logged, context: Context, random: Random) -> None:
    try:
        check_proofs(logged.signed, context, random)
    except (PeerError, CryptoError) as error:
        work.find(logged.index, logged.id, error)


@lru_cache(maxsize=4096)
def parse_row(data: bytes) -> Signed:
    """What a row holds; the library and enrolments come with every job, and are parsed once."""
    return parse_statement(data)

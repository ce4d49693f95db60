"""Runs an audit: reads the log, replays it, hands calculations to processes, and tells what it could not see.

The one fact: each step rests on the one before: a checkpoint of the pinned key, leaves that give its root, envelopes
that give the leaves, and only then what the statements say. Protocol sections 5, 7 and 8.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from auditor.checking import Terms, check_all
from auditor.readers import Reader
from auditor.state import State
from auditor.tiles import TILE
from crypto.certificates import parse_certificate
from crypto.cosignature import check_cosignatures
from crypto.errors import CryptoError
from crypto.merkle import consistency_proof
from crypto.note import Checkpoint, check_checkpoint
from protocol.audit_jobs import Finding, Outcome, Task
from protocol.auditing import Audit
from protocol.certificate import Pins
from protocol.errors import PeerError
from protocol.log_evidence import Evidence
from protocol.statements import parse_leaf

CALCULATIONS_AT_ONCE = 4
DECLARATIONS_AT_ONCE = 32
MANY_CALCULATIONS = 64


class LogSource(Protocol):
    """A log's public side, as `HttpLog` reads it."""

    def checkpoint(self) -> str:
        """The newest checkpoint."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The hashes of a tile."""

    def leaves(self, index: int, width: int) -> list[bytes]:
        """The leaves of a bundle."""


class Hear(Protocol):
    """Is told how far a step has come."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` of this step."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to audit: with proofs or without, in how many processes."""

    proofs: bool = True
    processes: int = 1


@dataclass(slots=True)
class Report:
    """What an audit found. Good when `findings` is empty; `evidence` is against the log itself."""

    checkpoint: Checkpoint
    note: str
    audit: Audit
    proofs: bool
    witnesses: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Auditor:
    """Everything that an audit works with."""

    log: LogSource
    reader: Reader
    state: State
    pins: Pins
    hear: Hear

    def run(self, options: Options) -> Report:
        """Audit the log up to its newest checkpoint; PeerError when that is not the pinned log's.

        1. The checkpoint is the pinned key's, with as many witnesses as wanted, and not behind what was read before.
        2. The leaves give its root, and every tile is theirs. 3. Every statement that may be read is in its place.
        4. Every calculation follows the rules from its request to its end, and every proof holds.
        """
        note = self.log.checkpoint()
        report = self._open(note)  # 1
        self._fetch(report.checkpoint.size)
        self._replay(report)
        self._check_tree(report)  # 2, 3
        self._check_work(report, options)  # 4
        self.state.keep_value("checkpoint", note)
        report.findings.extend(report.audit.findings)
        report.findings.sort(key=lambda finding: (finding.index, finding.check))
        return report

    def _open(self, note: str) -> Report:
        try:
            checkpoint = check_checkpoint(note, self.pins.log_key)
        except CryptoError as error:
            raise PeerError("checkpoint", f"the checkpoint is not the pinned log's: {error}") from error
        audit = Audit(parse_certificate(self.pins.authority_root.encode()))
        report = Report(checkpoint, note, audit, proofs=True)
        try:
            seen = check_cosignatures(note, self.pins.witnesses, self.pins.threshold)
            report.witnesses = tuple(cosignature.name for cosignature in seen)
        except CryptoError as error:
            report.findings.append(Finding(checkpoint.size, "", "witnesses", str(error)))
        if checkpoint.size < self.state.size():
            earlier = self.state.value("checkpoint")
            message = f"the log shows {checkpoint.size} leaves and has shown {self.state.size()} before"
            report.findings.append(Finding(checkpoint.size, "", "rollback", message))
            report.evidence = None if earlier is None else Evidence(self.pins.log_key, earlier, note)
        return report

    def _fetch(self, size: int) -> None:
        while (start := self.state.size()) < size:
            self.hear("read", start, size)
            place = start - start % TILE
            leaves = self.log.leaves(place // TILE, min(TILE, size - place))[start - place :]
            self.state.keep(start, leaves, self.reader.envelopes(start, [_id_of(leaf) for leaf in leaves]))

    def _replay(self, report: Report) -> None:
        size = report.checkpoint.size
        for leaf, data in self.state.rows(size):
            report.audit.take(leaf, data)
            if report.audit.size % TILE == 0:
                self.hear("replay", report.audit.size, size)

    def _check_tree(self, report: Report) -> None:
        audit, checkpoint = report.audit, report.checkpoint
        if audit.leaves.frontier.root() != checkpoint.root:
            report.findings.append(
                Finding(checkpoint.size, "", "root", "the leaves do not give the root that the log signed")
            )
            self._accuse(report)
            return
        for level, index, width in tiles_of(audit.size):
            self.hear("tiles", index, audit.size // TILE + 1)
            if self.log.tile(level, index, width) != audit.leaves.tile(level, index, width):
                message = f"tile {level}/{index} does not hold the hashes of the leaves"
                report.findings.append(Finding(index * TILE, "", "tiles", message))

    def _accuse(self, report: Report) -> None:
        """Where what was read before had a checkpoint of its own, the two contradict each other."""
        earlier, audit = self.state.value("checkpoint"), report.audit
        if earlier is None:
            return
        last = check_checkpoint(earlier, self.pins.log_key)
        if 0 < last.size <= audit.size and audit.leaves.root(last.size) == last.root.hex():
            proof = consistency_proof(last.size, audit.size, audit.leaves.read)
            report.evidence = Evidence(self.pins.log_key, earlier, report.note, tuple(proof))

    # --- calculations and proofs

    def _check_work(self, report: Report, options: Options) -> None:
        audit, done = report.audit, 0
        # Starting a process takes longer than a short log.
        processes = options.processes if len(audit.requests) >= MANY_CALCULATIONS else 1
        groups = _groups(self._tasks(audit, options))
        terms = Terms(self.state.path, self.pins.authority_root, options.proofs)
        for group, outcomes in check_all(groups, terms, processes):
            good = []
            for task, outcome in zip(group, outcomes, strict=True):
                audit.settle(task, outcome)
                if not outcome.findings:
                    good.append((_name(task), _digest(audit, task, options), outcome.phase))
            self.state.keep_checked(good)
            done += sum(bool(task.request) for task in group)
            self.hear("calculations", done, len(audit.requests))

    def _tasks(self, audit: Audit, options: Options) -> Iterator[Task]:
        """What is to be checked; what was found good before is settled and left out."""
        start = 0
        while options.proofs and (task := audit.declaration_task(start, DECLARATIONS_AT_ONCE)) is not None:
            start += DECLARATIONS_AT_ONCE
            yield from self._unless_checked(audit, task, options)
        for request in audit.requests:
            yield from self._unless_checked(audit, audit.task(request), options)

    def _unless_checked(self, audit: Audit, task: Task, options: Options) -> Iterator[Task]:
        found = self.state.checked(_name(task))
        if found is not None and found[0] == _digest(audit, task, options):
            audit.settle(task, Outcome((), (), found[1]))
        else:
            yield task


def _groups(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    while group := list(islice(tasks, CALCULATIONS_AT_ONCE)):
        yield group


def _id_of(leaf: bytes) -> str:
    try:
        return parse_leaf(leaf).id
    except PeerError:
        return ""  # nobody is asked for it; the replay says what is wrong with it


def _name(task: Task) -> str:
    return task.request or f"declarations:{task.places[0]}"


def _digest(audit: Audit, task: Task, options: Options) -> str:
    """What a piece of work is about; revocations and library in its context count, for they change its outcome."""
    ids = [f"{place} {audit.name_of(place)}" for place in (*task.context, *task.places)]
    return hashlib.sha256("\n".join([f"proofs {options.proofs}", *ids]).encode()).hexdigest()


def tiles_of(size: int) -> Iterable[tuple[int, int, int]]:
    """Every tile of a tree as (level, index, width): full ones, and the partial one at the end of each level."""
    level, hashes = 0, size
    while hashes > 0:
        for index in range(hashes // TILE):
            yield level, index, TILE
        if hashes % TILE:
            yield level, hashes // TILE, hashes % TILE
        level, hashes = level + 1, hashes // TILE

"""Checks pieces of an audit's work where it is told to: in this process, or in one started for it.

The one fact: what travels between processes is places and verdicts; each process reads the statements from the audit's
state itself, and parses what many calculations rest on once.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from auditor.state import Rows
from protocol.audit_jobs import Job, Outcome, Row, Task, run_jobs
from protocol.statements import parse_leaf

AHEAD = 2
"""Groups that wait for a process beside the one that it works on."""
SHARED = 4096
"""Statements that a process keeps because others rest on them."""

Checked = tuple[Sequence[Task], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What every piece is checked by: the state's file, the pinned root, whether proofs count."""

    path: Path
    root_pem: str
    proofs: bool


@dataclass(slots=True)
class Checker:
    """Reads and checks under one set of terms, in one process."""

    terms: Terms
    _rows: Rows = field(init=False)
    _shared: dict[int, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = Rows(self.terms.path)

    def check(self, tasks: Sequence[Task]) -> list[Outcome]:
        """The outcome of each task."""
        jobs = [Job(task.request, self._read(task.places), self._context(task.context)) for task in tasks]
        return run_jobs(jobs, self.terms.root_pem, os.urandom, self.terms.proofs)

    def close(self) -> None:
        """Let go of the state."""
        self._rows.close()

    def _context(self, places: Sequence[int]) -> tuple[Row, ...]:
        missing = [place for place in places if place not in self._shared]
        if len(self._shared) + len(missing) > SHARED:
            self._shared.clear()
            missing = list(places)
        self._shared.update(zip(missing, self._read(missing), strict=True))
        return tuple(self._shared[place] for place in places)

    def _read(self, places: Sequence[int]) -> tuple[Row, ...]:
        rows = []
        for place, (leaf, data) in zip(places, self._rows.at(places), strict=True):
            assert data is not None, "only what was read is given as work"
            found = parse_leaf(leaf)
            rows.append(Row(found.id, data, place, found.logged_at))
        return tuple(rows)


def check_all(groups: Iterable[Sequence[Task]], terms: Terms, processes: int) -> Iterator[Checked]:
    """Check every group, in this process and in `processes - 1` others; each is given back once, in any order."""
    own = Checker(terms)
    try:
        if processes < 2:
            yield from ((group, own.check(group)) for group in groups)
        else:
            yield from _share(groups, own, processes - 1)
    finally:
        own.close()


def _share(groups: Iterable[Sequence[Task]], own: Checker, others: int) -> Iterator[Checked]:
    # Not forked: this process may hold connections with threads of their own.
    with ProcessPoolExecutor(others, mp_context=get_context("spawn")) as pool:
        waiting: deque[tuple[Sequence[Task], Future[list[Outcome]]]] = deque()
        for group in groups:
            if len(waiting) < others * (1 + AHEAD):
                waiting.append((group, pool.submit(check_there, group, own.terms)))
            else:
                yield group, own.check(group)
            while waiting and waiting[0][1].done():
                first, future = waiting.popleft()
                yield first, future.result()
        for group, future in waiting:
            yield group, future.result()


def check_there(group: Sequence[Task], terms: Terms) -> list[Outcome]:
    """What another process does with a group."""
    return _checker(terms).check(group)


@cache
def _checker(terms: Terms) -> Checker:
    return Checker(terms)

"""Calculations replayed for their pages, by the rules that every party runs.

The one fact: what was replayed goes on from where it was, so a calculation that has grown costs what it gained.
"""

from __future__ import annotations

from dataclasses import dataclass

from coordinator.record import Recent, parse_stored
from coordinator.store.contract import LogStore
from protocol.calculation import Calculation, advance, open_calculation
from protocol.errors import PeerError, Refused
from protocol.statements import Logged, Record

STEPS_KEPT = 2000
"""Steps of all replayed calculations together; a state holds what was said in them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement, the phase that follows from it, and what the rules have against it, if anything."""

    logged_at: int
    kind: str
    by: str
    id: str
    phase: str
    problem: PeerError | None


@dataclass(frozen=True, slots=True)
class Replay:
    """A calculation after its last step, and every step, in the order of the log; `end` is the index behind it."""

    state: Calculation
    steps: tuple[Step, ...]
    end: int


class Replays:
    """The calculations that were looked at last. Safe for many threads."""

    def __init__(self, log: LogStore, record: Record) -> None:
        self._log = log
        self._record = record
        self._recent: Recent[Replay] = Recent(STEPS_KEPT, lambda replay: len(replay.steps))

    def read(self, request: str) -> Replay:
        """The calculation as the log has it now; Refused("unknown") when there is none."""
        known = self._recent.get(request, lambda: None)
        rows = self._log.calculation_statements(request, start=0 if known is None else known.end)
        if known is None and (not rows or rows[0].kind != "request"):
            raise Refused("unknown", f"the log has no request {request[:64]}")
        if known is not None and not rows:
            return known
        found = self._follow(known, [parse_stored(row) for row in rows])
        self._recent.put(request, found)
        return found

    def _follow(self, known: Replay | None, gained: list[Logged]) -> Replay:
        end, steps = gained[-1].index + 1, [] if known is None else list(known.steps)
        if known is None:
            state = open_calculation(gained[0], self._record)
            steps.append(_step(gained.pop(0), state, None))
        else:
            state = known.state
        for logged in gained:
            state, problem = self._advance(state, logged)
            steps.append(_step(logged, state, problem))
        return Replay(state, tuple(steps), end)

    def _advance(self, state: Calculation, logged: Logged) -> tuple[Calculation, PeerError | None]:
        try:
            return advance(state, logged, self._record), None
        except PeerError as error:  # the log should not have it: an audit says so as well
            return state, error


def _step(logged: Logged, state: Calculation, problem: PeerError | None) -> Step:
    payload = logged.payload
    return Step(logged.logged_at, payload.type, payload.by, logged.id, state.phase.value, problem)

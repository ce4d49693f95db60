"""What became of what was handed in: counted by kind, and one span each in the trace of its calculation.

The one fact: who hands in again what is logged gets its receipt again; nothing is appended, so it is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Literal

from operation.traces import end_span, start_span
from protocol.errors import PeerError
from protocol.statements import Signed, calculation_of, parse_statement
from protos.values import Outcome, Refusal

Became = Literal["logged", "repeated", "refused", "try-again"]
MALFORMED = "malformed"
"""The kind of what is no statement."""


def parse_envelope(data: bytes) -> Signed | Refusal:
    """What was handed in, or why it is no statement."""
    try:
        return parse_statement(data)
    except PeerError as error:
        return Refusal(error.check, error.message)


class Outcomes:
    """Follows statements from their arrival until they are judged. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, Became]] = Counter()

    def counts(self) -> dict[tuple[str, Became], int]:
        """How many of each kind were logged, repeated, refused, or told to come again, since this process started."""
        with self._lock:
            return dict(self._counts)

    def count(self, kind: str, became: Became) -> None:
        """One statement of this kind became this."""
        with self._lock:
            self._counts[kind, became] += 1

    def count_malformed(self, parsed: Sequence[Signed | Refusal]) -> None:
        """Count what of this is no statement."""
        for one in parsed:
            if isinstance(one, Refusal):
                self.count(MALFORMED, "refused")

    def follow(self, statements: Sequence[Signed], judged: Future[tuple[Outcome, ...]], size: int) -> None:
        """Count these once `judged` is done, and trace them meanwhile where traces are kept.

        `size`: the log's when they were handed in; what lies within it was logged before.
        """
        spans = [
            start_span(
                f"coordinator.{signed.payload.type}",
                calculation_of(signed),
                {"kind": signed.payload.type, "statement": signed.id},
            )
            for signed in statements
        ]

        def end(done: Future[tuple[Outcome, ...]]) -> None:
            is_judged = not done.cancelled() and done.exception() is None
            outcomes = done.result() if is_judged else (None,) * len(statements)
            appended: set[str] = set()
            for signed, span, outcome in zip(statements, spans, outcomes, strict=True):
                became: Became = "try-again"
                check = ""
                if isinstance(outcome, Refusal):
                    became, check = "refused", outcome.check
                elif outcome is not None:
                    is_new = outcome.index >= size and signed.id not in appended
                    became = "logged" if is_new else "repeated"
                    appended.add(signed.id)
                end_span(span, check or became, is_error=became not in ("logged", "repeated"))
                self.count(signed.payload.type, became)

        judged.add_done_callback(end)

"""What became of what was handed in: counted by kind, and one span each in the trace of its calculation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Literal

from operation.traces import end_span, start_span
from protocol.statements import Signed, calculation_of
from protos.values import Outcome, Refusal

Became = Literal["logged", "refused", "try-again"]


class Outcomes:
    """Follows statements from their arrival until they are judged. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, Became]] = Counter()

    def counts(self) -> dict[tuple[str, Became], int]:
        """How many of each kind were logged, refused, or told to come again, since this process started."""
        with self._lock:
            return dict(self._counts)

    def count(self, kind: str, became: Became) -> None:
        """One statement of this kind became this."""
        with self._lock:
            self._counts[kind, became] += 1

    def follow(self, statements: Sequence[Signed], judged: Future[tuple[Outcome, ...]]) -> None:
        """Count these once `judged` is done, and trace them meanwhile where traces are kept."""
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
            for signed, span, outcome in zip(statements, spans, outcomes, strict=True):
                became: Became = "try-again" if outcome is None else "logged"
                check = ""
                if isinstance(outcome, Refusal):
                    became, check = "refused", outcome.check
                end_span(span, check or became, is_error=became != "logged")
                self.count(signed.payload.type, became)

        judged.add_done_callback(end)

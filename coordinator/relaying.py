"""Between the replicas that take statements and the one that appends them: both ends of the table in the store.

The one fact: a submission that was handed over is answered by whichever process appends by then; its caller gets a
receipt only for what the log holds, from this process's own view of it. Protocol section 8.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Sequence

from coordinator.admission import Sender
from coordinator.journal import Journal
from coordinator.store.contract import Answer, Handed, Placed, Relay
from coordinator.submissions import GROUP_STATEMENTS, Submission
from protocol.errors import StoreError
from protocol.statements import Logged, Signed, parse_statement
from protos.values import Receipt, Refusal

GIVE_UP_SECONDS = 45.0
"""Below the time that a caller waits for an answer."""
KEPT_SECONDS = 120
"""How long the store keeps what nobody came for, answered or not: its caller has tried again since."""
_log = logging.getLogger("sealsum.coordinator.relaying")


class Relaying:
    """Used by the sequencer's thread only."""

    def __init__(self, relay: Relay, journal: Journal) -> None:
        self._relay = relay
        self._journal = journal
        self._name = uuid.uuid4().hex
        self._pending: dict[int, tuple[Submission, float]] = {}
        self._arrived: list[Answer] = []

    @property
    def is_waiting(self) -> bool:
        """Whether something that was handed over has no answer yet."""
        return bool(self._pending)

    # --- where statements are taken

    def hand_over(self, group: Sequence[Submission]) -> None:
        """Hand submissions to the process that appends; who cannot be is told to try again."""
        items = [
            Handed(
                self._name,
                item.sender.key,
                item.sender.certificate,
                tuple(signed.data for signed in item.statements),
                tuple(signed.id in item.proven for signed in item.statements),
            )
            for item in group
        ]
        try:
            numbers = self._relay.hand_over(items) if items else []
        except StoreError as error:
            for item in group:
                item.outcomes.set_exception(error)
            return
        at = time.monotonic()
        self._pending.update((number, (item, at)) for number, item in zip(numbers, group, strict=True))

    def collect(self) -> None:
        """Take the answers that have come; StoreError. Before they are given out, the view must reach them."""
        self._arrived += self._relay.collect(self._name)

    def give_out(self) -> None:
        """Give the callers what was collected; this process's view has reached what it tells of."""
        while self._arrived:
            answer = self._arrived.pop()
            found = self._pending.pop(answer.number, None)
            if found is None:
                continue
            submission, _ = found
            pairs = zip(submission.statements, answer.outcomes, strict=True)
            try:
                submission.outcomes.set_result(tuple(self._outcome(*pair) for pair in pairs))
            except StoreError as error:
                submission.outcomes.set_exception(error)

    def expire(self) -> None:
        """Tell those to try again whose answer does not come."""
        before = time.monotonic() - GIVE_UP_SECONDS
        for number in [number for number, (_, at) in self._pending.items() if at < before]:
            submission, _ = self._pending.pop(number)
            submission.outcomes.set_exception(StoreError("no coordinator appends to this log now; try again"))

    def abandon(self) -> None:
        """This process stops: whoever waits tries again, and finds what was logged meanwhile."""
        for submission, _ in self._pending.values():
            submission.outcomes.set_exception(StoreError("the coordinator is stopping; try again"))
        self._pending.clear()

    def _outcome(self, signed: Signed, found: Placed | Refusal) -> Receipt | Refusal:
        if isinstance(found, Refusal):
            return found
        return self._journal.receipt(Logged(signed, found.index, found.logged_at))

    # --- where they are appended

    def take(self) -> list[Submission]:
        """What others handed over and nobody has answered, the oldest first; StoreError."""
        found: list[Submission] = []
        count = 0
        for item in self._relay.waiting(GROUP_STATEMENTS):
            count += len(item.envelopes)
            if found and count > GROUP_STATEMENTS:
                break
            statements = tuple(parse_statement(data) for data in item.envelopes)
            proven = frozenset(
                signed.id for signed, is_proven in zip(statements, item.proven, strict=True) if is_proven
            )
            sender = Sender(item.sender, item.certificate)
            found.append(Submission(statements, sender, proven, number=item.number))
        return found

    def answer(self, answers: Sequence[Answer]) -> None:
        """Tell the takers what became of their submissions. What cannot be told waits, and is judged again."""
        try:
            if answers:
                self._relay.answer(answers)
        except StoreError as error:
            _log.warning("answers wait for the store: %s", error)

    def forget(self) -> None:
        """Remove what nobody came for; StoreError."""
        self._relay.forget(KEPT_SECONDS)

"""Brings this process's view of the log up to what others appended: head, revocations, folds, watchers.

The one fact: a view only moves forward, under one lock, whoever moves it; the process that appends moves it by what it
wrote, every other one by reading. Whoever asks for a place in the log that another replica named is answered only after
a look at the store, so two replicas never tell two ages of the log one after the other. Architecture, "State".
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from coordinator.journal import Journal
from coordinator.record import Folds, Recent, StoreRecord
from coordinator.store.contract import LogStore, StoredStatement
from coordinator.tail import Tail, TailItem
from protos.values import LoggedData

AT_ONCE = 1024
"""More leaves than this are not carried to the watchers one by one: they look into the store themselves."""
READERS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class View:
    """What a process knows of the log."""

    log: LogStore
    journal: Journal
    record: StoreRecord
    folds: Folds
    tail: Tail


class Following:
    """Moves a view. `moving` is held by whoever does, the sequencer's appends included."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._readers: Recent[frozenset[str]] = Recent(READERS_KEPT)
        self.moving = threading.RLock()

    def look(self) -> None:
        """See what others appended, unless this process is the one that appends; StoreError."""
        if not self._view.log.holds_log:
            self.catch_up()

    def reach(self, size: int) -> None:
        """Look if the view is shorter than somebody was told; StoreError."""
        if size > self._view.journal.head.frontier.size:
            self.look()

    def catch_up(self) -> bool:
        """Bring the view up to the store; whether another process, or a failed append of ours, had moved the log."""
        view = self._view
        with self.moving:
            start = view.tail.size
            rows = view.journal.refresh()
            size = view.journal.head.frontier.size
            if rows is None and size == start:
                return False
            view.folds.clear()
            if size - start > AT_ONCE:
                view.record.forget_revocations()
                view.record.forget_enrolments()
                view.tail.jump(size)
                return True
            if not rows or rows[0].index != start:
                rows = view.log.leaves(start, size - start)
            if any(row.kind == "revocation" for row in rows):
                view.record.forget_revocations()
                view.tail.alarm()  # before it is streamed: the one it is about hears no more
            if any(row.kind == "enrolment" for row in rows):
                view.record.forget_enrolments()
            view.tail.extend([self._item(row) for row in rows])
            return True

    def _item(self, row: StoredStatement) -> TailItem:
        concerned = frozenset() if row.audience is None else frozenset({row.audience})
        calculation = row.calculation
        if calculation is not None:
            found = self._readers.get(calculation, lambda: self._view.log.readers(calculation) or None)
            concerned = found or concerned
        return TailItem(LoggedData(row.data, row.index, row.logged_at), concerned)

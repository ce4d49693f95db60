"""The right to append to the log in PostgreSQL: an advisory lock, kept by a sign of life, fenced by a number.

The one fact: each holder gets a number of its own, and every append looks the number up in its own transaction; so one
who was paused and does not know that it lost the lock appends nothing. The server itself ends the session of a holder
that stands still, and the lock with it, so another takes over within seconds. Architecture, "State".
"""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from coordinator.store.database import PAUSED_MS, Database, store_errors
from coordinator.store.tables import sequencing
from protocol.errors import StoreError

# Any constant will do: it names "the right to append to this database's log".
ADVISORY_LOCK = 0x5EA15
BEAT_SECONDS = 0.5
TRUSTED_SECONDS = 2.0
"""How old the last sign of life may be; below PAUSED_MS, after which the server gives the lock to others."""
_TAKE = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=ADVISORY_LOCK)
_GIVE = text("SELECT pg_advisory_unlock(:key)").bindparams(key=ADVISORY_LOCK)
_RAISE = (
    update(sequencing)
    .where(sequencing.c.place == 1)
    .values(epoch=sequencing.c.epoch + 1)
    .returning(sequencing.c.epoch)
)
_EPOCH = select(sequencing.c.epoch).where(sequencing.c.place == 1).with_for_update(read=True)
_log = logging.getLogger("sealsum.coordinator.holding")


class Holding:
    """Takes the lock, keeps it, and knows when it is gone. `take` by one thread; the rest by any."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._epoch: int | None = None
        self._seen = 0.0
        self._stopping = threading.Event()
        self._beating: threading.Thread | None = None

    @property
    def epoch(self) -> int | None:
        """The number under which this process may append now; None when it may not."""
        is_young = time.monotonic() - self._seen < TRUSTED_SECONDS
        return self._epoch if is_young else None

    def take(self) -> bool:
        """Take, or confirm, the right to append; False while another process has it, or nobody can."""
        if self.epoch is not None:
            return True
        with self._lock:
            try:
                with store_errors():
                    return self._confirm() if self._epoch is not None else self._try()
            except StoreError as error:
                _log.warning("the right to append cannot be had: %s", error)
                self._let_go()
                return False

    def _try(self) -> bool:
        if self._connection is None:
            self._connection = self._database.connect_alone()
        connection, begun = self._connection, time.monotonic()
        if not connection.execute(_TAKE).scalar_one():
            return False
        # From here on the server ends this session when it hears nothing, as it does with a transaction.
        connection.execute(text(f"SET idle_session_timeout = {PAUSED_MS}"))
        # Waits for an append of the holder before, and lets it append nothing more.
        self._epoch = connection.execute(_RAISE.values(holder=self._name)).scalar_one()
        self._seen = begun
        if self._beating is None or not self._beating.is_alive():
            self._beating = threading.Thread(target=self._beat, name="holding", daemon=True)
            self._beating.start()
        _log.info("this process appends to the log from now on, epoch %s", self._epoch)
        return True

    def _confirm(self) -> bool:
        """Give a sign of life; the lock is ours as long as the session answers."""
        assert self._connection is not None
        begun = time.monotonic()
        self._connection.execute(text("SELECT 1"))
        self._seen = begun
        return True

    def _beat(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            with self._lock:
                if self._epoch is None:
                    return
                try:
                    self._confirm()
                except SQLAlchemyError:
                    _log.warning("the right to append is lost: the database ended the session")
                    self._let_go()
                    return

    def check(self, connection: Connection) -> None:
        """Raise StoreError unless the transaction of this connection may append; none later may while it runs."""
        epoch = self._epoch
        if epoch is None or connection.execute(_EPOCH).scalar() != epoch:
            raise StoreError("another coordinator appends to this log now; nothing was written")

    def close(self) -> None:
        """Give the right back at once."""
        self._stopping.set()
        with self._lock:
            if self._connection is not None and self._epoch is not None:
                try:
                    # Said, not left to the end of the session, which the server may notice a moment later.
                    self._connection.execute(_GIVE)
                except SQLAlchemyError:
                    _log.info("the session of the lock had ended already")
            self._let_go()

    def _let_go(self) -> None:
        self._epoch = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.invalidate()  # ends the session, and the lock with it
                connection.close()
            except SQLAlchemyError:
                _log.info("the session of the lock had ended already")

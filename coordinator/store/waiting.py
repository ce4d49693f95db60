"""How a migration waits for a lock on PostgreSQL without holding up those who append.

The one fact: whoever asks for a table after a migration that waits for it waits as well, though the one in front only
reads. So a migration waits for a moment, lets the others go first, and asks again. Indexes that are built beside
reads and writes hold nobody up, and wait as long as it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, Row, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from protocol.errors import StoreError

Tell = Callable[[str], None]
LOOK_SECONDS = 0.5
TELL_SECONDS = 10
_PID = text("SELECT pg_backend_pid()")
# For the length of a transaction: outside of any, where indexes are built, it says nothing.
_LIMIT = text("SELECT set_config('lock_timeout', :limit, true)")
# Who stands in the way, and not with which words: a query may hold values.
_IN_THE_WAY = text(
    """
    SELECT way.pid, found.usename, found.application_name, found.state,
           extract(epoch FROM clock_timestamp() - found.xact_start)::bigint AS age,
           (SELECT min(relation::regclass::text) FROM pg_locks
             WHERE pid = CAST(:pid AS integer) AND NOT granted) AS wanted
      FROM (SELECT DISTINCT unnest(pg_blocking_pids(CAST(:pid AS integer))) AS pid) AS way
      LEFT JOIN pg_stat_activity AS found USING (pid)
     ORDER BY found.xact_start, way.pid
    """
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a step waits for a lock, stands back before it asks again, and how long all of it may take, seconds."""

    lock: float = 2
    pause: float = 10
    whole: float = 600


def run_patiently(
    engine: Engine, connection: Connection, run: Callable[[], None], tell: Tell, patience: Patience
) -> None:
    """Run what may be run again after it broke off, on this connection; StoreError when others never let it."""
    pid = connection.execute(_PID).scalar_one()
    connection.rollback()
    limit = {"limit": f"{int(patience.lock * 1000)}ms"}
    event.listen(connection, "begin", lambda begun: begun.execute(_LIMIT, limit))
    began = time.monotonic()
    with _telling(engine, pid, tell) as seen:
        while True:
            try:
                run()
                return
            except OperationalError as error:
                if not isinstance(
                    error.orig, (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)
                ):
                    raise
                connection.rollback()
                if time.monotonic() - began >= patience.whole:
                    raise _given_up(patience, seen) from error
            time.sleep(patience.pause)


def _given_up(patience: Patience, seen: list[str]) -> StoreError:
    return StoreError(
        f"the migration gave up after {patience.whole / 60:g} minutes: it waits for {seen[-1] if seen else 'a lock'}. "
        "What it had begun is undone, the versions before stand. Wait for that session, or end it with "
        "pg_terminate_backend, then run `sealsum coordinator migrate` again"
    )


@contextmanager
def _telling(engine: Engine, pid: int, tell: Tell) -> Iterator[list[str]]:
    """Say who stands in the way of session `pid`, now and then while somebody does; what was seen is in the list."""
    seen: list[str] = []
    is_over = Event()

    def look() -> None:
        told = float("-inf")
        with (
            suppress(SQLAlchemyError),  # the migration's own session says what the database has
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking,
        ):
            while not is_over.wait(LOOK_SECONDS):
                found = looking.execute(_IN_THE_WAY, {"pid": pid}).all()
                if not found:
                    continue
                seen[:] = [_words(found)]
                if time.monotonic() - told >= TELL_SECONDS:
                    told = time.monotonic()
                    tell(f"the migration waits for {seen[-1]}; appends go first meanwhile")

    thread = Thread(target=look, name="migration-waits", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()


def _words(found: Sequence[Row[Any]]) -> str:
    wanted = (
        "transactions that began before it" if found[0].wanted is None else f"a lock on {found[0].wanted}"
    )
    return f"{wanted}: in the way {'is' if len(found) == 1 else 'are'} {', '.join(map(_session, found))}"


def _session(row: Row[Any]) -> str:
    if row.pid == 0:
        return "a prepared transaction (pg_prepared_xacts)"
    said = [row.usename and f"user {row.usename}", row.application_name, row.state]
    known = ", ".join(word for word in said if word)
    age = "of unknown age" if row.age is None else f"{row.age} s old"
    return f"session {row.pid} ({known}) with a transaction {age}"

"""Brings a database's tables up to date, and says before anything is written what stands in the way.

The one fact: a version may only be raised, by one process at a time. Each migration lets the program of the version
before go on, and start (expand): rows that it writes lack what is new, and are read all the same. What that one needs
is taken away a version later (contract), by a migration that says so in `oldest_program`. docs/decisions/0020.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, select, text

from coordinator.store.database import check_reachable, open_engine, parse_url, place_of, store_errors
from coordinator.store.tables import oldest_program
from coordinator.store.waiting import Patience, Tell, run_patiently
from protocol.errors import StoreError

_log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
MIGRATION_LOCK = 0x5EA16
WAIT_SECONDS = 0.2
PATIENCE = Patience()
_TAKE = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=MIGRATION_LOCK)
_GIVE = text("SELECT pg_advisory_unlock(:key)").bindparams(key=MIGRATION_LOCK)
_OLDEST_PROGRAM = select(oldest_program.c.version).where(oldest_program.c.place == 1)


@dataclass(frozen=True, slots=True)
class Tables:
    """Of which version the tables are (None: there are none), the newest that this program knows, and whether it may
    work with those: they are its own, or newer ones that were only added to."""

    found: str | None
    newest: str
    is_fit: bool


def migrate(url: str, to: str = "head", tell: Tell = _log.warning, patience: Patience = PATIENCE) -> None:
    """Bring the tables up to date; StoreError when the database is newer than we are, or cannot be reached.

    On PostgreSQL others read and append meanwhile: who stands in the way of a step is told, and StoreError says so too
    when patience ends.
    """
    from alembic import command  # slow to load, and those who only look do without

    with _engine(url, writer=True) as engine, _alone(engine), engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        _check_known(_look(connection), url)
        connection.rollback()
        if engine.dialect.name == "postgresql":
            run_patiently(engine, connection, lambda: command.upgrade(config, to), tell, patience)
        else:
            command.upgrade(config, to)


def find_tables(url: str) -> Tables:
    """What the database says of its tables; StoreError when it cannot be reached. Writes nothing."""
    with _engine(url, writer=False) as engine, engine.connect() as connection:
        return _look(connection)


def check_fit(url: str) -> None:
    """Raise StoreError unless this program may work with the tables, though they may be newer; writes nothing."""
    tables = find_tables(url)
    if not tables.is_fit:
        _check_known(tables, url)
        raise _too_old(tables, url)


def check_current(url: str) -> None:
    """Raise StoreError unless the tables are exactly those of this program; writes nothing."""
    tables = find_tables(url)
    _check_known(tables, url)
    if tables.found != tables.newest:
        raise _too_old(tables, url)


def is_empty(url: str) -> bool:
    """Whether there are no tables of ours yet; a file of SQLite that is not there is not made by looking."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        return True
    with _engine(url, writer=False) as engine, engine.connect() as connection:
        return _found(connection) is None


def _check_known(tables: Tables, url: str) -> None:
    if tables.found is None or tables.found in _known():
        return
    may = "it may serve from them, but not change or copy them" if tables.is_fit else "nothing was written"
    raise StoreError(
        f"the database at {place_of(url)} has tables of version {tables.found}, newer than this program, which knows "
        f"{tables.newest} ({may}): install the program that made it"
    )


def _too_old(tables: Tables, url: str) -> StoreError:
    has = "no tables" if tables.found is None else f"tables of version {tables.found}"
    return StoreError(
        f"the database at {place_of(url)} has {has}, expected version {tables.newest}: back it up, then run "
        "`sealsum coordinator migrate`"
    )


def _look(connection: Connection) -> Tables:
    found, known = _found(connection), _known()
    is_fit = found == known[0]
    if found is not None and found not in known and inspect(connection).has_table(oldest_program.name):
        # Only added to since: what the program of a known version needs is still there.
        is_fit = connection.execute(_OLDEST_PROGRAM).scalar() in known
    return Tables(found, known[0], is_fit)


def _found(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _known() -> list[str]:
    """Every version of the tables, the newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@contextmanager
def _engine(url: str, writer: bool) -> Iterator[Engine]:
    with store_errors():
        engine = open_engine(url, writer)
        try:
            check_reachable(engine, url)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Replicas that start at once take turns; SQLite has one process anyway."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Asked for again and again: one who waited inside the server would hold up the building of indexes.
        while not connection.execute(_TAKE).scalar_one():
            time.sleep(WAIT_SECONDS)
        yield
        connection.execute(_GIVE)

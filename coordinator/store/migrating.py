"""Brings a database's tables up to date, and says before anything is written what stands in the way.

The one fact: a version may only be raised, by one process at a time. Each migration lets the program of the version
before go on (expand); what that one needs is taken away a version later (contract). docs/decisions/0020.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from coordinator.store.database import check_reachable, open_engine, parse_url, place_of, store_errors
from protocol.errors import StoreError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
MIGRATION_LOCK = 0x5EA16
WAIT_SECONDS = 0.2
_TAKE = text("SELECT pg_try_advisory_lock(:key)").bindparams(key=MIGRATION_LOCK)
_GIVE = text("SELECT pg_advisory_unlock(:key)").bindparams(key=MIGRATION_LOCK)


def migrate(url: str, to: str = "head") -> None:
    """Bring the tables up to date; StoreError when the database is newer than we are, or cannot be reached."""
    from alembic import command  # slow to load, and those who only look do without

    with _engine(url) as engine, _alone(engine), engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        _check_known(_found(connection), url)
        connection.rollback()
        command.upgrade(config, to)


def check_current(url: str, may_be_empty: bool = False) -> None:
    """Raise StoreError unless the tables are exactly those of this program; writes nothing."""
    with _engine(url) as engine, engine.connect() as connection:
        found = _found(connection)
    _check_known(found, url)
    newest = _known()[0]
    if found == newest or (found is None and may_be_empty):
        return
    has = "no tables" if found is None else f"tables of version {found}"
    raise StoreError(
        f"the database at {place_of(url)} has {has}, expected version {newest}: back it up, then run "
        "`sealsum coordinator migrate`"
    )


def is_empty(url: str) -> bool:
    """Whether there are no tables of ours yet; a file of SQLite that is not there is not made by looking."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        return True
    with _engine(url) as engine, engine.connect() as connection:
        return _found(connection) is None


def _check_known(found: str | None, url: str) -> None:
    if found is not None and found not in _known():
        raise StoreError(
            f"the database at {place_of(url)} has tables of version {found}, newer than this program, which knows "
            f"{_known()[0]}: install the program that made it, or restore the backup from before"
        )


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
def _engine(url: str) -> Iterator[Engine]:
    with store_errors():
        engine = open_engine(url, writer=True)
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

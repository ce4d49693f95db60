"""Opens the database that a URL names and brings its tables up to date.

The one fact: on SQLite a commit returns only after the write-ahead log is on disk (synchronous=FULL), and writers
take the write lock when they begin, so no transaction fails half way for want of it. Architecture, "State".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from protocol.errors import StoreError

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
BUSY_MS = 30_000
MIGRATION_LOCK = 0x5EA16


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite:///{path.resolve()}"


def open_engine(url: str, writer: bool) -> Engine:
    """An engine for reading, or for writing: on SQLite its transactions begin with the write lock."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8, hide_parameters=True
        )
        if not writer:
            return engine.execution_options(isolation_level="AUTOCOMMIT")
        return engine
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"expected a sqlite or postgresql URL, found {parsed.get_backend_name()}")
    size = 1 if writer else 8
    engine = create_engine(
        parsed, poolclass=QueuePool, pool_size=size, max_overflow=0, pool_timeout=60, hide_parameters=True
    )
    _configure_sqlite(engine, writer)
    return engine


def _configure_sqlite(engine: Engine, writer: bool) -> None:
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver leaves BEGIN to us: writers take the lock at once, readers do without, one SELECT at a time.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=2000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", on_connect)
    if writer:
        event.listen(engine, "begin", on_begin)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn failures of the database into StoreError; a malformed statement is a bug of ours and passes."""
    try:
        yield
    except ProgrammingError:
        raise
    except DBAPIError as error:
        raise StoreError(f"the database failed: {type(error.orig).__name__}; try again") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database failed: {type(error).__name__}; try again") from error


class Database:
    """The two engines of one URL. Reads run beside each other and beside a write; writes one after another."""

    def __init__(self, url: str) -> None:
        self.is_postgres = make_url(url).get_backend_name() == "postgresql"
        self._reader = open_engine(url, writer=False)
        self._writer = open_engine(url, writer=True)
        self._write_lock = Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; StoreError when the database fails."""
        with store_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, durable when the block ends; StoreError when the database fails."""
        with self._write_lock, store_errors(), self._writer.begin() as connection:
            yield connection

    def connect_writer(self) -> Connection:
        """A connection of the caller's own, which it closes."""
        with store_errors():
            return self._writer.connect()

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()


def migrate(url: str) -> None:
    """Bring the tables up to date; StoreError when the database cannot be reached."""
    from alembic import command  # slow to load, and those who only look do without
    from alembic.config import Config

    with store_errors():
        engine = open_engine(url, writer=True)
        try:
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":  # replicas that start at once take turns
                    connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=MIGRATION_LOCK)
                    )
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        finally:
            engine.dispose()

"""Opens the database that a URL names.

The one fact: a commit returns only after the write-ahead log is on disk, on PostgreSQL also on the synchronous standbys
that the server names. On SQLite writers take the write lock when they begin, so no transaction fails half way for want
of it; on PostgreSQL the server ends a transaction whose process stands still, so a paused replica holds nobody up.
Architecture, "State".
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import zip_longest
from pathlib import Path
from select import POLLIN, poll
from threading import Lock
from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import URL, Connection, Engine, Insert, Table, bindparam, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, ProgrammingError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from protocol.errors import StoreError

_NOTIFY = select(func.pg_notify(bindparam("channel"), ""))
BUSY_MS = 30_000
CONNECT_SECONDS = 10
POOL = 8
SILENT_SECONDS = 5
"""How long a server may leave what was sent unanswered by its kernel: then its machine, or the way to it, is gone."""
QUIET_SECONDS = 1.0
"""How long a connection may have been unused and is not asked whether it lives."""
PAUSED_MS = 2500
"""How long PostgreSQL waits for the next word of a transaction that is under way."""


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return f"sqlite:///{path.resolve()}"


def place_of(url: str | URL) -> str:
    """A database as messages name it: where and as whom, without password or options."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.database or "a SQLite database in memory"
    found = connection_of(parsed)
    hosts = str(found.get("host", "localhost")).split(",")
    ports = str(found.get("port", 5432)).split(",")
    places = " or ".join(f"{host}:{port}" for host, port in zip_longest(hosts, ports, fillvalue=ports[-1]))
    return f"{places}, database {parsed.database or ''}, user {parsed.username or ''}"


def parse_url(url: str) -> URL:
    """The URL of a database of a kind that we know, with our driver; StoreError for any other."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except SQLAlchemyError as error:
        raise StoreError(
            "SEALSUM_DATABASE_URL is no URL; expected postgresql://USER@HOST/DATABASE or sqlite:///FILE"
        ) from error
    if backend not in ("postgresql", "sqlite"):
        raise StoreError(f"expected a sqlite or postgresql URL, found {backend}")
    return parsed.set(drivername="postgresql+psycopg") if backend == "postgresql" else parsed


def open_engine(url: str, writer: bool) -> Engine:
    """An engine for reading, or for writing: on SQLite its transactions begin with the write lock."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgres(parsed, writer)
    size = 1 if writer else 8
    engine = create_engine(
        parsed, poolclass=QueuePool, pool_size=size, max_overflow=0, pool_timeout=60, hide_parameters=True
    )
    _configure_sqlite(engine, writer)
    return engine


def connection_of(url: URL) -> dict[str, Any]:
    """What the driver makes of a URL; one of PostgreSQL may name several hosts, of which one takes writes."""
    return dict(url.get_dialect()().create_connect_args(url)[1])


def watched(url: URL) -> dict[str, int]:
    """What the driver is told so that it notices a server that vanished; whatever the URL says itself stands."""
    wanted = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
        "keepalives_idle": SILENT_SECONDS,
        "keepalives_interval": 1,
        "keepalives_count": SILENT_SECONDS,
    }
    return {name: value for name, value in wanted.items() if name not in url.query}


def _open_postgres(url: URL, writer: bool) -> Engine:
    said = url.query.get("options", "")
    own = said if isinstance(said, str) else " ".join(said)
    # Ours first: who asks for remote_apply in the URL gets it, and a server's default of `off` counts for nothing.
    asked = f"-c synchronous_commit=on {own} -c idle_in_transaction_session_timeout={PAUSED_MS}"
    engine = create_engine(
        url,
        pool_size=POOL,
        hide_parameters=True,
        # Set once a connection, not at every use.
        isolation_level="READ COMMITTED" if writer else "AUTOCOMMIT",
        connect_args={**watched(url), "options": asked},
    )
    _ask_when_in_doubt(engine)
    return engine


def _ask_when_in_doubt(engine: Engine) -> None:
    """Have a pooled connection asked whether it lives when its end may have come, and replaced if it has.

    A server that ends a session says so, which makes the connection readable though nothing was asked; one that is
    gone without a word is found out after QUIET_SECONDS, or by the use itself, which fails and renews the whole pool.
    """

    def on_checkin(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    def on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        used = record.info.get("used")
        if used is None or (time.monotonic() - used < QUIET_SECONDS and not _has_news(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError("the database ended this connection") from error

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)


def _has_news(connection: Any) -> bool:
    if connection.closed:
        return True
    sockets = poll()
    sockets.register(connection.pgconn.socket, POLLIN)
    return bool(sockets.poll(0))


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


_TROUBLE = {
    "password authentication failed": "it refuses this user's password; set PGPASSWORD, or name a passfile",
    "no password supplied": "it asks for a password; set PGPASSWORD, or name a passfile",
    "no pg_hba.conf entry": "it takes no connections from this host; ask whoever runs it",
    "does not exist": "there is no such database or user; make it first",
    "refused": "nothing listens there; is it running, are host and port right?",
    "timeout": "nobody answers; is a firewall in between?",
    "translate host name": "no such host is known; are host and port right?",
    "starting up": "it is starting; try again",
    "too many": "it has no connection left; raise max_connections",
    "unable to open": "the file cannot be opened; does its folder exist, may this account write there?",
    "not a database": "the file is no SQLite database; is the path right?",
    "readonly": "the file may not be written; whose is it?",
}
"""What a driver says, and what to do."""


def check_reachable(engine: Engine, url: str) -> None:
    """Raise StoreError, in words for whoever starts the program, unless the database answers."""
    try:
        with engine.connect():
            return
    except DBAPIError as error:
        said = str(error.orig)
        words = next((advice for phrase, advice in _TROUBLE.items() if phrase in said), "see its own log")
        raise StoreError(f"the database at {place_of(url)} cannot be used: {words}") from error


_WORDS = {
    "SQLITE_FULL": "the disk is full",
    "DiskFull": "the disk is full",
    "SQLITE_READONLY": "the disk is read-only",
    # PostgreSQL has one code for what the kernel forbids its own files and for what it forbids a user.
    "InsufficientPrivilege": "its disk is read-only, or this user lacks a right",
    "SQLITE_IOERR": "the disk fails",
    "IoError": "the disk fails",
    "AdminShutdown": "it ended this session",
    "CrashShutdown": "it ended this session",
    "OperationalError": "it cannot be reached",
}


def _name_of(error: object) -> str:
    """What is wrong, in words where we have some; a driver's own may hold what a statement held."""
    name = str(getattr(error, "sqlite_errorname", type(error).__name__))
    return next((words for begin, words in _WORDS.items() if name.startswith(begin)), name)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn failures of the database into StoreError; a malformed statement is a bug of ours and passes."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, ProgrammingError) and not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise StoreError(f"the database failed: {_name_of(error.orig)}; try again") from error
    except SQLAlchemyError as error:
        raise StoreError(f"the database failed: {type(error).__name__}; try again") from error


class Database:
    """The two engines of one URL. Reads run beside each other and beside writes; SQLite writes one after another."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_postgres = parse_url(url).get_backend_name() == "postgresql"
        self._reader = open_engine(url, writer=False)
        self._writer = open_engine(url, writer=True)
        self._turn = nullcontext() if self.is_postgres else Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; StoreError when the database fails."""
        with store_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, durable when the block ends; StoreError when the database fails."""
        with self._turn, store_errors(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def write_one(self) -> Iterator[Connection]:
        """A connection for a single writing command, durable when it returns; StoreError when the database fails."""
        if not self.is_postgres:
            with self.write() as connection:
                yield connection
            return
        with (
            store_errors(),
            self._reader.connect() as connection,
        ):  # commits by itself: one word instead of three
            yield connection

    def put(self, table: Table) -> Insert:
        """An insert that replaces the row with the same primary key. Build it once."""
        insert = self._build(table)
        keys = table.primary_key.columns
        others = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
        return insert.on_conflict_do_update(index_elements=list(keys), set_=others)

    def add_missing(self, table: Table) -> Insert:
        """An insert that leaves a row that is there already. Build it once."""
        return self._build(table).on_conflict_do_nothing()

    def _build(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    def tell(self, connection: Connection, channel: str) -> None:
        """Have other processes woken when this transaction is committed; SQLite has none."""
        if self.is_postgres:
            connection.execute(_NOTIFY, {"channel": channel})

    def connect_alone(self) -> Connection:
        """A connection of the caller's own, outside transactions, which it closes; StoreError when there is none."""
        with store_errors():
            return self._writer.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

"""A node's store: one SQLite file in the data folder, its transactions and its tables' version.

The one fact: WAL with full synchronisation, so what a committed transaction wrote survives a power cut, and
the command line and the agent work on one store at the same time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError, OperationalError

from node.store.tables import METADATA
from node.store.vault import CONNECTION_INFO, DataKey
from protocol.errors import Refused, StoreError

HEAD = "0014"
"""The newest revision in node/migrations; a test holds it against the scripts."""

FILE_NAME = "node.sqlite"
_MIGRATIONS = Path(__file__).parent.parent / "migrations"
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "busy_timeout=30000",
    "temp_store=MEMORY",
)


class Store:
    """A node's store. `read` and `write` give transactions; a write is all or nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_key = DataKey()
        self.engine = _make_engine(folder / FILE_NAME, self.data_key)
        self._data_version: int | None = None
        self._watching: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection whose every query sees what was committed before it; StoreError when it cannot be read."""
        try:
            with self.engine.connect().execution_options(sealsum_bare=True) as connection:
                yield connection
        except OperationalError as error:
            raise StoreError(explain(error, self.folder)) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; StoreError leaves the store as it was."""
        try:
            connection = self.engine.connect()
            with connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise StoreError(explain(error, self.folder)) from error

    def scrub(self) -> None:
        """Fold the write-ahead log into the file, so that deleted secrets leave no copy in it; StoreError."""
        with self.read() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def rewrite(self) -> None:
        """Write the whole file anew, so that no page keeps what was there before; StoreError."""
        with self.read() as connection:
            connection.exec_driver_sql("VACUUM")
        self.scrub()

    def changed_elsewhere(self) -> bool:
        """Whether another process or connection has written since the last call; costs microseconds."""
        if self._watching is None:
            self._watching = self.engine.connect().execution_options(sealsum_bare=True)
        version = int(self._watching.exec_driver_sql("PRAGMA data_version").scalar_one())
        changed = version != self._data_version
        self._data_version = version
        return changed

    def close(self) -> None:
        """Give the file back."""
        if self._watching is not None:
            self._watching.close()
            self._watching = None
        self.engine.dispose()


def _make_engine(path: Path, data_key: DataKey) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": 30, "check_same_thread": False}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        record.info[CONNECTION_INFO] = data_key
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("sealsum_bare"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def migrate(engine: Engine) -> None:
    """Bring a store to this version; Refused("version") when a newer one wrote it."""
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        found = (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if known else None
        )
    if found == HEAD:
        return
    if found is not None and str(found) > HEAD:
        raise Refused(
            "version",
            f"the store was written by a newer Sealsum (tables {found}, this one knows {HEAD}); nothing was changed. "
            "Install that version again, or restore a backup of this one",
        )
    with engine.connect() as connection, connection.begin():
        # Another process may have been first since the look above: this one holds the write lock now.
        if not inspect(connection).has_table("alembic_version"):
            make_tables(connection)
            return
        run_migrations(connection)


def make_tables(connection: Connection) -> None:
    """Make all tables of a new store at once; a test holds them against what the migrations make."""
    METADATA.create_all(connection)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))


def run_migrations(connection: Connection) -> None:
    """Bring an older store to this version."""
    # Alembic takes longer to import than everything else: only when there is something to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)


def explain(error: DatabaseError, folder: Path) -> str:
    """What to say of a store that could not be used."""
    return f"the store in {folder} could not be used ({error.orig}); nothing was changed. Try again."

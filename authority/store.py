"""Opens the authority's store: one SQLite file in its folder; the only module that does.

The one fact: a write takes the lock before it reads, so two applications with one token are judged one after
the other, by `serve` and by the command line alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from authority.tables import metadata
from protocol.errors import Refused, StoreError

FILE_NAME = "authority.sqlite"
VERSION = 2
"""Of the tables; kept in SQLite's user_version. Another version is refused, not guessed at."""


class Store:
    """The authority's store. `read` and `write` give transactions; a write is all or nothing."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; StoreError when the file cannot be read."""
        with self._begin(write=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; StoreError leaves the store as it was."""
        with self._begin(write=True) as connection:
            yield connection

    @contextmanager
    def _begin(self, *, write: bool) -> Iterator[Connection]:
        try:
            connection = self._engine.connect().execution_options(sealsum_write=write)
            with connection, connection.begin():
                yield connection
        except OperationalError as error:
            raise StoreError(f"the store in {self.folder}: {error.orig}; try again") from error

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()


def make_store(folder: Path) -> Store:
    """Make the store of a new authority in an existing folder; Refused when one is there already."""
    path = folder / FILE_NAME
    try:
        # 0600 from the first byte on; O_EXCL: an existing store is never touched.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        raise Refused("folder", f"{path} is there already; an authority is never replaced") from error
    except OSError as error:
        raise StoreError(f"cannot make {path}: {error.strerror}") from error
    store = Store(folder, _make_engine(path))
    with store.write() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    return store


def open_store(folder: Path) -> Store:
    """Open an existing store; Refused("folder") when there is none, StoreError for one of another version."""
    path = folder / FILE_NAME
    if not path.is_file():
        raise Refused("folder", f"{folder} holds no authority; make one: sealsum authority init {folder}")
    store = Store(folder, _make_engine(path))
    try:
        with store.read() as connection:
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    except DatabaseError as error:
        raise StoreError(f"{path} is not a readable SQLite file: {error.orig}") from error
    if found == 1:
        _from_first(store)
        return store
    if found != VERSION:
        store.close()
        raise StoreError(f"{path} has tables of version {found}, this program expects {VERSION}")
    return store


def _make_engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": 30}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        # An answer that left the door survives a power cut.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("sealsum_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _from_first(store: Store) -> None:
    """From version 1, where an invitation led to one enrolment, to where its keys may be replaced."""
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE enrolments RENAME TO enrolments_1")
        connection.exec_driver_sql("DROP INDEX IF EXISTS ix_enrolments_legal_entity")
        metadata.create_all(connection)
        names = "id, invitation, legal_entity, signing_key_id, sealing_key, serial, envelope, certificate_pem"
        names += ", enrolled_at, revoked_at, revocation"
        connection.exec_driver_sql(f"INSERT INTO enrolments ({names}) SELECT {names} FROM enrolments_1")  # noqa: S608
        connection.exec_driver_sql("DROP TABLE enrolments_1")
        connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")

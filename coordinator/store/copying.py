"""Copies a whole store, as it was at one moment, into a file of SQLite and back into an empty database of either kind.

The one fact: both kinds have the same tables, so the file is a coordinator's database in its own right. What replicas
tell each other is not copied: after a restore there is nobody left to hear it. Nor is what the tables say of
themselves, which migrations write. docs/decisions/0021.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Integer, Table, func, insert, select, text

from coordinator.store.database import Database, open_engine, parse_url, sqlite_url, store_errors
from coordinator.store.migrating import check_current, migrate
from coordinator.store.tables import checkpoints, handed, metadata, oldest_program, sequencing, spent
from protocol.errors import Refused, StoreError

ROWS = 1000
PAGES = 4096
_NOT_COPIED = {sequencing.name, handed.name, spent.name, oldest_program.name}


def copy_out(url: str, target: Path) -> None:
    """Copy the store behind a URL into a new file, beside a serving process; StoreError.

    SQLite: its own online backup. PostgreSQL: one transaction that sees the database of one moment.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_file(Path(parsed.database or ""), target)
        return
    check_current(url)
    migrate(sqlite_url(target))
    engine = open_engine(url, writer=True).execution_options(isolation_level="REPEATABLE READ")
    with store_errors(), engine.begin() as source, _writing(sqlite_url(target)) as goal:
        source.execute(text("SET TRANSACTION READ ONLY"))
        source.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        _copy_rows(source, goal)
    engine.dispose()


def copy_in(source: Path, url: str) -> None:
    """Copy a file of `copy_out` into a database without a log, in one transaction; Refused("database"), StoreError."""
    migrate(url)
    engine = open_engine(sqlite_url(source), writer=False)
    with store_errors(), engine.connect() as read, _writing(url) as goal:
        if goal.execute(select(func.max(checkpoints.c.size))).scalar() is not None:
            raise Refused(
                "database", "it holds a log already: restore into an empty one, and keep that as it is"
            )
        _copy_rows(read, goal)
        if goal.dialect.name == "postgresql":
            for table in metadata.sorted_tables:
                _continue_numbers(goal, table)
    engine.dispose()


def _copy_file(source: Path, target: Path) -> None:
    if not source.is_file():
        raise StoreError(f"there is no database at {source}")
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
            read.backup(write, pages=PAGES)
            write.execute("PRAGMA journal_mode=DELETE")  # one file, whole
    except sqlite3.Error as error:
        raise StoreError(f"the database at {source} cannot be copied: {error}") from error


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    database = Database(url)
    try:
        with database.write() as connection:
            if database.is_postgres:
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            yield connection
    finally:
        database.close()


def _copy_rows(source: Connection, goal: Connection) -> None:
    for table in metadata.sorted_tables:
        if table.name in _NOT_COPIED:
            continue
        rows = source.execution_options(yield_per=ROWS).execute(select(table)).mappings()
        for part in rows.partitions(ROWS):
            goal.execute(insert(table), [dict(row) for row in part])


def _continue_numbers(goal: Connection, table: Table) -> None:
    """Rows that brought their number along do not move the server's own count."""
    for column in table.primary_key:
        if column.autoincrement is True and isinstance(column.type, Integer):
            name = func.pg_get_serial_sequence(table.name, column.name)
            highest = select(func.max(column)).scalar_subquery()
            goal.execute(select(func.setval(name, func.coalesce(highest, 1))))

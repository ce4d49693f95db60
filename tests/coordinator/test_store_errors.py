"""What a failing disk is called; the database's own limits stand for it.

Whole disks: tests/faults/test_disks.py, and under PostgreSQL tests/faults/test_databases.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from coordinator.store.database import Database, sqlite_url
from protocol.errors import StoreError


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("max_page_count = 2", "the disk is full; try again"),
        ("query_only = ON", "the disk is read-only; try again"),
    ],
)
def test_a_disk_that_takes_nothing_is_named(tmp_path: Path, limit: str, words: str) -> None:
    database = Database(sqlite_url(tmp_path / "limited.db"))
    with pytest.raises(StoreError, match=words), database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA {limit}")
        connection.exec_driver_sql("CREATE TABLE stored (bytes BLOB)")
        connection.exec_driver_sql("INSERT INTO stored VALUES (zeroblob(100000))")
    database.close()


@pytest.mark.postgres
def test_what_postgresql_may_not_write_is_no_bug_of_ours(postgres_url: str) -> None:
    """It says of a file on a read-only disk what it says of a table that a user may not write."""
    database = Database(postgres_url)
    words = "its disk is read-only, or this user lacks a right; try again"
    with pytest.raises(StoreError, match=words), database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE stored ()")
        connection.exec_driver_sql("SET ROLE pg_monitor")
        connection.exec_driver_sql("INSERT INTO stored DEFAULT VALUES")
    database.close()


@pytest.mark.postgres
def test_a_session_that_postgresql_ended_is_told_from_a_server_that_is_away(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(StoreError, match="it ended this session; try again"), database.read() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    database.close()
    away = Database(postgres_url.replace(str(make_url(postgres_url).port), "1"))
    with pytest.raises(StoreError, match="it cannot be reached; try again"), away.read():
        pass
    away.close()

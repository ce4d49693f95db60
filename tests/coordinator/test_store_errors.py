"""What a failing disk is called; the database's own limits stand for it. Whole disks: tests/faults/test_disks.py."""

from __future__ import annotations

from pathlib import Path

import pytest

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

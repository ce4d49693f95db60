"""A migration of PostgreSQL beside those who read and append: it lets them go first, and says for whom it waits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import Queue
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from coordinator.store.migrating import check_current, find_tables, migrate
from coordinator.store.waiting import Patience
from protocol.errors import StoreError
from tests.coordinator.test_migrations import engine_of, fill, reflect, value_of

pytestmark = pytest.mark.postgres
TAKES_CALCULATIONS = "0006"
"""The migration that adds a column to a table of the version before."""
SECRET = "geheim-4711"
AT_ONCE = Patience(lock=0.2, pause=0.2, whole=0)
PATIENT = Patience(lock=0.2, pause=0.2, whole=600)


@contextmanager
def long_reader(url: str, table: str) -> Iterator[Connection]:
    """A transaction that has read a table and sees it as it was then, as a backup does; its query names a secret."""
    engine = engine_of(url).execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        connection.execute(text(f"SELECT count(*), '{SECRET}' FROM {table}"))
        yield connection
    engine.dispose()


def pid_of(reader: Connection) -> int:
    return int(reader.execute(text("SELECT pg_backend_pid()")).scalar_one())


def append(url: str, number: int) -> None:
    """A row into the table that the migration wants; it fails when it has to wait for long."""
    engine = engine_of(url)
    table = reflect(url)["calculations"]
    row: dict[str, Any] = {column.name: value_of(column, number) for column in table.columns}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '30s'"))
        connection.execute(insert(table), [row])
    engine.dispose()


def test_appends_go_on_while_a_migration_waits_for_a_long_reader(postgres_url: str) -> None:
    migrate(postgres_url, "0005")
    fill(postgres_url)
    told: Queue[str] = Queue()
    with ThreadPoolExecutor(1) as pool:
        with long_reader(postgres_url, "calculations") as reader:
            migrating = pool.submit(migrate, postgres_url, tell=told.put, patience=PATIENT)
            words = told.get(timeout=60)
            for number in range(10, 15):
                append(postgres_url, number)
            assert not migrating.done() and find_tables(postgres_url).found == "0005"
            assert f"a lock on calculations: in the way is session {pid_of(reader)} " in words
            assert "idle in transaction" in words and SECRET not in words
        migrating.result(timeout=60)
    check_current(postgres_url)
    engine = engine_of(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM calculations")).scalar_one() == 8
    engine.dispose()


def test_a_migration_gives_up_with_a_word_for_whom_it_waits(postgres_url: str) -> None:
    migrate(postgres_url, "0005")
    with long_reader(postgres_url, "calculations") as reader:
        words = rf"gave up after 0 minutes: .* calculations: in the way is session {pid_of(reader)} .* again"
        longer = Patience(lock=2, pause=0, whole=0)  # long enough to look who it is
        with pytest.raises(StoreError, match=words) as caught:
            migrate(postgres_url, patience=longer)
        assert SECRET not in str(caught.value) and find_tables(postgres_url).found == "0005"
    migrate(postgres_url)
    check_current(postgres_url)


def test_an_index_that_is_built_beside_others_is_not_given_up(postgres_url: str) -> None:
    """It holds nobody up; half of one would have to be built again."""
    migrate(postgres_url, TAKES_CALCULATIONS)
    told: Queue[str] = Queue()
    with ThreadPoolExecutor(1) as pool:
        with long_reader(postgres_url, "calculations"):
            migrating = pool.submit(migrate, postgres_url, tell=told.put, patience=AT_ONCE)
            assert "transactions that began before it" in told.get(timeout=60)
            append(postgres_url, 10)
        migrating.result(timeout=60)
    check_current(postgres_url)

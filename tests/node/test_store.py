"""The store: what is written survives, what is not is as it was, and only its owner reads it."""

import stat
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, inspect, select, text
from sqlalchemy.exc import DBAPIError

from node.guard import sending
from node.store import database as store_module
from node.store.database import FILE_NAME, HEAD, Store, run_migrations
from node.store.opening import create_store, open_store
from node.store.settings import find_value, set_value
from node.store.tables import METADATA, SECRETS
from node.store.vault import find_secret, forget_secret, keep_secret, need_secret
from protocol.errors import Refused, StoreError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "node")


def test_the_migrations_make_exactly_the_tables_that_a_new_store_has(store: Store) -> None:
    made = create_engine("sqlite://")
    with made.connect() as connection:
        run_migrations(connection)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        migrated = shape_of(connection)
    with store.read() as connection:
        assert shape_of(connection) == migrated


def shape_of(connection: Connection) -> dict[str, object]:
    """Tables with their columns, keys and indexes."""
    seen = inspect(connection)
    return {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(name)],
            seen.get_pk_constraint(name)["constrained_columns"],
            sorted((index["name"], *index["column_names"]) for index in seen.get_indexes(name)),
            sorted(tuple(one["column_names"]) for one in seen.get_unique_constraints(name)),
        )
        for name in seen.get_table_names()
    }


def test_the_newest_migration_is_the_one_the_store_stops_at() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store_module.__file__).parent.parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_folder_and_files_are_for_their_owner_only(store: Store) -> None:
    with store.write() as connection:
        set_value(connection, "name", "value")
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    for file in store.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as connection:
        set_value(connection, "name", "value")
        raise RuntimeError
    with store.read() as connection:
        assert find_value(connection, "name") is None


def test_what_was_committed_is_there_for_the_next_process(store: Store) -> None:
    with store.write() as connection:
        set_value(connection, "name", "first")
        set_value(connection, "name", "second")
    with open_store(store.folder).read() as connection:
        assert find_value(connection, "name") == "second"


def test_every_commit_is_synchronised_fully_in_a_write_ahead_log(store: Store) -> None:
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_folder_without_a_store_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="sealsum node enrol"):
        open_store(tmp_path)


def test_a_damaged_store_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to be looked at as one" * 40)
    with pytest.raises(StoreError, match="could not be used"):
        open_store(tmp_path)


def test_writes_of_others_are_noticed_and_own_looking_is_not(store: Store) -> None:
    store.changed_elsewhere()
    assert not store.changed_elsewhere()
    with open_store(store.folder).write() as connection:
        set_value(connection, "name", "value")
    assert store.changed_elsewhere()
    assert not store.changed_elsewhere()


def test_a_secret_is_written_once_and_a_second_value_does_not_replace_it(store: Store) -> None:
    with store.write() as connection:
        keep_secret(connection, "ephemeral/x/0", b"first")
        keep_secret(connection, "ephemeral/x/0", b"second")
    with store.read() as connection:
        assert need_secret(connection, "ephemeral/x/0") == b"first"


def test_a_missing_secret_is_a_store_error_that_names_it(store: Store) -> None:
    with store.read() as connection, pytest.raises(StoreError, match="ephemeral/x/0"):
        need_secret(connection, "ephemeral/x/0")


def test_a_forgotten_secret_is_in_no_file_any_more(store: Store) -> None:
    secret = bytes(range(7, 39)) * 4
    with store.write() as connection:
        keep_secret(connection, "ephemeral/x/0", secret)
    with store.read() as connection:
        locked = bytes(connection.execute(select(SECRETS.c.data)).scalars().all()[-1])
    assert any(locked in file.read_bytes() for file in store.folder.iterdir())
    with store.write() as connection:
        forget_secret(connection, "ephemeral/x/0")
    store.scrub()
    with store.read() as connection:
        assert find_secret(connection, "ephemeral/x/0") is None
    for file in store.folder.iterdir():
        assert secret[:32] not in file.read_bytes() and locked[:32] not in file.read_bytes()


def test_an_error_of_the_store_never_shows_what_was_to_be_stored(store: Store) -> None:
    with store.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "7271828182845"})
    assert "7271828182845" not in str(caught.value)


def test_a_disk_that_takes_nothing_stops_a_rewrite_as_it_stops_a_write(store: Store) -> None:
    @event.listens_for(store.engine, "connect")
    def lock(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    store.engine.dispose()
    with pytest.raises(StoreError, match="readonly"):
        store.rewrite()


def test_a_lock_that_cannot_be_written_is_a_store_error(store: Store) -> None:
    (store.folder / "sending.lock").mkdir()
    with pytest.raises(StoreError, match=r"sending\.lock"), sending(store.folder):
        raise AssertionError("it was held")

"""Every migration from the version before it, with rows in every table; and versions that do not fit."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url

from coordinator.store.migrating import check_current, is_empty, migrate
from protocol.errors import StoreError

VERSIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
STEPS = [*pairwise(VERSIONS)]
ROWS = 3
OVER, RUNNING = "0".rjust(64, "c"), "1".rjust(64, "c")


def engine_of(url: str) -> Any:
    parsed = make_url(url)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg") if parsed.get_backend_name() == "postgresql" else parsed
    )


def reflect(url: str) -> dict[str, Table]:
    engine, metadata = engine_of(url), MetaData()
    metadata.reflect(engine)
    engine.dispose()
    return {name: table for name, table in metadata.tables.items() if name != "alembic_version"}


def value_of(column: Any, number: int) -> Any:
    if column.name in ("kind", "phase"):
        return {"kind": "factor", "phase": "certified"}[column.name]
    if column.name == "data":
        payload = base64.b64encode(json.dumps({"code": f"code-{number}"}).encode()).decode()
        return json.dumps({"payload": payload}).encode()
    if column.name == "deadline":
        return None if number == 0 else 5000
    if column.name in ("calculation",) or (column.name == "id" and column.table.name == "calculations"):
        return str(number).rjust(64, "c")
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, LargeBinary):
        return bytes([number]) * 32
    if isinstance(column.type, String):
        return f"{number}".rjust(min(16, column.type.length or 16), "a")
    return 1000 + number


def fill(url: str) -> dict[str, list[dict[str, Any]]]:
    """Rows in every table, as that version has them."""
    engine, written = engine_of(url), {}
    with engine.begin() as connection:
        for name, table in reflect(url).items():
            if name in ("sequencing",):
                continue
            rows = [
                {column.name: value_of(column, number) for column in table.columns} for number in range(ROWS)
            ]
            connection.execute(insert(table), rows)
            written[name] = rows
    engine.dispose()
    return written


def read(url: str, name: str) -> list[dict[str, Any]]:
    engine, table = engine_of(url), reflect(url)[name]
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(select(table)).mappings()]
    engine.dispose()
    return found


def key(row: dict[str, Any]) -> str:
    return json.dumps({name: str(value) for name, value in row.items()}, sort_keys=True)


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_migration_keeps_every_row_of_the_version_before(
    database_url: str, before: str, after: str
) -> None:
    migrate(database_url, before)
    written = fill(database_url)
    migrate(database_url, after)
    for name, rows in written.items():
        if (name, after) == ("statements", "0002"):  # what this one is about
            rows = [{**row, "subject": f"code-{number}"} for number, row in enumerate(rows)]
        columns = rows[0].keys()
        kept = [{column: row[column] for column in columns} for row in read(database_url, name)]
        assert sorted(map(key, kept)) == sorted(map(key, rows)), name
    migrate(database_url)
    check_current(database_url)


def test_calculations_that_are_over_learn_when(database_url: str) -> None:
    migrate(database_url, "0005")
    fill(database_url)
    migrate(database_url, "0006")
    over_at = {row["id"]: row["over_at"] for row in read(database_url, "calculations")}
    assert over_at[OVER] == 1000 and over_at[RUNNING] is None


@pytest.mark.parametrize("before", VERSIONS[:-1])
def test_the_program_of_a_version_before_goes_on_beside_the_new_tables(
    database_url: str, before: str
) -> None:
    """Expand: what it writes, changes and reads, it still can, though it knows nothing of what is new."""
    migrate(database_url, before)
    written, old = fill(database_url), reflect(database_url)
    migrate(database_url)
    engine = engine_of(database_url)
    with engine.begin() as connection:
        for name, table in old.items():
            row = {column.name: value_of(column, 9) for column in table.columns}
            connection.execute(insert(table), [row])
            keys = [column == row[column.name] for column in table.primary_key]
            connection.execute(update(table).where(*keys).values(row))
            found = connection.execute(select(table).where(*keys)).mappings().all()
            assert [dict(one) for one in found] == [row]
            assert len(connection.execute(select(table)).all()) == 1 + len(written.get(name, [0]))
    engine.dispose()


def test_a_migration_that_broke_off_is_begun_again(database_url: str) -> None:
    migrate(database_url, "0006")
    engine = engine_of(database_url)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:  # half an index, as a build that was killed leaves it
            connection.execute(text("CREATE INDEX blobs_by_age ON blobs (created_at)"))
    engine.dispose()
    migrate(database_url)
    check_current(database_url)


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    migrate(database_url)
    engine, versions = engine_of(database_url), MetaData()
    versions.reflect(engine, only=["alembic_version"])
    with engine.begin() as connection:
        connection.execute(update(versions.tables["alembic_version"]).values(version_num="9999"))
    engine.dispose()
    for look in (migrate, check_current):
        with pytest.raises(StoreError, match=r"version 9999, newer than this program.*install"):
            look(database_url)
    assert read_version(database_url) == "9999"


def test_an_older_database_is_named_and_left_alone(database_url: str) -> None:
    migrate(database_url, "0004")
    with pytest.raises(
        StoreError, match=r"tables of version 0004, expected version 0008.*coordinator migrate"
    ):
        check_current(database_url)
    assert read_version(database_url) == "0004"


def test_an_empty_database_is_told_from_an_old_one(database_url: str) -> None:
    assert is_empty(database_url)
    with pytest.raises(StoreError, match="has no tables"):
        check_current(database_url)
    migrate(database_url)
    assert not is_empty(database_url)


def read_version(url: str) -> str:
    engine = engine_of(url)
    with engine.connect() as connection:
        found = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://nobody:geheim@127.0.0.1:1/none",
            r"127\.0\.0\.1:1, database none, user nobody.*nothing listens",
        ),
        ("sqlite:////nowhere/at/all.db", r"/nowhere/at/all\.db cannot be used: the file cannot be opened"),
        ("mysql://nobody@127.0.0.1/none", "expected a sqlite or postgresql URL, found mysql"),
        ("no url", "is no URL; expected postgresql://"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_with_what_to_do(url: str, words: str) -> None:
    for look in (migrate, check_current):
        with pytest.raises(StoreError, match=words) as caught:
            look(url)
        assert "geheim" not in str(caught.value)

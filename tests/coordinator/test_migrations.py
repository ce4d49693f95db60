"""Every migration from the version before it, with rows in every table; and versions that do not fit.

The one fact: a program may serve from newer tables, so a migration only adds, or says in `oldest_program` from which
version on a program can work with what it left.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.schema import ColumnCollectionConstraint
from sqlalchemy.types import TypeEngine

from coordinator.starting import open_ready
from coordinator.store.copying import copy_out
from coordinator.store.migrating import MIGRATIONS, check_current, check_fit, is_empty, migrate
from protocol.errors import StoreError
from tests.coordinator.test_store_contract import group, statement

VERSIONS = [one.revision for one in ScriptDirectory(MIGRATIONS).walk_revisions()][::-1]
STEPS = [*pairwise(VERSIONS)]
FIRST_THAT_LOOKS = "0009"
"""The first version whose program looks into `oldest_program`."""
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
            if name in ("sequencing", "oldest_program"):
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


def holds_all(new: TypeEngine[Any], old: TypeEngine[Any]) -> bool:
    """Whether a column of the new type takes and gives whatever one of the old type does."""
    if isinstance(old, String):
        length = new.length if isinstance(new, String) else 0
        return length is None or (old.length is not None and length >= old.length)
    families = (BigInteger, Integer, LargeBinary, type(old))
    return isinstance(new, next(family for family in families if isinstance(old, family)))


def constraints_of(table: Table) -> set[tuple[str, ...]]:
    """What a row must keep to beside its types: keys, unique columns, references, checks."""
    unique = [tuple(index.columns.keys()) for index in table.indexes if index.unique]
    return {
        *(
            (type(one).__name__, *sorted(one.columns.keys()))
            for one in table.constraints
            if isinstance(one, ColumnCollectionConstraint)
        ),
        *((UniqueConstraint.__name__, *sorted(columns)) for columns in unique),
    }


def missed(old: dict[str, Table], new: dict[str, Table]) -> Iterator[str]:
    """What a program that knows the old tables would miss in the new ones, or stumble over."""
    for name, before in old.items():
        if name not in new:
            yield f"table {name} is gone"
            continue
        after = new[name]
        for column in before.columns:
            found = after.columns.get(column.name)
            if found is None:
                yield f"{name}.{column.name} is gone"
            elif not holds_all(found.type, column.type):
                yield f"{name}.{column.name} is narrower: {found.type}, not {column.type}"
            elif column.nullable and not found.nullable:
                yield f"{name}.{column.name} must be given now"
        for column in after.columns:
            if column.name not in before.columns and not column.nullable and column.server_default is None:
                yield f"{name}.{column.name} is new and must be given"
        yield from (
            f"{name} has another constraint: {one}" for one in constraints_of(after) ^ constraints_of(before)
        )
        yield from (f"index {one} is gone" for one in names_of(before.indexes) - names_of(after.indexes))


def names_of(indexes: set[Index]) -> set[str]:
    return {str(index.name) for index in indexes}


def oldest_of(url: str) -> str:
    """The oldest version whose program may serve from these tables; before any looked, each served from the next."""
    if "oldest_program" not in reflect(url):
        return VERSIONS[0]
    (row,) = read(url, "oldest_program")
    return str(row["version"])


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_a_migration_only_adds_or_says_which_program_can_work_with_the_tables(
    database_url: str, before: str, after: str
) -> None:
    migrate(database_url, before)
    old, oldest_before = reflect(database_url), oldest_of(database_url)
    migrate(database_url, after)
    oldest = oldest_of(database_url)
    assert oldest in VERSIONS and oldest_before <= oldest <= after
    if oldest <= before or after <= FIRST_THAT_LOOKS:
        assert [*missed(old, reflect(database_url))] == []


@contextmanager
def changing(url: str) -> Iterator[Operations]:
    engine = engine_of(url)
    with engine.begin() as connection:
        yield Operations(MigrationContext.configure(connection))
    engine.dispose()


TAKEN: dict[str, Callable[[Operations], object]] = {
    "table refused is gone": lambda op: op.drop_table("refused"),
    "refused.message is gone": lambda op: alter(op, lambda it: it.drop_column("message")),
    "refused.failed_check is gone": lambda op: alter(
        op, lambda it: it.alter_column("failed_check", new_column_name="check", existing_type=String(200))
    ),
    "refused.failed_check is narrower": lambda op: alter(
        op, lambda it: it.alter_column("failed_check", type_=String(20))
    ),
    "refused.data is narrower": lambda op: alter(
        op, lambda it: it.alter_column("data", type_=Text(), postgresql_using="encode(data, 'hex')")
    ),
    "refused.refused_at is narrower": lambda op: alter(
        op, lambda it: it.alter_column("refused_at", type_=Integer())
    ),
    "calculations.deadline must be given now": lambda op: alter(
        op, lambda it: it.alter_column("deadline", nullable=False), "calculations"
    ),
    "refused.weight is new and must be given": lambda op: alter(
        op, lambda it: it.add_column(Column("weight", BigInteger(), nullable=False))
    ),
    "refused has another constraint": lambda op: alter(
        op, lambda it: it.create_unique_constraint("one_each", ["signer"])
    ),
    "index refused_by_time is gone": lambda op: op.drop_index("refused_by_time", "refused"),
}


def alter(op: Operations, change: Callable[[Any], None], table: str = "refused") -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table(table, recreate="always" if is_sqlite else "auto") as it:
        change(it)


@pytest.mark.parametrize("words", TAKEN)
def test_what_is_taken_away_is_found(database_url: str, words: str) -> None:
    migrate(database_url)
    old = reflect(database_url)
    with changing(database_url) as op:
        TAKEN[words](op)
    assert any(words in found for found in missed(old, reflect(database_url)))


def test_an_older_program_works_with_newer_tables_that_were_only_added_to(database_url: str) -> None:
    migrate(database_url)
    old = reflect(database_url)
    raise_tables(database_url, "9999")
    with changing(database_url) as op:
        op.create_table("table_of_9999", Column("place", BigInteger(), primary_key=True))
        for name in old:
            op.add_column(name, Column("text_of_9999", Text(), nullable=True))
            op.add_column(name, Column("count_of_9999", BigInteger(), nullable=False, server_default="0"))
        alter(op, lambda it: it.alter_column("failed_check", type_=Text()))
    assert [*missed(old, reflect(database_url))] == []
    check_fit(database_url)
    stores = open_ready(database_url)
    assert stores.log.hold_log()
    stores.log.append(group(0, statement(0), statement(1), readers=(("c" * 64, "entity:A"),)))
    assert stores.log.leaves(0, 10) == [statement(0), statement(1)]
    stores.log.close()
    assert read_version(database_url) == "9999"


@pytest.mark.postgres
def test_an_older_program_does_not_copy_newer_tables(postgres_url: str, tmp_path: Path) -> None:
    migrate(postgres_url)
    raise_tables(postgres_url, "9999")
    with pytest.raises(StoreError, match="not change or copy"):
        copy_out(postgres_url, tmp_path / "copy.db")


def test_a_migration_that_broke_off_is_begun_again(database_url: str) -> None:
    migrate(database_url, "0006")
    engine = engine_of(database_url)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:  # half an index, as a build that was killed leaves it
            connection.execute(text("CREATE INDEX blobs_by_age ON blobs (created_at)"))
    engine.dispose()
    migrate(database_url)
    check_current(database_url)


def raise_tables(url: str, version: str, oldest: str | None = None) -> None:
    """Write into a database what a later version's migrations would say."""
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        if oldest is not None:
            connection.execute(text("UPDATE oldest_program SET version = :oldest"), {"oldest": oldest})
    engine.dispose()


def test_a_newer_database_is_left_alone(database_url: str) -> None:
    migrate(database_url)
    raise_tables(database_url, "9999")
    for look in (migrate, check_current):
        with pytest.raises(StoreError, match=r"version 9999, newer than this program.*may serve.*install"):
            look(database_url)
    assert read_version(database_url) == "9999"


def test_newer_tables_from_which_something_was_taken_are_left_alone(database_url: str) -> None:
    migrate(database_url)
    raise_tables(database_url, "9999", oldest="9998")
    for look in (migrate, check_current, check_fit, open_ready):
        with pytest.raises(StoreError, match=r"version 9999, newer than .* \(nothing was written\): install"):
            look(database_url)
    assert read_version(database_url) == "9999"


def test_an_older_database_is_named_and_left_alone(database_url: str) -> None:
    migrate(database_url, "0004")
    with pytest.raises(
        StoreError, match=rf"tables of version 0004, expected version {VERSIONS[-1]}.*coordinator migrate"
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

"""A node's store of every version before, with rows in every table, opened by this program: nothing of it is lost."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    create_engine,
    insert,
    select,
)

from node.store import database as store_module
from node.store.database import FILE_NAME, HEAD
from node.store.opening import open_store
from node.store.vault import find_secret, secret_names

MIGRATIONS = Path(store_module.__file__).parent.parent / "migrations"
ROWS = 3


def config_of(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


VERSIONS = [one.revision for one in ScriptDirectory.from_config(config_of()).walk_revisions()][::-1]


@contextmanager
def opened(folder: Path) -> Iterator[Connection]:
    """The file of a node, as no version of the program."""
    engine = create_engine(f"sqlite:///{folder / FILE_NAME}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def upgrade(folder: Path, to: str) -> None:
    with opened(folder) as connection:
        command.upgrade(config_of(connection), to)


def tables(connection: Connection) -> dict[str, Table]:
    metadata = MetaData()
    metadata.reflect(connection)
    return {name: table for name, table in metadata.tables.items() if name != "alembic_version"}


def value_of(table: str, column: Column[Any], number: int) -> Any:
    """Something of the column's type; where a migration reads it, of its form."""
    if (table, column.name) == ("statements", "kind"):
        return "factor"
    if (table, column.name) == ("statements", "data"):
        payload = base64.b64encode(json.dumps({"code": f"code-{number}"}).encode()).decode()
        return json.dumps({"payload": payload}).encode()
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return 1000 + number
    if isinstance(column.type, LargeBinary):
        return bytes([number]) * 32
    return f"{column.name}-{number}"


def fill(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows in every table, as that version has them."""
    written = {}
    with opened(folder) as connection:
        for name, table in tables(connection).items():
            rows = [
                {column.name: value_of(name, column, number) for column in table.columns}
                for number in range(ROWS)
            ]
            connection.execute(insert(table), rows)
            written[name] = rows
    return written


def read(folder: Path) -> dict[str, list[dict[str, Any]]]:
    with opened(folder) as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in tables(connection).items()
        }


def moved(rows: dict[str, list[dict[str, Any]]], after: str) -> dict[str, list[dict[str, Any]]]:
    """What two of the migrations do to rows, beside adding to tables."""
    if after == "0003":
        sources = [
            {
                "name": f"source/{row['id']}",
                "data": json.dumps({"name": row["file_name"], "sha256": row["file_sha256"]}).encode(),
            }
            for row in rows["activities"]
        ]
        kept = [
            {name: value for name, value in row.items() if name not in ("file_name", "file_sha256")}
            for row in rows["activities"]
        ]
        return {**rows, "activities": kept, "secrets": [*rows["secrets"], *sources]}
    if after == "0005":
        coded = [{**row, "subject": f"code-{number}"} for number, row in enumerate(rows["statements"])]
        return {**rows, "statements": coded}
    return rows


def key(row: dict[str, Any]) -> str:
    return json.dumps({name: str(value) for name, value in row.items()}, sort_keys=True)


@pytest.mark.parametrize(("before", "after"), [*pairwise(VERSIONS)])
def test_a_migration_keeps_every_row_of_the_version_before(tmp_path: Path, before: str, after: str) -> None:
    upgrade(tmp_path, before)
    written = fill(tmp_path)
    upgrade(tmp_path, after)
    found = read(tmp_path)
    for name, rows in moved(written, after).items():
        kept = [{column: row[column] for column in rows[0]} for row in found[name]]
        assert sorted(map(key, kept)) == sorted(map(key, rows)), name


def test_what_left_before_is_found_again_as_a_statement_or_a_share_of_the_outbox(tmp_path: Path) -> None:
    """By its hash: a share is named by the contribution that it belongs to."""
    upgrade(tmp_path, "0011")
    share = hashlib.sha256(b"share").hexdigest()
    payload = base64.b64encode(json.dumps({"ciphertext": {"sha256": share}}).encode()).decode()
    envelope = json.dumps({"payload": payload}).encode()
    sent = {"answer:r:0": b"consent", "contribution:r:0": envelope}
    hashes = [*(hashlib.sha256(data).hexdigest() for data in sent.values()), share, "0" * 64]
    with opened(tmp_path) as connection:
        names = tables(connection)
        outgoing = [
            {"key": key, "id": key, "kind": key.partition(":")[0], "data": data, "created": 1}
            for key, data in sent.items()
        ]
        connection.execute(insert(names["outgoing"]), outgoing)
        rest = {"at": 1, "receiver": "there", "kind": "k", "size": 1, "holds_en": "a", "holds_zh": "b"}
        connection.execute(insert(names["egress"]), [{**rest, "sha256": one} for one in hashes])
    upgrade(tmp_path, "0012")
    found = [row["purpose"] for row in read(tmp_path)["egress"]]
    assert found == ["answer:r:0", "contribution:r:0", "contribution:r:0", ""]


def test_a_declaration_of_before_has_the_period_of_its_statement(tmp_path: Path) -> None:
    upgrade(tmp_path, "0012")
    period = {"period": {"start": "2025-01-01", "end": "2025-12-31"}}
    payload = base64.b64encode(json.dumps(period).encode()).decode()
    with opened(tmp_path) as connection:
        names = tables(connection)
        sent = {"key": "declaration:1:m", "id": "one", "kind": "declaration", "created": 1}
        sent["data"] = json.dumps({"payload": payload}).encode()
        connection.execute(insert(names["outgoing"]), [sent])
        rows = [{"id": name, "product": "p", "activity": 1, "created": 1} for name in ("one", "gone")]
        connection.execute(insert(names["declarations"]), rows)
    upgrade(tmp_path, "0013")
    found = {row["id"]: (row["period_start"], row["period_end"]) for row in read(tmp_path)["declarations"]}
    assert found == {"one": ("2025-01-01", "2025-12-31"), "gone": ("", "")}


def test_a_calculation_of_before_has_the_stages_of_its_request(tmp_path: Path) -> None:
    upgrade(tmp_path, "0013")
    entries = [{"stage": "distribution"}, {"stage": "battery_production"}, {"stage": "distribution"}]
    payload = base64.b64encode(json.dumps({"entries": entries}).encode()).decode()
    with opened(tmp_path) as connection:
        names = tables(connection)
        asked = {"id": "one", "kind": "request", "log_index": 1, "logged_at": 1, "author": "a"}
        asked["data"] = json.dumps({"payload": payload}).encode()
        connection.execute(insert(names["statements"]), [asked])
        row = {
            "number": 0,
            "sequence": 1,
            "model": "m",
            "method": "m",
            "boundary": "b",
            "year": "2025",
            "created": 1,
        }
        row |= {"phase": "certified", "members": 1, "consented": 1, "contributed": 1, "seen": 1, "unit": "{}"}
        connection.execute(insert(names["standings"]), [{**row, "request": name} for name in ("one", "gone")])
    upgrade(tmp_path, "0014")
    found = {row["request"]: json.loads(row["declared"]) for row in read(tmp_path)["standings"]}
    assert found == {"one": ["battery_production", "distribution"], "gone": []}


@pytest.mark.parametrize("before", VERSIONS[:-1])
def test_this_program_opens_a_store_of_any_version_before(tmp_path: Path, before: str) -> None:
    """Its secrets, which lay open before locks came, are locked by opening it, and read as they were."""
    upgrade(tmp_path, before)
    with opened(tmp_path) as connection:
        secret = os.urandom(32)
        connection.execute(insert(tables(connection)["secrets"]), [{"name": "node-secret", "data": secret}])
    store = open_store(tmp_path)
    try:
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
            assert secret_names(connection, "") == ["node-secret"]
            assert find_secret(connection, "node-secret") == secret
    finally:
        store.close()
    assert secret not in (tmp_path / FILE_NAME).read_bytes()

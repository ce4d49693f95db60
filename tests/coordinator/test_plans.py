"""No query reads a whole table: each walks an index to what it wants, so it costs the same in a log of any length."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from coordinator.service import Stores, open_stores
from coordinator.store.contract import (
    Answer,
    Append,
    BlobUse,
    CalculationState,
    Handed,
    Ledger,
    LogStore,
    OwnedBlob,
    Placed,
    RefusedEnvelope,
    Relay,
    Spending,
    Spent,
    StoredAggregate,
    StoredCheckpoint,
    StoredStatement,
)
from coordinator.store.database import Database
from coordinator.store.spending import SqlSpending
from crypto.merkle import Frontier, leaf_hash

ID, READER = "0" * 64, "entity:A"
FEW_ROWS = frozenset({"sequencing", "fresh", "spent", "handed"})
"""One row each, one for each party of this day, and what is on its way just now."""
CHECKPOINT = StoredCheckpoint(1, "note", 1000)
STATEMENT = StoredStatement(ID, "enrolment", ID, None, ID, READER, b"x", 0, 1000)
APPEND = Append(
    (STATEMENT,),
    Frontier().append(leaf_hash(b"x"))[1],
    CHECKPOINT,
    ((ID, READER),),
    (CalculationState(ID, READER, "consenting", 5),),
    (BlobUse(ID, ID, "ciphertext"),),
    ((ID, 0),),
)

CALLS: dict[str, Callable[[Any], object]] = {
    "LogStore.hold_log": lambda log: log.hold_log(),
    "LogStore.append": lambda log: log.append(APPEND),
    "LogStore.keep_fresh": lambda log: log.keep_fresh(CHECKPOINT),
    "LogStore.newest_checkpoint": lambda log: log.newest_checkpoint(),
    "LogStore.freshest_checkpoint": lambda log: log.freshest_checkpoint(),
    "LogStore.checkpoint_covering": lambda log: log.checkpoint_covering(1),
    "LogStore.keep_cosigned": lambda log: log.keep_cosigned(CHECKPOINT),
    "LogStore.newest_cosigned": lambda log: (log.newest_cosigned(), log.newest_cosigned(5)),
    "LogStore.cosigned_covering": lambda log: log.cosigned_covering(1),
    "LogStore.read_hash": lambda log: log.read_hash(0, 0),
    "LogStore.read_hashes": lambda log: log.read_hashes(0, 0, 256),
    "LogStore.statement": lambda log: log.statement(ID),
    "LogStore.beginning": lambda log: log.beginning("0" * 8, 10),
    "LogStore.known": lambda log: log.known([ID, "1" * 64]),
    "LogStore.statement_at": lambda log: log.statement_at(0),
    "LogStore.leaves": lambda log: log.leaves(0, 256),
    "LogStore.calculation_statements": lambda log: (
        log.calculation_statements(ID),
        log.calculation_statements(ID, 5, 2),
    ),
    "LogStore.calculation_size": lambda log: log.calculation_size(ID),
    "LogStore.of_kind": lambda log: log.of_kind("factor", 0, 100),
    "LogStore.newest": lambda log: (
        log.newest("factor", 9, 100),
        log.newest(None, 9, 100),
        log.newest("factor", 9, 100, [READER]),
        log.newest(None, 9, 100, [READER]),
    ),
    "LogStore.newest_requests": lambda log: log.newest_requests("consenting", 9, 50),
    "LogStore.newest_of": lambda log: (
        log.newest_of(READER, "opening_request", 9, 50),
        log.newest_of(READER, "verification", 9, 50),
    ),
    "LogStore.declared_by": lambda log: log.declared_by(READER, 9, 50),
    "LogStore.shared_by": lambda log: log.shared_by(READER, 9, 50),
    "LogStore.answers_of": lambda log: log.answers_of(READER, [ID, "1" * 64]),
    "LogStore.about": lambda log: log.about("factor", ID),
    "LogStore.about_each": lambda log: log.about_each("factor", [ID, "1" * 64]),
    "LogStore.concerning": lambda log: (
        log.concerning({READER, "everyone"}, 0, 100),
        log.concerning({"operators"}, 0, 100),
    ),
    "LogStore.readers": lambda log: log.readers(ID),
    "LogStore.calculation": lambda log: log.calculation(ID),
    "LogStore.calculations": lambda log: log.calculations([ID, "1" * 64]),
    "LogStore.open_phases": lambda log: log.open_phases(1000),
    "LogStore.open_calculations": lambda log: (log.open_calculations(), log.open_calculations(1000)),
    "LogStore.count_open": lambda log: log.count_open(READER),
    "Ledger.keep_refused": lambda one: one.keep_refused(RefusedEnvelope(ID, ID, "proof", "no", 1, b"x")),
    "Ledger.is_refused": lambda one: one.is_refused(ID, "proof"),
    "Ledger.refused_envelope": lambda one: one.refused_envelope(ID),
    "Ledger.refused_beginning": lambda one: one.refused_beginning(ID[:8], 2),
    "Ledger.refused": lambda one: (
        one.refused(10),
        one.refused(10, (5, ID)),
        one.refused(10, (5, ID), [READER]),
    ),
    "Ledger.count_refused": lambda one: (one.count_refused(ID, "proof", 0), one.count_refused(ID, None, 0)),
    "Ledger.counts_refused": lambda one: one.counts_refused([ID, "1" * 64], "proof", 0),
    "Ledger.claim_blob": lambda one: one.claim_blob(OwnedBlob(ID, READER, 1, True, 1)),
    "Ledger.blob": lambda one: one.blob(ID, READER),
    "Ledger.drop_blob": lambda one: one.drop_blob(ID, READER),
    "Ledger.claims": lambda one: one.claims(ID),
    "Ledger.blobs": lambda one: one.blobs([ID, "1" * 64]),
    "Ledger.standing": lambda one: one.standing(ID, READER),
    "Ledger.stale_blobs": lambda one: one.stale_blobs(1000),
    "Ledger.uses": lambda one: one.uses(ID),
    "Ledger.expired_blobs": lambda one: one.expired_blobs(1000, 10),
    "Ledger.forget_blobs": lambda one: one.forget_blobs([ID, "1" * 64]),
    "Ledger.put_aggregate": lambda one: one.put_aggregate(StoredAggregate(ID, ID, 1)),
    "Ledger.aggregate": lambda one: one.aggregate(ID),
    "Relay.hand_over": lambda one: one.hand_over([Handed("me", READER, None, (b"x",), (True,))]),
    "Relay.waiting": lambda one: one.waiting(10),
    "Relay.answer": lambda one: one.answer([Answer(1, (Placed(0, 1),))]),
    "Relay.collect": lambda one: one.collect("me"),
    "Relay.forget": lambda one: one.forget(60),
    "Spending.add": lambda one: one.add({READER: Spent(1, 1, 1)}, 1),
    "Spending.forget": lambda one: one.forget(1),
}


@pytest.fixture
def stores(database_url: str) -> Iterator[Stores]:
    stores = open_stores(database_url)
    assert stores.log.hold_log()
    yield stores
    stores.log.close()


def test_every_query_walks_an_index(stores: Stores, database_url: str) -> None:
    database = Database(database_url)
    parts = {
        "LogStore": stores.log,
        "Ledger": stores.ledger,
        "Relay": stores.relay,
        "Spending": SqlSpending(database),
    }
    whole: dict[str, list[str]] = {}
    for name, call in CALLS.items():
        asked = statements_of(call, parts[name.partition(".")[0]])
        assert asked or name == "LogStore.hold_log", f"{name} asks nothing"  # that one knows by itself
        with database.read() as connection:
            for statement, values in asked:
                for found in whole_tables(connection, statement, values, database.is_postgres):
                    whole.setdefault(f"{name}: {statement}", []).append(found)
    database.close()
    assert not whole


def test_what_a_company_signed_is_walked_by_who_signed(stores: Stores, database_url: str) -> None:
    enrolled = [f"{number:064x}" for number in range(200)]
    items = [
        replace(
            STATEMENT,
            id=f"{number:064x}",
            kind="enrolment" if number < len(enrolled) else "factor",
            signer=enrolled[number % len(enrolled)],
            audience=f"entity:{number}",
            index=number,
        )
        for number in range(2000)
    ]
    stores.log.append(Append(tuple(items), (), replace(CHECKPOINT, size=len(items))))
    database = Database(database_url)
    with database.write() as connection:
        connection.execute(text("ANALYZE"))
    for kind, index in ((None, "statements_signed"), ("factor", "statements_signed_of_kind")):
        asked = statements_of(lambda log, kind=kind: log.newest(kind, 1500, 20, ["entity:3"]), stores.log)
        ((walk, values),) = [one for one in asked if "signer = " in one[0]]
        explain = "EXPLAIN" if database.is_postgres else "EXPLAIN QUERY PLAN"
        with database.read() as connection:
            plan = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {walk}", values))
        # PostgreSQL reckons that among a handful of rows either index does.
        assert (" statements_signed" if database.is_postgres else f" {index} ") in plan
    database.close()


def test_every_method_of_the_store_is_looked_at() -> None:
    methods = {
        f"{kind.__name__}.{name}"
        for kind in (LogStore, Ledger, Relay, Spending)
        for name, member in vars(kind).items()
        if callable(member) and not name.startswith("_")
    }
    # A backup asks for the name of every blob, which takes the whole table.
    assert methods - {"LogStore.close", "Ledger.blob_names"} == set(CALLS)


def statements_of(call: Callable[[Any], object], part: Any) -> list[tuple[str, Any]]:
    """What a call to a part asks the database, with one set of values each."""
    asked: list[tuple[str, Any]] = []

    def listen(_c: Connection, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.split(" ")[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            asked.append((statement, values[0] if many else values))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        call(part)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    return asked


def whole_tables(connection: Connection, statement: str, values: Any, is_postgres: bool) -> Iterator[str]:
    """The tables that a statement's plan reads from end to end."""
    if is_postgres:
        connection.execute(text("SET enable_seqscan = off"))
        (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
        yield from _walked(plan["Plan"], False)
        return
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
        detail = str(row[3])
        table = detail.split(" ")[1] if detail.startswith("SCAN ") else ""
        if table and "INDEX" not in detail and table not in (*FEW_ROWS, "CONSTANT") and "(" not in table:
            yield detail


def _walked(node: dict[str, Any], is_limited: bool) -> Iterator[str]:
    """A walk along an index without a condition is one of the whole table, unless it stops after a page."""
    is_limited = is_limited or node["Node Type"] == "Limit"
    table = node.get("Relation Name")
    is_whole = node["Node Type"] == "Seq Scan" or (
        "Index" in node["Node Type"] and "Index Cond" not in node and not is_limited
    )
    if table is not None and is_whole and table not in FEW_ROWS:
        yield json.dumps({key: value for key, value in node.items() if key != "Plans"})
    for below in node.get("Plans", ()):
        yield from _walked(below, is_limited)

"""The contract of coordinator.store.contract, on every database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordinator.service import Stores, open_stores
from coordinator.store.contract import (
    Append,
    BlobUse,
    CalculationState,
    OpenPhase,
    OwnedBlob,
    RefusedEnvelope,
    StoredAggregate,
    StoredCheckpoint,
    StoredStatement,
)
from coordinator.store.database import Database
from coordinator.store.migrating import migrate
from coordinator.store.tables import metadata
from crypto.merkle import Frontier, Subtree, leaf_hash, resume_frontier, root_of
from protocol.errors import StoreError


@pytest.fixture
def stores(database_url: str) -> Iterator[Stores]:
    stores = open_to_append(database_url)
    yield stores
    stores.log.close()


def open_to_append(url: str) -> Stores:
    stores = open_stores(url)
    assert stores.log.hold_log()
    return stores


def digest(text: object) -> str:
    return hashlib.sha256(str(text).encode()).hexdigest()


def statement(index: int, **changes: object) -> StoredStatement:
    data = f"envelope {index}".encode()
    plain = StoredStatement(
        digest(index), "factor", digest("signer"), None, None, "entity:A", data, index, 1000 + index
    )
    return replace(plain, **changes)


def group(start: int, *items: StoredStatement, **projections: object) -> Append:
    """An append of these statements to a log of `start` leaves like these."""
    frontier = Frontier()
    subtrees: tuple[Subtree, ...] = ()
    for index in range(start + len(items)):
        frontier, completed = frontier.append(leaf_hash(str(index).encode()))
        subtrees += completed if index >= start else ()
    checkpoint = StoredCheckpoint(frontier.size, f"note {frontier.size}", 1000 + frontier.size - 1)
    return Append(items, subtrees, checkpoint, **projections)


def fill(stores: Stores, count: int) -> None:
    stores.log.append(group(0, *(statement(index) for index in range(count))))


def test_an_empty_log_has_no_checkpoint_and_no_hash(stores: Stores) -> None:
    assert stores.log.newest_checkpoint() is None
    assert stores.log.leaves(0, 10) == []
    with pytest.raises(StoreError):
        stores.log.read_hash(0, 0)


def test_what_was_appended_is_there_and_survives_reopening(stores: Stores, database_url: str) -> None:
    fill(stores, 3)
    stores.log.close()
    again = open_stores(database_url)
    assert again.log.leaves(0, 10) == [statement(0), statement(1), statement(2)]
    assert again.log.statement(digest(1)) == statement(1) == again.log.statement_at(1)
    assert again.log.known([digest(2), digest(9)]) == {digest(2)}
    assert again.log.newest_checkpoint() == StoredCheckpoint(3, "note 3", 1002)
    again.log.close()


def test_the_tree_can_be_resumed_from_the_stored_hashes(stores: Stores) -> None:
    fill(stores, 5)
    stores.log.append(group(5, *(statement(index) for index in range(5, 11))))
    leaves = [leaf_hash(str(index).encode()) for index in range(11)]
    assert resume_frontier(11, stores.log.read_hash).root() == root_of(leaves)
    assert stores.log.read_hashes(0, 4, 3) == leaves[4:7]
    assert len(stores.log.read_hashes(1, 0, 100)) == 5


@pytest.mark.parametrize("index", [0, 2, 4])
def test_a_gap_or_an_overlap_is_refused_and_changes_nothing(stores: Stores, index: int) -> None:
    fill(stores, 3)
    with pytest.raises(StoreError):
        stores.log.append(replace(group(3, statement(3)), statements=(statement(index, id=digest("new")),)))
    assert stores.log.newest_checkpoint() == StoredCheckpoint(3, "note 3", 1002)
    assert len(stores.log.leaves(0, 10)) == 3


def test_an_id_that_is_in_the_log_is_refused_and_changes_nothing(stores: Stores) -> None:
    fill(stores, 3)
    state = CalculationState(digest("c"), "entity:A", "consenting", 5)
    with pytest.raises(StoreError):
        stores.log.append(group(3, statement(3), statement(4, id=digest(0)), calculations=(state,)))
    assert len(stores.log.leaves(0, 10)) == 3
    assert stores.log.calculation(digest("c")) is None
    with pytest.raises(StoreError):
        stores.log.read_hash(0, 3)


def test_a_checkpoint_of_another_size_is_refused(stores: Stores) -> None:
    wrong = replace(group(0, statement(0)), checkpoint=StoredCheckpoint(2, "note", 1000))
    with pytest.raises(StoreError):
        stores.log.append(wrong)
    assert stores.log.newest_checkpoint() is None


def test_the_first_checkpoint_that_covers_a_size_is_found(stores: Stores) -> None:
    fill(stores, 3)
    stores.log.append(group(3, statement(3)))
    found = [stores.log.checkpoint_covering(size) for size in (1, 3, 4, 5)]
    assert [item and item.size for item in found] == [3, 3, 4, None]


def test_a_statement_is_found_by_each_of_its_topics(stores: Stores) -> None:
    topics = tuple((digest(name), index) for name, index in (("x", 1), ("y", 1), ("y", 2)))
    kinds = ("factor", "declaration", "declaration")
    rows = (statement(index, kind=kind) for index, kind in enumerate(kinds))
    stores.log.append(group(0, *rows, topics=topics))
    assert [item.index for item in stores.log.about("declaration", digest("y"))] == [1, 2]
    assert [item.index for item in stores.log.about("declaration", digest("x"))] == [1]
    assert stores.log.about("factor", digest("y")) == [] == stores.log.about("declaration", digest("z"))


def test_statements_are_found_by_the_beginning_of_their_ids(stores: Stores) -> None:
    ids = [beginning.ljust(64, "0") for beginning in ("abc1", "abcf", "abd0", "ab")]
    stores.log.append(group(0, *(statement(index, id=name) for index, name in enumerate(ids))))
    assert [item.id for item in stores.log.beginning("abc", 10)] == ids[:2]
    assert [item.id for item in stores.log.beginning("ab", 3)] == [ids[3], *ids[:2]]
    assert stores.log.beginning("abce", 10) == [] == stores.log.beginning("b", 10)


def test_statements_are_found_by_kind_subject_and_calculation(stores: Stores) -> None:
    request, subject = digest("r"), digest("s")
    stores.log.append(
        group(
            0,
            statement(0, kind="request", id=request, calculation=request, audience=None),
            statement(1, kind="revocation", subject=subject),
            statement(2, kind="consent", calculation=request, audience=None),
            statement(3, kind="revocation", subject=subject),
        )
    )
    log = stores.log
    assert [item.index for item in log.of_kind("revocation", 0, 10)] == [1, 3]
    assert [item.index for item in log.of_kind("revocation", 2, 10)] == [3]
    assert [item.index for item in log.of_kind("revocation", 0, 1)] == [1]
    assert [item.index for item in log.newest("revocation", 100, 10)] == [3, 1]
    assert [item.index for item in log.newest("revocation", 3, 10)] == [1]
    newest = log.newest(None, 3, 2)
    assert [item.index for item in newest] == [2, 1]
    assert [item.index for item in log.about("revocation", subject)] == [1, 3]
    assert log.about("publication", subject) == []
    assert [item.index for item in log.calculation_statements(request)] == [0, 2]
    assert [item.index for item in log.calculation_statements(request, start=1)] == [2]
    assert [item.index for item in log.calculation_statements(request, until=1)] == [0]
    assert (log.calculation_size(request), log.calculation_size(subject)) == (2, 0)
    found = log.about_each("revocation", [subject, request])
    assert {name: [item.index for item in items] for name, items in found.items()} == {subject: [1, 3]}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_pages_of_what_concerns_a_reader_leave_nothing_out(database_url: str, data: st.DataObject) -> None:
    """Any cut of a log into pages gives the same statements as one look at all of it."""
    size = data.draw(st.integers(1, 40))
    owners = data.draw(st.lists(st.sampled_from(["A", "B", "c1", "c2"]), min_size=size, max_size=size))
    limit = data.draw(st.integers(1, 7))
    readers = ((digest("c1"), "entity:A"), (digest("c1"), "entity:B"), (digest("c2"), "entity:B"))
    stores = open_to_append(database_url)
    try:
        start = newest.size if (newest := stores.log.newest_checkpoint()) else 0
        items = [
            statement(start + place, audience=None, calculation=digest(owner))
            if owner.startswith("c")
            else statement(start + place, audience=f"entity:{owner}")
            for place, owner in enumerate(owners)
        ]
        stores.log.append(group(start, *items, readers=readers))
        expected = [start + place for place, owner in enumerate(owners) if owner in ("A", "c1")]
        cursor, found = start, []
        while page := stores.log.concerning({"entity:A", "everyone"}, cursor, limit):
            found += [item.index for item in page]
            cursor = page[-1].index + 1
    finally:  # an example that fails must leave the right to append to the next one
        stores.log.close()
    assert found == expected


def test_operators_and_verifiers_are_concerned_by_every_calculation(stores: Stores) -> None:
    rows = [statement(0), *(statement(index, audience=None, calculation=digest("c")) for index in (1, 2, 3))]
    stores.log.append(group(0, *rows, readers=((digest("c"), "entity:B"),)))
    for reader in ("operators", "verifiers"):
        assert [item.index for item in stores.log.concerning({reader}, 2, 10)] == [2, 3]
        assert [item.index for item in stores.log.concerning({reader, "entity:A"}, 0, 2)] == [0, 1]


def test_readers_and_uses_may_be_written_again(stores: Stores) -> None:
    readers, uses = ((digest("c"), "entity:A"),), (BlobUse(digest("b"), digest("c"), "he_key"),)
    stores.log.append(group(0, statement(0), readers=readers, uses=uses))
    more = (*readers, (digest("c"), "entity:B"))
    stores.log.append(group(1, statement(1), readers=more, uses=uses))
    assert stores.log.readers(digest("c")) == {"entity:A", "entity:B"}
    assert stores.ledger.uses(digest("b")) == [BlobUse(digest("b"), digest("c"), "he_key")]
    assert stores.log.readers(digest("other")) == frozenset()


def test_a_calculation_row_replaces_its_earlier_one(stores: Stores) -> None:
    first = CalculationState(digest("c"), "entity:A", "consenting", 500)
    other = CalculationState(digest("d"), "entity:A", "consenting", 900)
    stores.log.append(group(0, statement(0), calculations=(first, other)))
    assert stores.log.open_calculations(600) == [first]
    assert stores.log.count_open("entity:A") == 2
    over = replace(first, phase="ended", deadline=None)
    stores.log.append(group(1, statement(1), calculations=(over,)))
    assert stores.log.calculation(digest("c")) == over
    assert stores.log.open_calculations() == [other]
    assert stores.log.count_open("entity:A") == 1


def test_open_calculations_are_counted_by_phase(stores: Stores) -> None:
    assert stores.log.open_phases(1000) == []
    states = (
        CalculationState(digest("c"), "entity:A", "consenting", 500),
        CalculationState(digest("d"), "entity:A", "consenting", 900),
        CalculationState(digest("e"), "entity:A", "computing", 499),
        CalculationState(digest("f"), "entity:A", "ended", None, 400),
    )
    stores.log.append(group(0, statement(0), calculations=states))
    assert stores.log.open_phases(500) == [OpenPhase("computing", 1, 1), OpenPhase("consenting", 2, 0)]
    assert stores.log.open_phases(501)[1] == OpenPhase("consenting", 2, 1)
    found = stores.log.calculations([digest("f"), digest("c"), digest("x")])
    assert found == {digest("c"): states[0], digest("f"): states[3]}


def test_requests_are_listed_by_the_phase_of_what_is_not_over(stores: Stores) -> None:
    logged = [statement(number) for number in range(4)]
    phases = ("consenting", "consenting", "computing", "consenting")
    states = [
        CalculationState(one.id, "entity:A", phase, 500) for one, phase in zip(logged, phases, strict=True)
    ]
    states[3] = replace(states[3], deadline=None, over_at=400)
    stores.log.append(group(0, *logged, calculations=tuple(states)))
    assert [one.index for one in stores.log.newest_requests("consenting", 100, 10)] == [1, 0]
    assert [one.index for one in stores.log.newest_requests("consenting", 1, 10)] == [0]
    assert [one.index for one in stores.log.newest_requests("consenting", 100, 1)] == [1]


def test_refused_envelopes_are_read_page_by_page_also_those_of_one_second(stores: Stores) -> None:
    rows = [
        RefusedEnvelope(digest(number), digest("signer"), "proof", "no", at, b"data")
        for number, at in enumerate((100, 200, 200, 200, 300))
    ]
    for row in rows:
        stores.ledger.keep_refused(row)
    whole = stores.ledger.refused(10)
    assert sorted(row.id for row in whole) == sorted(row.id for row in rows)
    assert [row.refused_at for row in whole] == [300, 200, 200, 200, 100]
    for size in (1, 2, 3, 5):
        pages: list[RefusedEnvelope] = []
        while page := stores.ledger.refused(size, (pages[-1].refused_at, pages[-1].id) if pages else None):
            pages += page
        assert pages == whole


def test_refused_envelopes_are_found_by_the_beginning_of_their_ids(stores: Stores) -> None:
    for name in ("a", "b"):
        row = RefusedEnvelope(digest(name), digest("signer"), "proof", "no", 100, b"data")
        stores.ledger.keep_refused(row)
    assert stores.ledger.refused_beginning(digest("a")[:8], 2) == [digest("a")]
    assert stores.ledger.refused_beginning("", 5) == sorted([digest("a"), digest("b")])
    assert len(stores.ledger.refused_beginning("", 1)) == 1


def test_a_refused_envelope_counts_once_per_check(stores: Stores) -> None:
    refused = RefusedEnvelope(digest("x"), digest("signer"), "proof", "does not hold", 100, b"data")
    ledger = stores.ledger
    ledger.keep_refused(refused)
    ledger.keep_refused(replace(refused, refused_at=200))
    assert ledger.refused(10) == [refused]
    assert ledger.count_refused(digest("signer"), "proof", 100) == 1
    assert ledger.count_refused(digest("signer"), None, 101) == 0
    asked = [digest("signer"), digest("another")]
    assert ledger.counts_refused(asked, "proof", 100) == {digest("signer"): 1}
    assert ledger.counts_refused(asked, "proof", 101) == ledger.counts_refused(asked, "state", 100) == {}
    assert ledger.is_refused(digest("x"), "proof") and not ledger.is_refused(digest("x"), "state")
    assert ledger.refused_envelope(digest("x")) == refused and ledger.refused_envelope(digest("y")) is None
    ledger.keep_refused(replace(refused, check="roster", refused_at=300))
    assert [item.check for item in ledger.refused(10)] == ["roster"]


def test_blobs_are_claimed_by_owner_and_counted_until_used(stores: Stores) -> None:
    ledger, blob = stores.ledger, OwnedBlob(digest("b"), "entity:A", 100, False, 10)
    ledger.claim_blob(blob)
    ledger.claim_blob(replace(blob, complete=True))
    ledger.claim_blob(OwnedBlob(digest("c"), "entity:A", 50, True, 20))
    assert ledger.blob(digest("b"), "entity:A") == replace(blob, complete=True)
    assert ledger.blob(digest("b"), "entity:B") is None
    assert ledger.standing(digest("b"), "entity:A") == (replace(blob, complete=True), 150)
    assert ledger.standing(digest("b"), "entity:B") == (None, 0)
    ledger.claim_blob(OwnedBlob(digest("b"), "entity:B", 100, False, 30))
    found = ledger.blobs([digest("b"), digest("d")])
    assert {(claim.owner, claim.complete) for claim in found} == {("entity:A", True), ("entity:B", False)}
    assert ledger.blobs([]) == []
    ledger.drop_blob(digest("b"), "entity:B")
    assert [item.sha256 for item in ledger.stale_blobs(15)] == [digest("b")]
    use = BlobUse(digest("b"), digest("r"), "ciphertext")
    stores.log.append(group(0, statement(0), uses=(use,)))
    assert ledger.standing(digest("b"), "entity:A")[1] == 50
    ledger.drop_blob(digest("c"), "entity:A")
    ledger.drop_blob(digest("c"), "entity:A")
    assert ledger.standing(digest("c"), "entity:A") == (None, 0)


def test_an_aggregate_is_recorded_with_its_use_as_often_as_one_likes(stores: Stores) -> None:
    aggregate = StoredAggregate(digest("c"), digest("sum"), 80)
    stores.ledger.put_aggregate(aggregate)
    stores.ledger.put_aggregate(aggregate)
    assert stores.ledger.aggregate(digest("c")) == aggregate
    assert stores.ledger.uses(digest("sum")) == [BlobUse(digest("sum"), digest("c"), "aggregate")]
    assert stores.ledger.aggregate(digest("d")) is None


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    migrate(database_url)


@pytest.mark.postgres
def test_in_postgresql_one_process_at_a_time_may_append(postgres_url: str) -> None:
    first, second = open_stores(postgres_url), open_stores(postgres_url)
    assert first.log.hold_log() and first.log.hold_log()
    assert not second.log.hold_log()
    first.log.close()
    assert second.log.hold_log()
    second.log.close()


def test_a_database_that_cannot_be_reached_is_a_store_error() -> None:
    with pytest.raises(StoreError):
        migrate("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreError):
        migrate("mysql://nobody@127.0.0.1/none")


def test_the_migrations_make_exactly_the_tables_in_the_code(database_url: str) -> None:
    migrate(database_url)
    database = Database(database_url)
    with database.write() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()

"""What replicas share through the store: the right to append, what they hand over, what parties have spent."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from coordinator.limits import PARTY, Limits
from coordinator.service import Service, Stores, open_stores
from coordinator.store.contract import Answer, Handed, Placed, Spent, StoredCheckpoint
from coordinator.store.database import Database
from coordinator.store.relay import SqlRelay
from coordinator.store.spending import SqlSpending
from crypto.note import check_checkpoint
from protocol.errors import Refused, StoreError
from protos.values import Receipt, Refusal
from tests.coordinator.test_record import enrol_again
from tests.coordinator.test_store_contract import group, statement
from tests.coordinator.town import Town

NOW = 1_750_000_000


# --- the right to append


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[Stores, Stores]]:
    stores = open_stores(postgres_url), open_stores(postgres_url)
    assert stores[0].log.hold_log() and not stores[1].log.hold_log()
    yield stores
    for one in stores:
        one.log.close()


def end_session_of_holder(stores: Stores) -> None:
    """As PostgreSQL does when its holder stands still: it does not hear of it before it asks."""
    database = Database(stores.url)
    with database.read() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )
    database.close()


def await_taking(stores: Stores) -> None:
    deadline = time.monotonic() + 10
    while not stores.log.hold_log():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.postgres
def test_one_that_lost_the_right_to_append_appends_nothing(
    two: tuple[Stores, Stores], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its index is right and it knows of nothing: the number in its transaction alone stops it."""
    for name in ("BEAT_SECONDS", "TRUSTED_SECONDS"):
        monkeypatch.setattr(f"coordinator.store.holding.{name}", 3600.0)
    first, second = two
    first.log.append(group(0, statement(0)))
    end_session_of_holder(first)
    await_taking(second)
    assert first.log.holds_log  # as far as it knows
    with pytest.raises(StoreError, match="another coordinator appends"):
        first.log.append(group(1, statement(1)))
    with pytest.raises(StoreError, match="another coordinator appends"):
        first.log.keep_fresh(StoredCheckpoint(1, "again", NOW))
    assert second.log.leaves(0, 10) == [statement(0)]
    second.log.append(group(1, statement(1)))


@pytest.mark.postgres
def test_who_hands_over_in_the_middle_of_an_append_waits_for_it(two: tuple[Stores, Stores]) -> None:
    first, second = two
    database = Database(first.url)
    taken: list[bool] = []
    with database.write() as connection:
        first.log._holding.check(connection)
        end_session_of_holder(first)
        thread = threading.Thread(target=lambda: (await_taking(second), taken.append(True)))
        thread.start()
        thread.join(0.5)
        assert taken == [], "the number was raised in the middle of an append"
    thread.join(10)
    assert taken == [True]
    database.close()


def test_a_log_signed_again_is_told_to_every_replica(database_url: str) -> None:
    stores = open_stores(database_url)
    assert stores.log.hold_log() and stores.log.freshest_checkpoint() is None
    stores.log.append(group(0, statement(0)))
    again = StoredCheckpoint(1, "again", NOW)
    stores.log.keep_fresh(again)
    assert stores.log.freshest_checkpoint() == again
    assert stores.log.newest_checkpoint() == StoredCheckpoint(1, "note 1", 1000)
    stores.log.append(group(1, statement(1)))
    assert stores.log.freshest_checkpoint() == StoredCheckpoint(2, "note 2", 1001)
    stores.log.close()


# --- handing over


@pytest.fixture
def relay(database_url: str) -> Iterator[SqlRelay]:
    open_stores(database_url).log.close()
    database = Database(database_url)
    yield SqlRelay(database)
    database.close()


def test_what_is_handed_over_waits_for_its_answer_and_comes_back_to_whom_it_is_from(relay: SqlRelay) -> None:
    items = [
        Handed("one", "entity:A", None, (b"first", b""), (True, False)),
        Handed("two", None, "ab" * 32, (b"x" * 5000,), (False,)),
    ]
    numbers = relay.hand_over(items)
    assert relay.waiting(10) == [
        replace(item, number=number) for item, number in zip(items, numbers, strict=True)
    ]
    assert relay.waiting(1)[0].number == numbers[0]
    assert relay.collect("one") == []
    answer = Answer(numbers[0], (Placed(7, NOW), Refusal("proof", "does 不 hold")))
    relay.answer([answer])
    assert [item.number for item in relay.waiting(10)] == [numbers[1]]
    assert relay.collect("two") == [] and relay.collect("one") == [answer] and relay.collect("one") == []


def test_what_nobody_comes_for_is_forgotten(relay: SqlRelay) -> None:
    relay.hand_over([Handed("one", "entity:A", None, (b"x",), (True,))])
    relay.forget(60)
    assert len(relay.waiting(10)) == 1
    relay.forget(-1)
    assert relay.waiting(10) == []


# --- what parties have spent


def test_what_is_spent_at_one_replica_is_charged_at_the_other(database_url: str) -> None:
    open_stores(database_url).log.close()
    database = Database(database_url)
    spending, here, there = SqlSpending(database), Limits(), Limits()
    for limits in (here, there):
        limits.take("entity:A", frozenset(), (1,), NOW)
        limits.settle(spending, NOW)
    here.take("entity:A", frozenset(), (1,) * (PARTY.burst - 500), NOW)
    here.settle(spending, NOW)
    there.take("entity:A", frozenset(), (1,), NOW)
    there.settle(spending, NOW)
    with pytest.raises(Refused, match="statements a second"):
        there.take("entity:A", frozenset(), (1,) * 600, NOW)
    there.take("entity:A", frozenset(), (1,) * 400, NOW)
    here.charge_refusals("entity:A", frozenset(), PARTY.refusals, NOW)
    for limits in (here, there, here):
        limits.settle(spending, NOW)
    with pytest.raises(Refused, match="were refused"):
        there.take("entity:A", frozenset(), (1,), NOW)
    assert spending.add({"entity:A": Spent(0, 0, 0)}, NOW)["entity:A"].refusals == PARTY.refusals
    spending.forget(NOW + 1)
    assert spending.add({"entity:A": Spent(0, 0, 0)}, NOW)["entity:A"] == Spent(0, 0, 0)
    database.close()


# --- two ages of one log


@pytest.fixture
def town(tmp_path: Path, postgres_url: str) -> Iterator[Town]:
    town = Town(tmp_path, postgres_url).start()
    yield town
    town.stop()


@pytest.fixture
def deaf(town: Town) -> Iterator[Service]:
    """A replica that hears no signal and looks at nothing by itself."""
    replica = town.build()
    yield replica
    replica.stores.log.close()


@pytest.mark.postgres
def test_a_replica_never_tells_of_a_shorter_log_than_another_did(town: Town, deaf: Service) -> None:
    member = town.member("Here", "supplier")
    (receipt,) = town.hand_in(member, [member.enrolment.data])
    assert isinstance(receipt, Receipt)
    size = check_checkpoint(receipt.checkpoint, town.log_vkey).size
    caller = deaf.gateway.identify(member.certificate_pem)
    assert deaf.journal.head.frontier.size < size

    async def watch() -> int:
        async for batch in deaf.gateway.watch(caller, size):
            return batch.cursor
        raise AssertionError

    assert asyncio.run(watch()) == size
    later = town.member("Later", "supplier")
    assert check_checkpoint(deaf.gateway.checkpoint(caller), town.log_vkey).size == size + 1
    town.member("Last", "supplier")
    assert deaf.gateway.prove_consistency(caller, size, size + 2)
    assert deaf.gateway.prove_inclusion(caller, later.id, 0).index == size


@pytest.mark.postgres
def test_a_listener_who_waits_for_a_look_at_the_database_holds_up_nobody_else(
    town: Town, deaf: Service
) -> None:
    member = town.member("Here", "supplier")
    size = town.service.journal.head.frontier.size
    caller = deaf.gateway.identify(member.certificate_pem)
    assert deaf.journal.head.frontier.size < size
    is_looking, others_were_served = threading.Event(), threading.Event()

    def look() -> bool:
        with deaf.following.moving:
            is_looking.set()
            return others_were_served.wait(20)

    async def run() -> tuple[bool, int]:
        looking = asyncio.create_task(asyncio.to_thread(look))
        await asyncio.to_thread(is_looking.wait)
        listening = asyncio.ensure_future(anext(deaf.gateway.watch(caller, size)))
        await asyncio.sleep(0.1)
        others_were_served.set()
        return await looking, (await listening).cursor

    assert asyncio.run(run()) == (True, size)


@pytest.mark.postgres
def test_a_replica_takes_no_leaves_that_the_log_did_not_sign(town: Town, deaf: Service) -> None:
    deaf.following.look()
    known = deaf.journal.head
    town.member("Newcomer", "supplier")
    database = Database(town.service.stores.url)
    shift = text("UPDATE statements SET logged_at = logged_at + :by WHERE log_index = :index")
    with database.write() as connection:
        connection.execute(shift, {"by": 1, "index": known.frontier.size})
    with pytest.raises(StoreError, match="do not give the root"):
        deaf.following.look()
    assert deaf.journal.head == known
    with database.write() as connection:
        connection.execute(shift, {"by": -1, "index": known.frontier.size})
    database.close()
    deaf.following.look()
    assert deaf.journal.head.note == town.service.journal.head.note


@pytest.mark.postgres
def test_only_the_replica_that_appends_signs_an_idle_log_again(town: Town, deaf: Service) -> None:
    """Else a smaller tree could be signed later than a larger one, which is evidence of a log that went back."""
    deaf.following.look()
    before = deaf.journal.head.note
    town.clock.now += 3000
    deaf.following.look()
    assert deaf.journal.head.note == before
    town.service.sequencer._attend(town.clock.now)
    deaf.following.look()
    assert deaf.journal.head.note == town.service.journal.head.note != before
    town.clock.now -= 3000
    town.member("Earlier by this clock", "supplier")
    assert (
        check_checkpoint(town.service.journal.head.note, town.log_vkey).time or 0
    ) >= town.clock.now + 3000


@pytest.mark.postgres
def test_a_revocation_at_one_replica_ends_the_party_at_the_other(town: Town, deaf: Service) -> None:
    member = town.member("Leaver", "supplier")
    deaf.following.look()
    deaf.gateway.identify(member.certificate_pem)
    town.hand_in(town.operator, [town.revocation(member).data])
    deaf.following.look()
    with pytest.raises(Refused, match="revoked"):
        deaf.gateway.identify(member.certificate_pem)


@pytest.mark.postgres
def test_another_enrolment_at_one_replica_counts_at_the_other(town: Town, deaf: Service) -> None:
    member = town.member("Member", "supplier")
    deaf.following.look()
    assert deaf.gateway.identify(member.certificate_pem).enrolment == member.id
    again = enrol_again(town, member)
    town.hand_in(town.operator, [again.data])
    deaf.following.look()
    assert deaf.gateway.identify(member.certificate_pem).enrolment == again.id


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(postgres_url: str) -> None:
    database = Database(postgres_url)
    here = text("SELECT pg_backend_pid()")
    with database.read() as connection:
        first = connection.execute(here).scalar_one()
    other = Database(postgres_url)
    with other.read() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})
    with database.read() as connection:
        assert connection.execute(here).scalar_one() != first
    database.close()
    other.close()


@pytest.mark.postgres
def test_statements_taken_while_nobody_appends_get_their_receipts_later(town: Town) -> None:
    """The one that appends is gone; what was handed over meanwhile is logged by whoever comes next."""
    replica = town.build()
    replica.start()
    member = town.enrol("Waiting", ["supplier"])
    town.service.sequencer.stop()
    future = replica.gateway.submit(
        replica.gateway.identify(member.certificate_pem), (member.enrolment.data,)
    )
    with pytest.raises(TimeoutError):
        future.result(timeout=2)
    town.service.stores.log._holding.close()
    (receipt,) = future.result(timeout=30)
    assert isinstance(receipt, Receipt) and receipt.id == member.id
    assert replica.stores.log.holds_log
    replica.stop()

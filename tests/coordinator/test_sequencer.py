"""Appending: both kinds of write failure, groups, duplicates, time, and restarts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from coordinator.journal import Journal
from crypto.merkle import check_consistency, check_inclusion, leaf_hash
from crypto.note import check_checkpoint
from protocol.errors import StoreError
from protocol.statements import encode_leaf
from protos.values import Receipt, Refusal
from tests.coordinator.town import Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


def test_when_the_store_fails_before_it_persists_nothing_is_acknowledged(town: Town) -> None:
    member, size = town.enrol("Supplier", ["supplier"]), town.service.journal.head.frontier.size
    town.log.fail_before = True
    with pytest.raises(StoreError):
        town.hand_in(member, [member.enrolment.data])
    assert town.service.journal.head.frontier.size == size
    (outcome,) = town.hand_in(member, [member.enrolment.data])
    assert isinstance(outcome, Receipt) and outcome.index == size


def test_when_the_store_fails_after_it_persists_the_statement_counts_once(town: Town) -> None:
    member = town.enrol("Supplier", ["supplier"])
    town.log.fail_after = True
    (outcome,) = town.hand_in(member, [member.enrolment.data])
    assert isinstance(outcome, Receipt)
    (again,) = town.hand_in(member, [member.enrolment.data])
    assert isinstance(again, Receipt) and again.index == outcome.index
    assert town.service.stores.log.newest_checkpoint().note == town.service.journal.head.note


def test_a_repeat_returns_the_original_receipt_even_after_revocation(town: Town) -> None:
    member = town.member("Supplier", "supplier")
    (first,) = town.hand_in(member, [member.enrolment.data])
    town.hand_in(town.operator, [town.revocation(member).data])
    (again,) = town.hand_in(town.operator, [member.enrolment.data])
    assert isinstance(first, Receipt) and isinstance(again, Receipt)
    assert (first.id, first.index, first.logged_at) == (again.id, again.index, again.logged_at)


def test_the_same_statement_twice_in_one_group_is_logged_once(town: Town) -> None:
    member = town.enrol("Supplier", ["supplier"])
    one, two = town.hand_in(member, [member.enrolment.data, member.enrolment.data])
    assert isinstance(one, Receipt) and isinstance(two, Receipt) and one.index == two.index


def test_many_callers_at_once_get_distinct_places_and_proofs_that_hold(town: Town) -> None:
    members = [town.enrol(f"Supplier {number}", ["supplier"]) for number in range(40)]
    gateway = town.service.gateway
    futures = [gateway.submit(town.caller(member), (member.enrolment.data,)) for member in members]
    wait(futures, timeout=60)
    places = set()
    for member, future in zip(members, futures, strict=True):
        (receipt,) = future.result()
        assert isinstance(receipt, Receipt)
        checkpoint = check_checkpoint(receipt.checkpoint, town.log_vkey)
        leaf = leaf_hash(encode_leaf(member.id, member.enrolment.data, receipt.logged_at))
        check_inclusion(leaf, receipt.index, checkpoint.size, receipt.inclusion, checkpoint.root)
        places.add(receipt.index)
    assert len(places) == len(members)


def test_logged_at_never_decreases_though_the_clock_does(town: Town) -> None:
    town.clock.now += 100
    town.member("First", "supplier")
    town.clock.now -= 50
    second = town.enrol("Second", ["supplier"])
    (receipt,) = town.hand_in(second, [second.enrolment.data])
    assert isinstance(receipt, Receipt) and receipt.logged_at == town.clock.now + 50


def test_an_idle_log_signs_its_checkpoint_again_before_it_is_old(town: Town) -> None:
    first = check_checkpoint(town.service.journal.head.note, town.log_vkey)
    assert first.time == town.clock.now
    town.clock.now += 3000
    town.service.sequencer._attend(town.clock.now)
    again = check_checkpoint(town.service.journal.head.note, town.log_vkey)
    assert (again.size, again.root, again.time) == (first.size, first.root, town.clock.now)
    town.restart()
    assert check_checkpoint(town.service.journal.head.note, town.log_vkey).time == town.clock.now


def test_after_a_restart_the_log_goes_on_where_it_stood(town: Town) -> None:
    first = town.member("First", "supplier")
    before = check_checkpoint(town.service.journal.head.note, town.log_vkey)
    town.restart()
    town.member("Second", "supplier")
    after = check_checkpoint(town.service.journal.head.note, town.log_vkey)
    proof = town.service.journal.prove_consistency(before.size, after.size)
    check_consistency(before.size, after.size, before.root, after.root, proof)
    assert isinstance(town.hand_in(first, [first.enrolment.data])[0], Receipt)


def test_a_second_coordinator_on_the_same_log_finds_out_and_neither_forks(town: Town) -> None:
    """On one database without a lock, the primary key lets one of two appends fail; the loser reads again."""
    other = town.build()
    other.start()
    town.member("Here", "supplier")
    late = town.enrol("There", ["supplier"])
    future = other.gateway.submit(other.gateway.identify(late.certificate_pem), (late.enrolment.data,))
    (outcome,) = future.result(timeout=30)
    assert isinstance(outcome, Receipt)
    here = town.member("Here again", "supplier")
    (receipt,) = town.hand_in(here, [here.enrolment.data])
    assert isinstance(receipt, Receipt) and receipt.index == outcome.index + 1
    other.stop()


def test_a_stopped_coordinator_asks_to_try_again(town: Town) -> None:
    caller = town.caller(town.operator)
    town.service.sequencer.stop()
    with pytest.raises(StoreError):
        town.service.gateway.submit(caller, (town.operator.enrolment.data,))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_ends_the_sequencer_and_leaves_nobody_waiting(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Journal, "prepare", broken)
    member = town.enrol("Supplier", ["supplier"])
    with pytest.raises(StoreError, match="stopping"):
        town.hand_in(member, [member.enrolment.data])
    assert not town.service.sequencer.is_running
    with pytest.raises(StoreError, match="stopping"):
        town.hand_in(member, [member.enrolment.data])


def test_a_duty_that_the_store_kept_from_being_done_is_done_though_nothing_else_happens(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coordinator.sequencer.AGAIN_SECONDS", 0.0)
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    town.log.fail_kind = "roster"
    town.consent(chain)
    deadline = time.monotonic() + 30
    while town.calculation(chain.request).roster is None:
        assert time.monotonic() < deadline, "the roster is owed and nobody makes it"
        time.sleep(0.05)
    assert town.log.fail_kind == ""


def test_a_full_queue_asks_to_try_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coordinator.submissions.QUEUE_BYTES", 10)
    with pytest.raises(StoreError, match="too much to do"):
        town.hand_in(town.operator, [town.operator.enrolment.data])


@pytest.mark.postgres
def test_a_whole_calculation_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    town = Town(tmp_path, postgres_url).start()
    chain = town.run()
    assert town.calculation(chain.request).certificate is not None
    replica = town.build()
    replica.start()
    future = replica.gateway.submit(replica.gateway.identify(town.operator.certificate_pem), (b"{}",))
    assert isinstance(future.result()[0], Refusal)
    future = replica.gateway.submit(
        replica.gateway.identify(town.operator.certificate_pem), (town.operator.enrolment.data,)
    )
    (receipt,) = future.result(timeout=30)
    assert isinstance(receipt, Receipt) and receipt.index == 0
    assert not replica.stores.log.holds_log and town.service.stores.log.holds_log
    replica.stop()
    town.stop()

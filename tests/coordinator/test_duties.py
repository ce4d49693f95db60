"""Rosters, sums, certificates and endings come by themselves, after crashes as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.store.contract import Append
from crypto.bfv import Aggregate
from node.words.endings import say_ending
from protocol.calculation import Phase
from protocol.errors import Refused, StoreError
from protocol.payloads import Refusal as RefusalPayload
from protocol.payloads import Void
from protos.values import Refusal
from tests.coordinator.town import DAY, Chain, FailingLog, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


@pytest.fixture
def asked(town: Town) -> Chain:
    """A request that waits for consents."""
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    return chain


def ending(town: Town, chain: Chain) -> Void:
    found = town.calculation(chain.request).ending
    assert found is not None and isinstance(found.payload, Void)
    return found.payload


def test_the_roster_follows_the_last_consent(town: Town, asked: Chain) -> None:
    for entry, supplier in enumerate(asked.suppliers):
        assert town.calculation(asked.request).roster is None
        town.log_it(supplier, town.consent_payload(asked, entry))
    town.settle()
    assert town.calculation(asked.request).phase is Phase.CONTRIBUTING


def test_a_refusal_ends_the_calculation(town: Town, asked: Chain) -> None:
    header = town.header(asked.suppliers[0])
    refusal = RefusalPayload(**header.fields(), request=asked.request, entry=0, reason="not this time")
    town.log_it(asked.suppliers[0], refusal)
    town.settle()
    assert ending(town, asked).cause == "refused"
    assert say_ending(ending(town, asked).reason).zh == "有供应商拒绝参加"
    late = town.submit(asked.suppliers[1], town.consent_payload(asked, 1))
    assert isinstance(late, Refusal) and late.check == "ended"


def test_a_deadline_that_passed_ends_the_calculation_without_anyone_asking(town: Town, asked: Chain) -> None:
    town.clock.now += DAY + 1
    town.service.sequencer._attend(town.clock.now)
    assert ending(town, asked).cause == "deadline"
    assert say_ending(ending(town, asked).reason).zh.startswith("“等待供应商同意”这一步的截止时间已过")


def test_the_sum_is_for_the_requester_once_every_contribution_is_in(town: Town, asked: Chain) -> None:
    town.consent(asked)
    town.contribute(asked, only=[0, 1, 2])
    with pytest.raises(Refused, match="not every contribution"):
        town.fetch_aggregate(asked)
    town.contribute(asked, only=[3])
    with pytest.raises(Refused, match="aggregate is for requester"):
        town.service.gateway.aggregate(town.caller(asked.suppliers[0]), asked.request)
    expected = Aggregate()
    for logged in town.calculation(asked.request).contributions.values():
        blob = logged.payload.ciphertext
        expected.add(town.service.sequencer._parts.desk.blobs.read(blob.sha256, 0, blob.length))
    assert town.fetch_aggregate(asked) == expected.encode()


def test_masks_that_do_not_cancel_are_disputed_and_silence_ends_the_calculation(
    town: Town, asked: Chain
) -> None:
    town.consent(asked)
    asked.ephemerals[1] += 1  # masks made with another key than the one consented with
    town.contribute(asked)
    dispute = town.calculation(asked.request).dispute
    assert dispute is not None and (dispute.terms.cause, dispute.place.cell) == ("masks", 0)
    with pytest.raises(Refused, match="not every contribution"):
        town.fetch_aggregate(asked)
    town.clock.now += 4 * DAY
    town.service.sequencer._attend(town.clock.now)
    assert ending(town, asked).cause == "deadline" and "nothing was logged" in ending(town, asked).reason


def test_a_single_ciphertext_goes_to_its_owner_only(town: Town, asked: Chain) -> None:
    town.consent(asked)
    town.contribute(asked)
    logged = next(iter(town.calculation(asked.request).contributions.values()))
    sha256, gateway = logged.payload.ciphertext.sha256, town.service.gateway
    for stranger, said in (
        (asked.maker, "no blob"),
        (asked.suppliers[1], "no blob"),
        (town.operator, "is for"),
    ):
        with pytest.raises(Refused, match=said):
            gateway.read_part(town.caller(stranger), sha256, 0)
    assert gateway.read_part(town.caller(asked.suppliers[0]), sha256, 0).data


def test_the_key_of_a_request_goes_to_its_parties_only(town: Town, asked: Chain) -> None:
    sha256, gateway = town.calculation(asked.request).terms.he_key.sha256, town.service.gateway
    assert gateway.read_part(town.caller(asked.suppliers[2]), sha256, 0).length == len(asked.he_key)
    with pytest.raises(Refused, match="no blob"):
        gateway.read_part(town.caller(town.member("Stranger", "supplier")), sha256, 0)


def test_a_restart_after_every_step_changes_nothing(town: Town, asked: Chain) -> None:
    town.restart()
    town.consent(asked)
    town.restart()
    for entry in range(len(asked.suppliers)):
        town.contribute(asked, only=[entry])
        town.restart()
    town.log_it(asked.maker, town.result_payload(asked))
    town.restart()
    assert town.calculation(asked.request).phase is Phase.CERTIFIED
    bundle = town.service.gateway.bundle(town.caller(asked.maker), asked.request)
    town.restart()
    assert town.service.gateway.bundle(town.caller(asked.maker), asked.request) == bundle


def test_what_was_owed_when_the_store_failed_is_done_after_a_restart(
    town: Town, asked: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = FailingLog.append

    def fail_on_rosters(log: FailingLog, batch: Append) -> None:
        if any(item.kind == "roster" for item in batch.statements):
            raise StoreError("the disk is full")
        append(log, batch)

    monkeypatch.setattr(FailingLog, "append", fail_on_rosters)
    town.consent(asked)
    assert town.calculation(asked.request).phase is Phase.CONSENTING
    monkeypatch.undo()
    town.restart()
    assert town.calculation(asked.request).phase is Phase.CONTRIBUTING


def test_a_lost_sum_is_computed_again(town: Town, asked: Chain) -> None:
    town.consent(asked)
    town.contribute(asked)
    before = town.fetch_aggregate(asked)
    stored = town.service.stores.ledger.aggregate(asked.request)
    (town.folder.blobs / stored.sha256[:2] / stored.sha256).unlink()
    town.restart()
    assert town.fetch_aggregate(asked) == before

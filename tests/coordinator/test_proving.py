"""Proofs are looked at where a statement is taken, and what is found there spares the sequencer work, no more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from coordinator.admission import Admission, Candidate, Sender
from coordinator.proving import Proving, Surroundings
from protocol.errors import StoreError
from protocol.statements import parse_statement, sign_statement
from protos.values import Receipt, Refusal
from tests.coordinator.test_admission import declaration, spoiled
from tests.coordinator.town import Chain, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


@pytest.fixture
def chain(town: Town) -> Chain:
    return town.chain()


@pytest.fixture
def proving(town: Town) -> Proving:
    desk = town.service.sequencer._parts.desk
    return Proving(Surroundings(desk, lambda count: bytes(range(count)), town.clock), lambda submission: None)


def test_what_holds_is_told_from_what_does_not(town: Town, chain: Chain, proving: Proving) -> None:
    good, bad = (declaration(town, chain, entry) for entry in (0, 1))
    signed = [
        sign_statement(good, chain.suppliers[0].key),
        sign_statement(spoiled(bad), chain.suppliers[1].key),
        sign_statement(bad, chain.suppliers[1].key),
        sign_statement(declaration(town, chain, 2), chain.suppliers[3].key),  # signed by another
    ]
    assert proving.prove(signed) == {signed[0].id, signed[2].id}
    malformed = bad.model_copy(update={"proofs": type(bad.proofs)(range=bad.proofs.range[:-1])})
    assert proving.prove([sign_statement(malformed, chain.suppliers[1].key), signed[0]]) == {signed[0].id}


def test_a_contribution_is_judged_by_the_roster_that_it_names(
    town: Town, chain: Chain, proving: Proving
) -> None:
    for step in (town.declare, town.request, town.consent):
        step(chain)
    payload, ciphertext = town.contribution(chain, 0)
    supplier = chain.suppliers[0]
    signed = sign_statement(payload, supplier.key)
    assert proving.prove([signed]) == frozenset()  # its ciphertext is not here
    town.upload(supplier, ciphertext)
    assert proving.prove([signed]) == {signed.id}
    unknown = payload.model_copy(update={"roster": "0" * 64})
    assert proving.prove([sign_statement(unknown, supplier.key)]) == frozenset()


def test_what_was_proven_is_not_proven_again_by_the_sequencer(town: Town, chain: Chain) -> None:
    desk = town.service.sequencer._parts.desk
    signed = sign_statement(spoiled(declaration(town, chain, 0)), chain.suppliers[0].key)
    sender = Sender(town.caller(chain.suppliers[0]).key)

    def judge(is_proven: bool) -> object:
        admission = Admission(desk, lambda count: bytes(range(count)))
        candidate = Candidate(signed, sender, is_proven)
        size = town.service.journal.head.frontier.size
        return admission.judge([candidate], town.clock.now, size).verdicts[0]

    assert getattr(judge(False), "check", None) == "proof"
    assert getattr(judge(True), "id", None) == signed.id


def test_a_lie_in_a_group_that_nobody_proved_is_found_by_the_sequencer(town: Town, chain: Chain) -> None:
    payloads = [declaration(town, chain, entry) for entry in (0, 1, 2)]
    payloads[1] = spoiled(payloads[1])
    candidates = [
        Candidate(sign_statement(payload, member.key), Sender(town.caller(member).key))
        for payload, member in zip(payloads, chain.suppliers, strict=False)
    ]
    size = town.service.journal.head.frontier.size
    admission = Admission(town.service.sequencer._parts.desk, lambda count: bytes(range(count)))
    first, lie, last = admission.judge(candidates, town.clock.now, size).verdicts
    assert [getattr(one, "id", None) for one in (first, last)] == [
        candidates[0].signed.id,
        candidates[2].signed.id,
    ]
    assert getattr(lie, "check", None) == "proof"


def test_a_lie_among_honest_ones_is_refused_and_they_are_not(town: Town, chain: Chain) -> None:
    payloads = [declaration(town, chain, entry) for entry in range(len(chain.suppliers))]
    payloads[1] = spoiled(payloads[1])
    futures = [
        town.service.gateway.submit(town.caller(member), (sign_statement(payload, member.key).data,))
        for member, payload in zip(chain.suppliers, payloads, strict=True)
    ]
    wait(futures, timeout=60)
    outcomes = [future.result()[0] for future in futures]
    assert isinstance(outcomes[1], Refusal) and outcomes[1].check == "proof"
    assert all(isinstance(outcome, Receipt) for place, outcome in enumerate(outcomes) if place != 1)


def test_a_statement_and_what_it_rests_on_may_come_in_one_call(town: Town, chain: Chain) -> None:
    member = town.enrol("Newcomer", ["supplier"])
    payload = declaration(town, chain, 0).model_copy(update={"by": member.id})
    signed = sign_statement(payload, member.key)
    assert parse_statement(signed.data).id == signed.id
    outcomes = town.hand_in(member, [member.enrolment.data, signed.data])
    assert isinstance(outcomes[0], Receipt)
    assert isinstance(outcomes[1], Refusal) and outcomes[1].check in ("proof", "identity")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_in_checking_leaves_nobody_waiting(
    town: Town, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("coordinator.proving.queue_proofs", broken)
    member = chain.suppliers[0]
    with pytest.raises(StoreError, match="stopping"):
        town.submit(member, declaration(town, chain, 0))
    assert not town.service.sequencer.is_running

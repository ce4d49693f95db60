"""What the door refuses, each with its check: caps, signers, proofs, and whom it charges."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.admission import FAILED_PROOFS_A_DAY, OPEN_REQUESTS
from crypto.bfv import make_key_pair
from crypto.signing import make_signing_key
from protocol.declaring import make_declaration
from protocol.payloads import AnyPayload, Blob, Withdrawal
from protocol.statements import Signed, sign_statement
from protos.values import Receipt, Refusal
from tests.coordinator.town import DAY, Chain, Member, Town, declaration_draft


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


@pytest.fixture
def chain(town: Town) -> Chain:
    return town.chain()


def refused(town: Town, member: Member, payload: AnyPayload) -> str:
    outcome = town.submit(member, payload)
    assert isinstance(outcome, Refusal), outcome
    return outcome.check


def declaration(town: Town, chain: Chain, entry: int) -> AnyPayload:
    draft = declaration_draft(chain.supplies[entry], chain.published)
    payload, _ = make_declaration(draft, town.header(chain.suppliers[entry]), os.urandom)
    return payload


def spoiled(payload: AnyPayload) -> AnyPayload:
    """The same declaration with a range proof that parses and does not hold."""
    proof = bytearray(payload.proofs.range)
    proof[-1] ^= 1
    return payload.model_copy(update={"proofs": type(payload.proofs)(range=bytes(proof))})


def test_a_bad_proof_among_good_ones_is_named_and_the_others_are_logged(town: Town, chain: Chain) -> None:
    good = [declaration(town, chain, entry) for entry in (0, 1, 2)]
    payloads = [good[0], spoiled(good[1]), good[2]]
    gateway = town.service.gateway
    futures = [
        gateway.submit(town.caller(supplier), (sign_statement(payload, supplier.key).data,))
        for supplier, payload in zip(chain.suppliers, payloads, strict=False)
    ]
    outcomes = [future.result(timeout=60)[0] for future in futures]
    assert [type(outcome) for outcome in outcomes] == [Receipt, Refusal, Receipt]
    assert outcomes[1].check == "proof"


def test_a_statement_that_rests_on_a_refused_one_is_refused_with_it(town: Town, chain: Chain) -> None:
    town.declare(chain)
    _, he_key = make_key_pair()
    town.upload(chain.maker, he_key)
    request = town.request_payload(chain, he_key)
    proofs = type(request.proofs)(ranges=(request.proofs.ranges[0][:-1] + b"\x00",))
    bad = sign_statement(request.model_copy(update={"proofs": proofs}), chain.maker.key)
    leaving = Withdrawal(**town.header(chain.maker).fields(), request=bad.id, reason="never mind")
    outcomes = town.hand_in(chain.maker, [bad.data, sign_statement(leaving, chain.maker.key).data])
    assert [outcome.check for outcome in outcomes if isinstance(outcome, Refusal)] == ["proof", "request"]


def test_a_failed_proof_is_kept_and_charged_to_its_signer(town: Town, chain: Chain) -> None:
    supplier = chain.suppliers[0]
    bad = spoiled(declaration(town, chain, 0))
    assert refused(town, supplier, bad) == refused(town, supplier, bad) == "proof"
    ledger = town.service.stores.ledger
    assert [item.check for item in ledger.refused(10)] == ["proof"]
    for _ in range(FAILED_PROOFS_A_DAY - 1):
        assert refused(town, supplier, spoiled(declaration(town, chain, 0))) == "proof"
    assert refused(town, supplier, declaration(town, chain, 0)) == "budget"
    town.clock.now += DAY + 1
    assert isinstance(town.submit(supplier, declaration(town, chain, 0)), Receipt)


def test_a_malformed_proof_beside_good_ones_spoils_nothing(town: Town, chain: Chain) -> None:
    good, other = declaration(town, chain, 0), declaration(town, chain, 1)
    bad = other.model_copy(update={"proofs": type(other.proofs)(range=b"short")})
    gateway = town.service.gateway
    futures = [
        gateway.submit(town.caller(supplier), (sign_statement(payload, supplier.key).data,))
        for supplier, payload in ((chain.suppliers[1], bad), (chain.suppliers[0], good))
    ]
    (first,), (second,) = (future.result(timeout=60) for future in futures)
    assert isinstance(first, Refusal) and first.check == "proof"
    assert isinstance(second, Receipt)


def test_a_forged_signature_is_refused_and_charges_nobody(town: Town, chain: Chain) -> None:
    forged = sign_statement(declaration(town, chain, 0), make_signing_key())
    (outcome,) = town.hand_in(chain.suppliers[0], [forged.data])
    assert isinstance(outcome, Refusal) and outcome.check == "signature"
    assert town.service.stores.ledger.refused(10) == []


def test_a_statement_is_handed_in_by_who_signed_it(town: Town, chain: Chain) -> None:
    signed = sign_statement(declaration(town, chain, 0), chain.suppliers[0].key)
    (outcome,) = town.hand_in(chain.suppliers[1], [signed.data])
    assert isinstance(outcome, Refusal) and outcome.check == "sender"


def test_a_role_decides_what_may_be_signed(town: Town, chain: Chain) -> None:
    payload = declaration(town, chain, 0).model_copy(update={"by": chain.maker.id})
    assert refused(town, chain.maker, payload) == "role"


def test_a_revoked_signer_is_refused(town: Town, chain: Chain) -> None:
    payload = declaration(town, chain, 0)
    data = sign_statement(payload, chain.suppliers[0].key).data
    caller = town.caller(chain.suppliers[0])
    town.hand_in(town.operator, [town.revocation(chain.suppliers[0]).data])
    town.clock.now += 1
    (outcome,) = town.service.gateway.submit(caller, (data,)).result(timeout=30)
    assert isinstance(outcome, Refusal) and outcome.check == "signer"


def test_a_request_needs_its_key_uploaded_by_itself_and_valid(town: Town, chain: Chain) -> None:
    town.declare(chain)
    _, he_key = make_key_pair()
    assert refused(town, chain.maker, town.request_payload(chain, he_key)) == "blob"
    town.upload(chain.suppliers[0], he_key)
    assert refused(town, chain.maker, town.request_payload(chain, he_key)) == "blob"
    town.upload(chain.maker, b"no key at all")
    assert refused(town, chain.maker, town.request_payload(chain, b"no key at all")) == "blob"
    town.upload(chain.maker, he_key)
    assert isinstance(town.submit(chain.maker, town.request_payload(chain, he_key)), Receipt)


def test_a_requester_may_have_eight_requests_open(town: Town, chain: Chain) -> None:
    town.declare(chain)
    _, he_key = make_key_pair()
    town.upload(chain.maker, he_key)
    signed: list[Signed] = [
        sign_statement(town.request_payload(chain, he_key, number), chain.maker.key)
        for number in range(OPEN_REQUESTS + 1)
    ]
    outcomes = town.hand_in(chain.maker, [item.data for item in signed])
    assert [type(item) for item in outcomes] == [Receipt] * OPEN_REQUESTS + [Refusal]
    assert isinstance(outcomes[-1], Refusal) and outcomes[-1].check == "open-requests"
    leaving = Withdrawal(**town.header(chain.maker).fields(), request=signed[0].id, reason="enough")
    town.log_it(chain.maker, leaving)
    assert isinstance(town.hand_in(chain.maker, [signed[-1].data])[0], Receipt)


def test_a_contribution_needs_its_own_ciphertext(town: Town, chain: Chain) -> None:
    for step in (town.declare, town.request, town.consent):
        step(chain)
    payload, ciphertext = town.contribution(chain, 0)
    supplier = chain.suppliers[0]
    assert refused(town, supplier, payload) == "blob"
    town.upload(chain.suppliers[1], ciphertext)
    assert refused(town, supplier, payload) == "blob"
    long = payload.ciphertext.model_copy(update={"length": 97 * 1024})
    assert refused(town, supplier, payload.model_copy(update={"ciphertext": long})) == "size"
    hostile = town.upload(supplier, os.urandom(len(ciphertext)))
    assert isinstance(hostile, Blob)
    assert refused(town, supplier, payload.model_copy(update={"ciphertext": hostile})) == "blob"
    town.upload(supplier, ciphertext)
    assert isinstance(town.submit(supplier, payload), Receipt)
    assert refused(town, supplier, town.contribution(chain, 0)[0]) == "contribution"

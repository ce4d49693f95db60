"""A refused envelope is served to whoever might read the statement, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from protocol.errors import Refused
from protocol.payloads import AnyPayload
from protocol.statements import Signed, sign_statement
from protos.values import Refusal
from tests.coordinator.test_admission import declaration, spoiled
from tests.coordinator.town import Chain, Member, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


@pytest.fixture
def chain(town: Town) -> Chain:
    chain = town.chain()
    for step in (town.declare, town.request, town.consent):
        step(chain)
    return chain


def refuse(town: Town, member: Member, payload: AnyPayload) -> Signed:
    signed = sign_statement(payload, member.key)
    (outcome,) = town.hand_in(member, [signed.data])
    assert isinstance(outcome, Refusal) and outcome.check == "proof"
    return signed


def lie(town: Town, chain: Chain) -> Signed:
    """A contribution whose relation does not hold."""
    payload: Any
    payload, ciphertext = town.contribution(chain, 0)
    town.upload(chain.suppliers[0], ciphertext)
    proofs = payload.proofs.models[0]
    wrong = proofs.model_copy(update={"relation": proofs.relation[:-1] + bytes([proofs.relation[-1] ^ 1])})
    changed = payload.proofs.model_copy(update={"models": (wrong,)})
    return refuse(town, chain.suppliers[0], payload.model_copy(update={"proofs": changed}))


def served(town: Town, member: Member, signed: Signed) -> bool:
    try:
        found = town.service.gateway.refused(town.caller(member), signed.id)
    except Refused as error:
        assert error.check == "unknown"
        return False
    assert found.data == signed.data and found.check == "proof" and found.refused_at == town.clock.now
    return True


def test_a_refused_contribution_is_served_to_the_parties_of_its_calculation_and_to_verifiers(
    town: Town, chain: Chain
) -> None:
    signed = lie(town, chain)
    for reader in (*chain.suppliers, chain.maker, town.member("Verifying body", "verifier")):
        assert served(town, reader, signed)
    assert not served(town, town.member("Stranger", "supplier"), signed)
    assert not served(town, town.member("Provider of factors", "provider"), signed)


def test_a_refused_declaration_is_served_to_everyone_enrolled(town: Town, chain: Chain) -> None:
    signed = refuse(town, chain.suppliers[0], spoiled(declaration(town, chain, 0)))
    assert served(town, town.member("Stranger", "supplier"), signed)


def test_a_refused_request_is_served_to_its_signer_and_to_nobody_that_might_not_read_it(
    town: Town, chain: Chain
) -> None:
    request: Any = town.request_payload(chain, chain.he_key or b"", 1)
    proofs = type(request.proofs)(ranges=(request.proofs.ranges[0][:-1] + b"\x00",))
    signed = refuse(town, chain.maker, request.model_copy(update={"proofs": proofs}))
    assert served(town, chain.maker, signed)
    assert not served(town, town.member("Stranger", "supplier"), signed)


def test_what_was_never_refused_is_unknown(town: Town, chain: Chain) -> None:
    for statement_id in (chain.request, "ab" * 32):
        with pytest.raises(Refused, match="kept here for you"):
            town.service.gateway.refused(town.caller(chain.maker), statement_id)

"""A pack maker checks each proof once, as early as it can, and a supplier's uploads go side by side."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

import node.maker.resulting
import protocol.certificate
from node.maker.resulting import check_early, check_members
from node.outbox import find_delivery, keep_blob, keep_statement
from node.store.tables import BLOBS
from protocol.errors import NetworkError, PeerError
from protocol.payloads import Refusal
from protocol.statements import Logged, sign_statement
from tests.node.test_agent import outcome
from tests.node.village import Village, ask
from tests.support.example import NOW


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the proofs of each statement were checked, by kind and id."""
    counts: Counter[str] = Counter()
    for place in (node.maker.resulting, protocol.certificate):
        queue = place.queue_proofs

        def count(batch: Any, signed: Any, context: Any, queue: Any = queue) -> None:
            counts[f"{signed.payload.type} {signed.id}"] += 1
            queue(batch, signed, context)

        monkeypatch.setattr(place, "queue_proofs", count)
    return counts


@pytest.mark.parametrize("at_once", [1, 1000])
def test_a_pack_maker_checks_each_proof_once_however_they_arrive(
    village: Village, queued: Counter[str], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(node.maker.resulting, "EARLY_STATEMENTS", at_once)
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.run()
    assert outcome(village, maker, request) == ("certified", True)
    kinds = Counter(name.split()[0] for name in queued)
    assert kinds["declaration"] == kinds["contribution"] == len(maker.calculation(request).contributions)
    assert {queued[name] for name in queued if name.startswith(("declaration", "contribution"))} == {1}


def test_what_does_not_hold_early_is_not_remembered_and_is_named_in_the_end(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node.maker.resulting, "EARLY_STATEMENTS", 1)
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.run()
    calculation = maker.calculation(request)
    (first, honest), (_, other), *_ = calculation.contributions.items()
    swapped: Any = honest.payload.model_copy(update={"proofs": other.payload.proofs})  # type: ignore[attr-defined]
    lie = Logged(sign_statement(swapped, maker.identity.signing_key), honest.index, honest.logged_at)
    lying = replace(calculation, contributions={**calculation.contributions, first: lie})
    maker.proven.clear()
    check_early(maker, lying)
    assert lie.id not in maker.proven
    with pytest.raises(PeerError, match="a proof of this contribution does not hold"):
        check_members(maker, lying)
    check_early(maker, calculation)
    assert honest.id in maker.proven


def test_an_upload_that_breaks_off_takes_none_of_the_others_with_it(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.suppliers()
    supplier = village.nodes["North Cathode"]
    supplier.deliver()
    header, key = supplier.header().fields(), supplier.identity.signing_key
    sent = supplier.egress._client.put_blob
    with supplier.store.write() as connection:
        for number in range(3):
            refusal = Refusal(**header, request="ab" * 32, entry=number, reason="none")
            keep_statement(connection, f"contribution:x:{number}", sign_statement(refusal, key), NOW)
            keep_blob(connection, f"{number:064x}", bytes([number]), f"contribution:x:{number}")

    def break_off(data: bytes) -> None:
        if data == bytes([1]):
            raise NetworkError("the connection broke")
        sent(data)

    monkeypatch.setattr(supplier.egress._client, "put_blob", break_off)
    with pytest.raises(NetworkError):
        supplier.deliver()
    with supplier.store.read() as connection:
        found = connection.execute(select(BLOBS)).all()
        waits = find_delivery(connection, "contribution:x:0")
    assert {row.sha256: row.uploaded for row in found} == {f"{n:064x}": n != 1 for n in range(3)}
    assert waits is not None and waits.index is None and not waits.check

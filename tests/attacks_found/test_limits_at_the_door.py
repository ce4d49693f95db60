"""Ways round the coordinator's limits that worked: many lies in one call, many uploads begun with one byte."""

import hashlib
import os
from pathlib import Path

from coordinator.admission import FAILED_PROOFS_A_DAY
from coordinator.blobs import BLOB_LIMIT, QUOTA, Piece
from protocol.declaring import make_declaration
from protocol.errors import Refused
from protocol.statements import sign_statement
from protos.values import Receipt
from tests.coordinator.town import Town, declaration_draft
from tests.support.example import SUPPLIES


def test_a_group_full_of_false_proofs_costs_no_more_than_the_days_budget(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    try:
        chain = town.chain(SUPPLIES[:2])
        liar, honest = chain.suppliers
        draft = declaration_draft(SUPPLIES[0], chain.published)
        true, _ = make_declaration(draft, town.header(liar), os.urandom)
        # Well formed and rightly signed, each under a nonce of its own, all with the proof of another.
        false = (true.model_copy(update={"nonce": os.urandom(16).hex()}) for _ in range(40))
        outcomes = town.hand_in(liar, [sign_statement(payload, liar.key).data for payload in false])
        checks = [getattr(outcome, "check", "") for outcome in outcomes]
        assert checks == ["proof"] * FAILED_PROOFS_A_DAY + ["budget"] * (40 - FAILED_PROOFS_A_DAY)
        draft = declaration_draft(SUPPLIES[1], chain.published)
        payload, _ = make_declaration(draft, town.header(honest), os.urandom)
        assert isinstance(town.submit(honest, payload), Receipt)
    finally:
        town.stop()


def test_uploads_begun_with_one_byte_count_in_full(tmp_path: Path) -> None:
    blobs = Town(tmp_path).service.sequencer._parts.desk.blobs
    names = [hashlib.sha256(bytes([number])).hexdigest() for number in range(100)]
    refused = 0
    for name in names:
        try:
            blobs.write(Piece(name, BLOB_LIMIT, 0, b"x"), "A")
            blobs.write(Piece(name, BLOB_LIMIT, 1, bytes(BLOB_LIMIT - 2)), "A")
        except Refused:
            refused += 1
    assert len(names) - refused == QUOTA // BLOB_LIMIT

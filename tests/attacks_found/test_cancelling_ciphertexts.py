"""Two members of one hand agree on ciphertexts whose sum is transparent: found to stop a coordinator for good."""

import hashlib
from pathlib import Path

import pytest

from crypto.bfv import CIPHERTEXT_LENGTH, COEFFICIENT_MODULI, DEGREE
from protocol import contributing
from protocol.calculation import Phase
from tests.coordinator.town import Town
from tests.support.example import SUPPLIES

HALF = CIPHERTEXT_LENGTH // 2


def cancelling(ciphertext: bytes) -> bytes:
    """The same first polynomial, the negated second: each is well formed, their sum has no second polynomial."""
    residues = [int.from_bytes(ciphertext[at : at + 5]) for at in range(HALF, CIPHERTEXT_LENGTH, 5)]
    negated = (-residue % COEFFICIENT_MODULI[place // DEGREE] for place, residue in enumerate(residues))
    return ciphertext[:HALF] + b"".join(residue.to_bytes(5) for residue in negated)


def test_ciphertexts_that_cancel_stop_their_own_calculation_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town(tmp_path).start()
    try:
        chain = town.chain(SUPPLIES[:2])
        for step in (town.declare, town.request, town.consent):
            step(chain)
        payload, first = town.contribution(chain, 0)
        town.upload(chain.suppliers[0], first)
        town.log_it(chain.suppliers[0], payload)
        monkeypatch.setattr(contributing, "encrypt", lambda _key, _slots: cancelling(first))
        payload, second = town.contribution(chain, 1)
        assert hashlib.sha256(second).hexdigest() == payload.ciphertext.sha256 and first != second
        town.upload(chain.suppliers[1], second)
        town.log_it(chain.suppliers[1], payload)
        town.settle()
        town.restart()
        town.settle()
        assert town.service.sequencer.is_running
        assert town.calculation(chain.request).phase is Phase.COMPUTING
    finally:
        town.stop()

"""Suppliers upload well-formed ciphertexts that nobody's key decrypts: found to stop the pack maker's agent.

Now the members send their masked vectors sealed, and the sum comes of those. Protocol 8.
"""

from pathlib import Path

import pytest

from crypto.bfv import encrypt, make_key_pair
from protocol import contributing
from protocol.calculation import Phase
from tests.node.village import ask, open_village


def test_ciphertexts_under_a_foreign_key_cost_a_dispute_and_stop_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, foreign = make_key_pair()
    with open_village(tmp_path) as village:
        village.suppliers()
        maker = village.settle("Pack maker", "requester")
        request = ask(maker)
        monkeypatch.setattr(contributing, "encrypt", lambda _key, slots: encrypt(foreign, slots))
        village.run()
        calculation = maker.calculation(request)
        assert calculation.phase is Phase.CERTIFIED
        assert calculation.dispute is not None and len(calculation.dispute.vectors) == len(
            calculation.suppliers
        )

"""A supplier uploads a well-formed ciphertext that nobody's key decrypts: found to stop the pack maker's agent."""

from pathlib import Path

import pytest

from crypto.bfv import encrypt, make_key_pair
from node.agent import Agent
from protocol import contributing
from protocol.calculation import Phase
from tests.node.village import ask, open_village


def test_a_ciphertext_under_a_foreign_key_delays_its_own_calculation_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, foreign = make_key_pair()
    with open_village(tmp_path) as village:
        village.suppliers()
        maker = village.settle("Pack maker", "requester")
        request = ask(maker)
        monkeypatch.setattr(contributing, "encrypt", lambda _key, slots: encrypt(foreign, slots))
        village.run()
        assert maker.calculation(request).phase is Phase.COMPUTING
        Agent(maker).step()

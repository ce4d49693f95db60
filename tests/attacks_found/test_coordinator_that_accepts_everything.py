"""A coordinator that logs false proofs, and one member that lies: an honest pack maker was found to sign that total."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coordinator import admission
from crypto.batch import EquationBatch
from node.agent import Agent
from node.outbox import find_statement
from protocol import contributing
from protocol.calculation import Phase
from tests.node.village import ask, open_village

TONNE = 10**18


class Careless(EquationBatch):
    """Every proof holds."""

    __slots__ = ()

    def holds(self) -> bool:
        return True


def test_the_pack_maker_publishes_no_total_that_rests_on_a_false_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = contributing._subtotal

    def lie(member: Any, *rest: Any) -> Any:
        part = honest(member, *rest)
        return part if member.entry else replace(part, values=(part.values[0] - TONNE, *part.values[1:]))

    monkeypatch.setattr(contributing, "_subtotal", lie)
    monkeypatch.setattr(admission, "EquationBatch", Careless)
    with open_village(tmp_path) as village:
        village.suppliers()
        maker = village.settle("Pack maker", "requester")
        request = ask(maker)
        village.run()
        Agent(maker).step()
        assert maker.calculation(request).phase is Phase.COMPUTING
        with maker.store.read() as connection:
            assert find_statement(connection, f"result:{request}") is None

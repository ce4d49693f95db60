"""A node whose program changed in the middle opened masks that it had not used, and so named itself a liar."""

from pathlib import Path

import pytest

from crypto.group import add
from node.agent import Agent
from node.disputing import list_disputes
from node.organisation import Node
from protocol import opening
from tests.node.test_disputing import LIAR, sent, swap_key
from tests.node.village import ask, open_village

HONEST = "North Cathode"


def test_an_honest_node_never_publishes_masks_that_would_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_village(tmp_path) as village:
        village.suppliers()
        maker = village.settle("Pack maker", "requester")
        request = ask(maker)
        for name in list(village.nodes):
            Agent(village.nodes[name]).catch_up()
        swap_key(village.nodes[LIAR], request)
        village.step()
        village.town.settle()
        shared = opening.mask_commitment
        monkeypatch.setattr(opening, "mask_commitment", lambda *parts: add(shared(*parts), shared(*parts)))
        honest: Node = village.nodes[HONEST]
        Agent(honest).catch_up()
        (found,) = list_disputes(honest)
        assert found.phase == "disputing" and found.named == ()
        assert sent(honest, "mask_opening") == 0

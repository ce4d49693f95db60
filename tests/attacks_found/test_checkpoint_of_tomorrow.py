"""A log had a checkpoint of tomorrow cosigned today, and tomorrow showed a tree of today as if seen then."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crypto.cosignature import add_cosignatures, cosign, make_witness_key
from crypto.note import Checkpoint, parse_checkpoint, sign_checkpoint, split_note
from node.identity import keep_witnesses
from node.organisation import Node
from protocol.errors import Refused
from tests.node.village import Village, open_village

WITNESS, KEY = make_witness_key("w1.example", os.urandom)
_, OTHER_KEY = make_witness_key("w2.example", os.urandom)
LATER = 2 * 3600


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        yield opened


def join(village: Village, key: str = KEY) -> Node:
    if "Supplier" not in village.nodes:
        node = village.settle("Supplier", "supplier")
        node.logbook.follow(node.egress.checkpoint())
    with village.nodes["Supplier"].store.write() as connection:
        keep_witnesses(connection, (key,), 1)
    return village.open("Supplier")


def cosigned(village: Village, node: Node, ahead: int) -> str:
    """The newest tree in a checkpoint dated `ahead` seconds from now, cosigned now."""
    head = parse_checkpoint(split_note(node.egress.checkpoint())[0])
    now = village.town.clock.now
    note = sign_checkpoint(Checkpoint(head.origin, head.size, head.root, now + ahead), village.town.log_key)
    return add_cosignatures(note, [cosign(note, WITNESS, now)])


def test_what_witnesses_signed_hours_ago_is_old_whatever_time_the_log_wrote(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = join(village)
    shown = cosigned(village, node, LATER)
    monkeypatch.setattr(node.egress._client, "checkpoint", lambda: shown)
    node.clock = lambda: village.town.clock.now + LATER
    with pytest.raises(Refused, match="an hour off"):
        node.header()


def test_other_witnesses_have_to_see_it_anew(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    node = join(village)
    shown = cosigned(village, node, 0)
    monkeypatch.setattr(node.egress._client, "checkpoint", lambda: shown)
    assert node.header().saw.size > 0
    node = join(village, OTHER_KEY)
    monkeypatch.setattr(node.egress._client, "checkpoint", lambda: shown)
    with pytest.raises(Refused, match="found 0"):
        node.header()

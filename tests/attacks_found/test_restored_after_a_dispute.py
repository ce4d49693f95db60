"""A restored node with two entries in a dispute knew one of its openings only, and was never done with restoring."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from method.product import Product
from node.backup import make_backup, open_backup, restore_backup
from node.maker.requesting import Terms, request_calculation
from node.outbox import find_statement
from node.restoring import notice_older_state
from node.store.locks import BESIDE
from node.supplier.activities import Source, keep_activity
from node.supplier.declaring import declare
from node.supplier.policies import list_policies
from node.supplier.products import add_product
from tests.node.village import METHOD, SUPPLIES, Village, allow, open_village, pack, records_of

NAME = "North Cathode"


def ask_for_two_entries(village: Village) -> str:
    """The example's pack, whose first two items are North Cathode's; returns the request."""
    village.suppliers()
    node, supply = village.nodes[NAME], SUPPLIES[1]
    period = ("2025-01-01", "2025-12-31")
    add_product(node, Product("item-9", "x", "x", supply.category, "kg", "CN", *period, "a.csv"))
    keep_activity(node, "item-9", records_of(supply.lines), Source("a.csv", "0" * 64))
    declare(node, "item-9", METHOD)
    node.deliver()
    wanted = pack()
    second = replace(wanted.entries[1], supplier="item-9", product="item-9", legal_entity=NAME)
    maker = village.settle("Pack maker", "requester")
    entries = (wanted.entries[0], second, *wanted.entries[2:])
    prepared = request_calculation(maker, [replace(wanted, entries=entries)], Terms())
    maker.deliver()
    return prepared.id


def test_a_restored_node_takes_over_each_of_its_openings_and_is_then_at_peace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol import contributing

    honest, calls = contributing.encrypt, iter(range(100))

    def encrypt(he_key: bytes, slots: Any) -> bytes:
        return honest(he_key, [1, *slots[1:]] if next(calls) == 1 else slots)

    monkeypatch.setattr(contributing, "encrypt", encrypt)
    with open_village(tmp_path) as village:
        request = ask_for_two_entries(village)
        backup = make_backup(village.nodes[NAME].store, "a passphrase of its own", village.town.clock())
        village.run(8)
        folder = village.nodes[NAME].store.folder
        village.nodes.pop(NAME).close()
        folder.rename(folder.with_suffix(".lost"))
        restore_backup(open_backup(backup, "a passphrase of its own"), folder, BESIDE, village.town.clock())
        node = village.open(NAME)
        village.step()
        assert not notice_older_state(node)
        allow(node)
        village.step()
        with node.store.read() as connection:
            assert len(list_policies(connection)) == 1
            openings = [find_statement(connection, f"vector_opening:{request}:{entry}") for entry in (0, 1)]
        assert None not in openings and openings[0] != openings[1]

"""What earlier models say of a material of a new one, and where they say nothing."""

from __future__ import annotations

import pytest

from node.maker.carrying import carry_over, find_known
from node.maker.pack_drafts import PackDraft
from tests.node.test_suggesting import material

OFFERS = (material("foil", "6微米铜箔", "铜箔及铜排"), material("busbar", "铜排", "铜箔及铜排"))


def row(product: str, item: str, name: str) -> dict[str, str]:
    return {
        "item": item,
        "name": name,
        "product": product,
        "legal_entity": f"CN-{product}",
        "category": product,
    }


OLDER = PackDraft("b", {"model": "T-2"}, (row("busbar", "100", "别的"), row("busbar", "300", "铜")))
NEWER = PackDraft(
    "a", {"model": "T-1"}, (row("foil", "100", "铜箔"), row("foil", "200", "铜"), row("busbar", "201", "铜"))
)


def known(**cells: str) -> tuple[str, str] | None:
    """Model and product by which a row is known, of the newer model first."""
    found = find_known([cells], (NEWER, OLDER), OFFERS).rows.get(0)
    return None if found is None else (found[0], found[1]["product"])


def test_the_code_counts_before_the_name_and_the_model_that_comes_first() -> None:
    assert known(item="100", name="别的") == ("T-1", "foil")
    assert known(name="铜箔") == ("T-1", "foil")
    assert known(item="300", name="铜箔") == ("T-2", "busbar")


def test_a_name_that_one_model_gives_to_several_products_says_nothing_of_that_model() -> None:
    assert known(name="铜") == ("T-2", "busbar")
    assert find_known([{"name": "铜"}], (NEWER,), OFFERS).rows == {}


@pytest.mark.parametrize(
    "own",
    [{"product": "other"}, {"default_factor": "copper"}, {"category": "other"}, {"legal_entity": "CN-other"}],
)
def test_what_the_file_says_itself_is_not_contradicted(own: dict[str, str]) -> None:
    assert known(item="100", **own) is None


def test_only_what_its_supplier_still_declares_is_carried_over() -> None:
    assert find_known([{"item": "100"}], (NEWER,), OFFERS[1:]).rows == {}


def test_empty_cells_are_filled_and_others_stay() -> None:
    rows = [{"item": "100", "name": "铜箔", "unit": "g", "quantity": "5"}]
    (carried,) = carry_over(rows, find_known(rows, (NEWER,), OFFERS))
    assert carried == {
        **rows[0],
        "product": "foil",
        "legal_entity": "CN-foil",
        "category": "foil",
        "stage": "",
    }

"""Rows of one product become one: what was built into the others is built into it."""

from __future__ import annotations

from fractions import Fraction

from node.maker.merging import Alike, merge_alike
from node.maker.pack_drafts import PackDraft

ROWS = (
    {"item": "housing", "product": "shell", "quantity": "2", "unit": "kg"},
    {"item": "lid", "product": "shell", "quantity": "1", "unit": "kg"},
    {"item": "seal", "product": "rubber", "quantity": "1", "unit": "kg", "part_of": "lid"},
)
ALIKE = Alike((0, 1), Fraction(3), "kg", "", False)


def merged(maker: str) -> PackDraft:
    return merge_alike(PackDraft("a", {"model": "T-1", "maker": maker}, ROWS), ALIKE, set())


def test_what_is_part_of_a_merged_row_or_made_by_ourselves_as_one_is_so_of_the_first() -> None:
    draft = merged("lid")
    assert draft.rows[0]["quantity"] == "3" and draft.rows[1] == {}
    assert draft.rows[2]["part_of"] == "housing" and draft.value("maker") == "housing"


def test_another_item_of_ones_own_making_stays() -> None:
    assert merged("seal").value("maker") == "seal"

"""The example the demo runs on: which companies take part, and with which products."""

from __future__ import annotations

import pytest

from demo.pack import Terms, read_chain
from demo.processes import DemoFailed


def test_the_maker_declares_its_end_of_life_where_the_boundary_counts_it() -> None:
    full = read_chain("ncm", Terms("eu-cfb-2024-draft", "full"))
    assert (full.method, full.boundary, len(full.companies)) == ("eu-cfb-2024-draft", "full", 17)
    assert [one.code for one in full.maker.goods] == ["ncm-pack-assembly", "ncm-end-of-life"]
    assert full.maker.slug == "pack-assembly"
    assert all(len(company.goods) == 1 for company in full.companies if company is not full.maker)


@pytest.mark.parametrize("pack", ["ncm", "lfp"])
def test_what_is_beyond_the_boundary_of_the_pack_file_takes_no_part(pack: str) -> None:
    partial = read_chain(pack)
    assert (partial.method, partial.boundary) == ("mee-2025-cff", "partial")
    assert [one.code for one in partial.maker.goods] == [f"{pack}-pack-assembly"]


@pytest.mark.parametrize("terms", [Terms("guesswork", None), Terms(None, "cradle")])
def test_an_unknown_rule_set_or_boundary_ends_the_demo_before_it_begins(terms: Terms) -> None:
    with pytest.raises(DemoFailed, match="expected"):
        read_chain("ncm", terms)

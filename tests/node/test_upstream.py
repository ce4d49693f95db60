"""Which raw materials a bill of materials has no row for."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from node.importers.library import read_categories
from node.library import Library, PublishedCategory
from node.maker.doubts import find_last_doubts
from node.maker.pack_drafts import PackDraft
from node.maker.twice import doubt_twice
from node.maker.upstream import doubt_upstream

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIBRARY = Library(
    {code: PublishedCategory("", one, "") for code, one in read_categories(EXAMPLES / "library").items()}, {}
)


def draft_of(pack: str, chemistry: str) -> PackDraft:
    record = tomllib.loads((EXAMPLES / pack / "pack.toml").read_text(encoding="utf-8"))
    return PackDraft("beef", {"chemistry": chemistry}, tuple(record["bill_of_materials"]))


@pytest.mark.parametrize(
    ("pack", "chemistry", "absent"),
    [
        ("ncm-pack", "NCM622", "单水氢氧化锂或碳酸锂、镍钴锰硫酸盐、三元前驱体、六氟磷酸锂。"),
        ("lfp-pack", "磷酸铁锂", "单水氢氧化锂或碳酸锂、磷酸铁前驱体、六氟磷酸锂。"),
    ],
)
def test_what_a_plm_leaves_out_is_named_for_its_chemistry(pack: str, chemistry: str, absent: str) -> None:
    whole = draft_of(pack, chemistry)
    assert doubt_upstream(whole, LIBRARY) is None
    listed = replace(whole, rows=tuple(row for row in whole.rows if row["part_of"]))
    said = doubt_upstream(listed, LIBRARY)
    assert said is not None and f"没有的原材料类别：{absent}" in said.zh
    assert "Lithium hydroxide monohydrate or Lithium carbonate; " in said.en


def test_one_of_the_ways_to_make_a_lithium_salt_is_enough_and_a_row_without_category_says_nothing() -> None:
    whole = draft_of("ncm-pack", "NCM622")
    rows = [row for row in whole.rows if row["category"] != "lithium-hydroxide-spodumene"]
    assert doubt_upstream(replace(whole, rows=tuple(rows)), LIBRARY) is None
    rows = [row for row in rows if not row["category"].startswith("lithium")]
    carbonate = {**rows[0], "category": "lithium-carbonate-brine"}
    assert doubt_upstream(replace(whole, rows=(*rows, carbonate)), LIBRARY) is None
    assert doubt_upstream(replace(whole, rows=tuple(rows)), LIBRARY) is not None
    assert doubt_upstream(replace(whole, rows=(*rows, {"name": "上盖"})), LIBRARY) is None


def test_a_material_with_a_row_of_its_own_is_named_where_another_template_asks_for_it_too() -> None:
    """Lithium that the cathode's maker declares although its customer asks the lithium's maker counts twice."""
    whole = draft_of("ncm-pack", "NCM622")
    said = doubt_twice(whole, LIBRARY)
    assert said is not None
    assert "三元正极材料：氢氧化锂（盐湖）、氢氧化锂（锂辉石）；电解液：六氟磷酸锂。" in said.zh
    assert "Electrolyte: LiPF6. Whoever" in said.en
    brine = [row for row in whole.rows if row["category"] != "lithium-hydroxide-spodumene"]
    said = doubt_twice(replace(whole, rows=tuple(brine)), LIBRARY)
    assert said is not None and "三元正极材料：氢氧化锂（盐湖）；" in said.zh
    alone = [row for row in whole.rows if not row["category"].startswith(("lithium", "lipf6"))]
    assert doubt_twice(replace(whole, rows=tuple(alone)), LIBRARY) is None
    twice = replace(whole, rows=(*alone, {"category": "lipf6"}))
    assert doubt_twice(twice, LIBRARY) in find_last_doubts(twice, LIBRARY)

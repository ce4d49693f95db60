"""Rows of a long sheet that have the same thing wrong: said once, and mended in one step that is undone in one."""

from __future__ import annotations

import re

import pytest

from node.supplier.alike import drop_alike, find_same_unit, write_unit_alike
from node.supplier.drafts import begin_draft, find_draft, mend_cell, take_back
from tests.node.village import SUPPLIES, Village, declare_product
from tests.web.asking import asking
from tests.web.doors import open_pages
from tests.web.test_importing_again import TITLES, post

LONG = (
    TITLES
    + "产量,2025-01-01,2025-12-31,1000,kg\n"
    + "".join(f"power,2025-{month:02}-01,2025-{month:02}-28,9,\n" for month in (1, 2, 3))
    + "".join(f"合成气,2025-{month:02}-01,2025-{month:02}-28,5,kWh\n" for month in (1, 2))
)


def list_to_mend(page: str) -> list[str]:
    _, _, after = page.partition('<ul class="mend">')
    items = re.findall(r"<li>(.*?)</li>", after.partition("</ul>")[0], re.DOTALL)
    return [re.sub(r"<[^>]+>", "", one) for one in items]


@pytest.mark.parametrize(
    ("language", "unit", "others", "deletes"),
    [
        ("zh", "第 3、4、5 行“单位”：", "其余 2 行“power”也用 kWh", "删掉全部 2 行“合成气”"),
        ("en", "Rows 3, 4, 5, 单位: ", "Write kWh in the other 2 rows of “power” too", "Delete all 2 rows of “合成气”"),
    ],
)  # fmt: skip
def test_rows_with_the_same_thing_wrong_are_one_line_and_one_step(
    village: Village, language: str, unit: str, others: str, deletes: str
) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    with open_pages(node.store.folder, village.town.clock) as pages, asking(pages, language) as client:
        found = list_to_mend(post(client, "/import", pasted=LONG))
        assert [one.startswith(unit) for one in found] == [True, False]
        assert found[1].endswith(deletes) and "power”" not in found[0]
        page = post(client, "/import/cell", place="0-3-4", value="kWh")
        assert list_to_mend(page)[0].endswith(others)
        assert "/import/unit-alike" in page and """hx-vals='{"place": "0-4"}'""" in page
        assert len(list_to_mend(post(client, "/import/unit-alike", place="0-4"))) == 1
        assert "<ul" not in post(client, "/import/drop-alike", place="0-6").partition("<table")[0]
        post(client, "/import/undo")
        assert list_to_mend(post(client, "/import/undo"))[0].endswith(others)


def test_a_unit_that_was_written_goes_only_where_the_same_was_wrong(village: Village) -> None:
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    rows = f"{LONG}power,2025-04-01,2025-04-30,9,元\npower,2025-05-01,2025-05-31,9,MJ\n"
    draft = begin_draft(node, "item-0", "a.csv", rows.encode())
    assert find_same_unit(draft, (0, 4)) == ("", ()), "a unit that the file came with is nobody's mend"
    mended = mend_cell(node, draft, (0, 3, 4), "kWh")
    mended = mend_cell(node, mended, (0, 3, 3), "8")
    assert find_same_unit(mended, (0, 4)) == ("kWh", (4, 5))
    assert find_same_unit(mended, (0, 8)) == find_same_unit(mended, (0, 6)) == ("", ())
    written = write_unit_alike(node, mended, (0, 4))
    assert [row.cells[4] for row in written.sheets[0].rows[2:5]] == ["kWh"] * 3
    assert take_back(node, written) == mended
    assert drop_alike(node, mended, (7, 4)) is mended, "no such sheet"
    assert write_unit_alike(node, mended, (0, 99)) is mended, "no such row"
    assert find_draft(node, "item-0") == mended

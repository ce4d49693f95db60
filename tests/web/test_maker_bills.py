"""What the pages say of a bill of materials as it comes: what was left out of it, and how to mend it."""

from __future__ import annotations

import httpx

from tests.node.village import SUPPLIES, Village
from tests.web.asking import asking
from tests.web.making import open_workshop
from tests.web.test_entering import token_of


def upload(client: httpx.Client, *files: tuple[str, str]) -> str:
    """The page after these files were chosen on the page of models."""
    found = client.post(
        "/models",
        data={"csrf": token_of(client.get("/models"))},
        files=[("files", (name, text.encode())) for name, text in files],
        follow_redirects=True,
    )
    return found.text


def test_columns_that_were_not_understood_are_named_with_what_they_would_have_to_be_called(
    village: Village,
) -> None:
    text = f"层级,物料,供应商,单机配比,单位\n1,item-0,{SUPPLIES[0].name},2,kg\n"
    said = "没有读懂、未导入的列：层级、单机配比。如需要其中的列，请把表头改成"
    with open_workshop(village) as workshop, asking(workshop.pages, "zh") as client:
        page = upload(client, ("T-1.csv", text))
        assert said in page and "数量" in page.partition(said)[2].partition("之一")[0]
        several = upload(client, ("T-2.csv", text), ("T-3.csv", text.replace("单机配比", "单机用量")))
        assert several.count("未导入的列") == 2 and several.count(said) == 1
        assert "未导入的列：层级。" in several

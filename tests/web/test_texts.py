"""The catalogues of pages: what is read together says one text in one way."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from tools.texts import differing


def catalog(*texts: tuple[str, str]) -> Catalog:
    made = Catalog(locale="zh_CN")
    for text, chinese in texts:
        made.add(text, chinese)
    return made


def test_two_catalogues_that_say_one_text_in_two_ways_are_told() -> None:
    first, second = catalog(("From", "来自"), ("Name", "名称")), catalog(("From", "起"), ("Name", "名称"))
    (problem,) = differing({"web": first, "node/web": second})
    assert "From" in problem and "来自 in web" in problem and "起 in node/web" in problem
    assert not list(differing({"web": first, "node/web": first}))

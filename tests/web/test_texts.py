"""The catalogues of pages: what is read together says one text in one way."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from coordinator.console.naming import FINDINGS as SHOWN_BY_CONSOLE
from exchange.report.words import FINDINGS as CERTIFIED
from node.web.verifier.work import FINDINGS as SIGNED
from tools.texts import differing

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(
    path for room in ("coordinator", "node", "web") for path in (ROOT / room).rglob("texts.po")
)
FORSAKEN = {"电池包厂": "电池企业", "核查员": "核查方", "核查机构": "核查方", "收件箱": "核算请求"}


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


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_thing_has_one_word_on_all_pages(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [f"{word}: {taken}" for word, taken in FORSAKEN.items() if word in text] == []


def chinese_of(room: str) -> Catalog:
    with (ROOT / room / "locale/zh_CN/LC_MESSAGES/texts.po").open("rb") as file:
        return read_po(file)


def test_a_finding_is_called_the_same_where_it_is_signed_shown_and_certified() -> None:
    console, verifier = chinese_of("coordinator/console"), chinese_of("node/web/verifier")
    for finding, words in CERTIFIED.items():
        shown, signed = console.get(SHOWN_BY_CONSOLE[finding]), verifier.get(SIGNED[finding])
        assert shown is not None and signed is not None
        assert (shown.string, signed.string) == (words.zh, f"{words.zh}。")

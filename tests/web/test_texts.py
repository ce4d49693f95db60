"""The catalogues of pages: what is read together says one text in one way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from coordinator.console.naming import FINDINGS as SHOWN_BY_CONSOLE
from exchange.report.words import FINDINGS as CERTIFIED
from node.web.verifier.work import FINDINGS as SIGNED
from tools.texts import differing

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted((*ROOT.glob("*.zh.md"), *ROOT.glob("deploy/*.zh.md"), *ROOT.glob("docs/**/*.zh.md")))
TEMPLATES = sorted(path for room in ("coordinator", "node", "web") for path in (ROOT / room).rglob("*.html"))
REPORT = [
    ROOT / "exchange/report/labels.py",
    ROOT / "exchange/report/words.py",
    ROOT / "exchange/report/meanings.py",
]
PAGE = [ROOT / "verifier/page/source/words.js", ROOT / "verifier/page/source/tables.json"]
CJK = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(
    rf"[{CJK}”）》][,;!?]|[{CJK}”）》]:(?= ?[{CJK}“（《%])(?!端口)|[,;!?] ?[{CJK}“（《]|[{CJK}] ?\([^)]*[{CJK}][^)]*\)"
)
"""A comma, semicolon, colon or bracket of English beside Chinese; “主机名:端口” is how an address is written."""
BETWEEN_PARTS = re.compile(r"(\}\}|%\}|</\w+>)[,;:] *(?=\{\{|\{%|<)")
NOT_PROSE = re.compile(r"^```.*?^```$|`[^`\n]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
NOT_PUT_TOGETHER = re.compile(
    r"\{%-? *trans\b.*?endtrans *-?%\}|<style.*?</style>|<script.*?</script>", re.DOTALL
)
CATALOGUES = sorted(
    path for room in ("coordinator", "node", "web") for path in (ROOT / room).rglob("texts.po")
)
FORSAKEN = {
    "电池包厂": "电池企业", "电池包制造商": "电池企业", "核查员": "核查方", "核查机构": "核查方", "收件箱": "核算请求",
}  # fmt: skip


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


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*CATALOGUES, *DOCUMENTS, *REPORT, *PAGE], ids=name_of)
def test_one_thing_has_one_word_on_all_pages_and_in_every_document(path: Path) -> None:
    """Commands in a document may name an organisation as it calls itself."""
    text = NOT_PROSE.sub("", path.read_text("utf-8")) if path.suffix == ".md" else path.read_text("utf-8")
    assert [f"{word}: {taken}" for word, taken in FORSAKEN.items() if word in text] == []


def test_the_mark_for_another_language_is_told() -> None:
    wrong = ("共 35 条, 其中", "35, 其中", "名称:代码", "提交;撤回", "好(坏)", "“甲”,乙", "真的吗?")
    assert [text for text in wrong if HALF_WIDTH.search(text) is None] == []
    right = (
        "35，其中 2 条",
        "见 a, b 两项",
        "主机名:端口",
        "长度 (m)",
        "12:30 起",
        "ISO 14067:2018，第 2 版",
    )
    assert [text for text in right if HALF_WIDTH.search(text) is not None] == []
    parts = ("{{ n }}, {% trans %}x{% endtrans %}", "</a>: {{ a }}", "{% endif %}; <b>")
    assert [part for part in parts if BETWEEN_PARTS.search(part) is None] == []


@pytest.mark.parametrize("path", [*CATALOGUES, *DOCUMENTS], ids=name_of)
def test_chinese_has_its_own_punctuation(path: Path) -> None:
    if path.suffix == ".md":
        texts = [NOT_PROSE.sub("", path.read_text("utf-8"))]
    else:
        with path.open("rb") as file:
            strings = [one.string for one in read_po(file)]
        texts = [text for one in strings for text in ((one,) if isinstance(one, str) else one)]
    found = [
        text[max(0, one.start() - 12) : one.end() + 12] for text in texts for one in HALF_WIDTH.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_what_a_page_puts_together_is_joined_by_the_marks_of_its_language(path: Path) -> None:
    """`marks` of web/languages.py; a half-width comma between two Chinese texts is nobody's."""
    text = NOT_PUT_TOGETHER.sub("{{ trans }}", path.read_text("utf-8"))
    assert [text[max(0, one.start() - 30) : one.end() + 30] for one in BETWEEN_PARTS.finditer(text)] == []


def chinese_of(room: str) -> Catalog:
    with (ROOT / room / "locale/zh_CN/LC_MESSAGES/texts.po").open("rb") as file:
        return read_po(file)


def test_a_finding_is_called_the_same_where_it_is_signed_shown_and_certified() -> None:
    console, verifier = chinese_of("coordinator/console"), chinese_of("node/web/verifier")
    for finding, words in CERTIFIED.items():
        shown, signed = console.get(SHOWN_BY_CONSOLE[finding]), verifier.get(SIGNED[finding])
        assert shown is not None and signed is not None
        assert (shown.string, signed.string) == (words.zh, f"{words.zh}。")

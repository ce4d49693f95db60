"""The catalogues of pages: what is read together says one text in one way."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from coordinator.console.naming import FINDINGS as SHOWN_BY_CONSOLE
from exchange.report.words import FINDINGS as CERTIFIED
from node.web.verifier.work import FINDINGS as SIGNED
from tools.texts import differing
from tools.wording import find_half_width, find_loose, find_wording

ROOT = Path(__file__).parents[2]


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


def test_the_mark_for_another_language_is_told() -> None:
    wrong = ("共 35 条, 其中", "35, 其中", "名称:代码", "提交;撤回", "好(坏)", "“甲”,乙", "真的吗?")
    assert [text for text in wrong if not find_half_width(text)] == []
    right = (
        "35，其中 2 条",
        "见 a, b 两项",
        "主机名:端口",
        "长度 (m)",
        "12:30 起",
        "ISO 14067:2018，第 2 版",
    )
    assert [text for text in right if find_half_width(text)] == []


def test_two_texts_that_a_template_joins_by_a_mark_of_english_are_told() -> None:
    wrong = ("{{ n }}, {% trans %}x{% endtrans %}", "</a>: {{ a }}", "{% endif %}; <b>")
    assert [part for part in wrong if not find_loose(part)] == []
    assert not find_loose("{% trans a=b %}{{ a }}, {{ c }}{% endtrans %}{{ marks.comma }}{{ d }}")


def test_a_word_that_was_given_up_is_told_wherever_it_is_read(tmp_path: Path) -> None:
    """And nothing of this project says one, or joins loosely: `tools.texts --check` says so too."""
    for path in ("exchange/report", "verifier/page/source", "docs/guides", "node/web"):
        (tmp_path / path).mkdir(parents=True)
    for name in ("labels.py", "words.py", "meanings.py"):
        (tmp_path / "exchange/report" / name).write_text(
            "电池包制造商" if name == "labels.py" else "", "utf-8"
        )
    for name in ("words.js", "tables.json"):
        (tmp_path / "verifier/page/source" / name).write_text("", "utf-8")
    (tmp_path / "docs/guides/a.zh.md").write_text("核查员, 来\n```sh\n--name 某核查机构\n```\n", "utf-8")
    (tmp_path / "node/web/texts.po").write_text('msgid "Inbox"\nmsgstr "收件箱 `x`"\n', "utf-8")
    (tmp_path / "node/web/a.html").write_text("{{ a }}: {{ b }}", "utf-8")
    found = list(find_wording(tmp_path))
    assert len(found) == 6 and all(
        any(one.startswith(place) for one in found)
        for place in ("docs/guides/a.zh.md: 核查员", "docs/guides/a.zh.md: half", "exchange/report/labels.py",
                      "node/web/texts.po", "node/web/a.html")
    )  # fmt: skip
    assert list(find_wording()) == []


def chinese_of(room: str) -> Catalog:
    with (ROOT / room / "locale/zh_CN/LC_MESSAGES/texts.po").open("rb") as file:
        return read_po(file)


def test_a_finding_is_called_the_same_where_it_is_signed_shown_and_certified() -> None:
    console, verifier = chinese_of("coordinator/console"), chinese_of("node/web/verifier")
    for finding, words in CERTIFIED.items():
        shown, signed = console.get(SHOWN_BY_CONSOLE[finding]), verifier.get(SIGNED[finding])
        assert shown is not None and signed is not None
        assert (shown.string, signed.string) == (words.zh, words.zh)
        assert SHOWN_BY_CONSOLE[finding].casefold() == SIGNED[finding].casefold() == words.en.casefold()

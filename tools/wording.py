"""How Chinese is written here: words that were given up, and punctuation of its own. `tools.texts` checks it.

1. A thing has one word: FORSAKEN, in catalogues, Chinese documents, the report and the certificate page.
2. No half-width comma, semicolon, colon or bracket of English beside Chinese, in catalogues and Chinese documents.
3. No backtick in what pages show: there it would be read as a sign of its own.
4. What a template puts together is joined by `marks` (web/languages.py), which are the reader's language's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FORSAKEN = {
    "电池包厂": "电池企业", "电池包制造商": "电池企业", "核查员": "核查方", "核查机构": "核查方", "收件箱": "核算请求",
    "查看了什么": "核查范围", "向您打开": "向您出示", "打开的内容": "出示的内容", "注册号": "登记编号",
}  # fmt: skip
CJK = "\u4e00-\u9fff"
HALF_WIDTH = re.compile(
    rf"[{CJK}”）》][,;!?]|[{CJK}”）》]:(?= ?[{CJK}“（《%])(?!端口)|[,;!?] ?[{CJK}“（《]|[{CJK}] ?\([^)]*[{CJK}][^)]*\)"
)
"""“主机名:端口” is how an address is written."""
LOOSE = re.compile(r"(\}\}|%\}|</\w+>)[,;:] *(?=\{\{|\{%|<)")
_NOT_PROSE = re.compile(r"^```.*?^```$|`[^`\n]*`|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
"""Commands in a document may name an organisation as it calls itself."""
_ONE_TEXT = re.compile(r"\{%-? *trans\b.*?endtrans *-?%\}|<style.*?</style>|<script.*?</script>", re.DOTALL)
_ROOMS = ("coordinator", "node", "sealsum", "web")
_TERMINAL = "sealsum"
"""Its catalogue is that of --help, which a terminal sets in type."""
_OTHERS = (
    "exchange/report/labels.py", "exchange/report/words.py", "exchange/report/meanings.py",
    "verifier/page/source/words.js", "verifier/page/source/tables.json",
)  # fmt: skip


def find_forsaken(text: str) -> list[str]:
    """Words that were given up, with the word to take."""
    return [f"{word}: say {taken}" for word, taken in FORSAKEN.items() if word in text]


def find_half_width(text: str) -> list[str]:
    """Punctuation of English beside Chinese, each with what stands around it."""
    return [f"half-width: …{_around(text, one)}…" for one in HALF_WIDTH.finditer(text)]


def find_backticks(text: str) -> list[str]:
    """Commands that are set between backticks, as only documents show them."""
    return [f"backticks: …{text[max(0, text.index('`') - 25) :][:60]}…"] if "`" in text else []


def find_loose(template: str) -> list[str]:
    """Places where a template joins two texts by a mark of English."""
    text = _ONE_TEXT.sub("{{ trans }}", template)
    return [
        f"join by marks.comma, .colon, .semicolon: …{_around(text, one)}…" for one in LOOSE.finditer(text)
    ]


def find_wording(root: Path = ROOT) -> Iterator[str]:
    """Everything that is written otherwise, with its file."""
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*.html")):
        yield from _told(root, path, find_loose(path.read_text("utf-8")))
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("texts.po")):
        for text in _chinese_of(path):
            yield from _told(root, path, [*find_forsaken(text), *find_half_width(text)])
            if path.relative_to(root).parts[0] != _TERMINAL:
                yield from _told(root, path, find_backticks(text))
    for path in sorted((*root.glob("*.zh.md"), *root.glob("deploy/*.zh.md"), *root.glob("docs/**/*.zh.md"))):
        text = _NOT_PROSE.sub("", path.read_text("utf-8"))
        yield from _told(root, path, [*find_forsaken(text), *find_half_width(text)])
    for name in _OTHERS:
        yield from _told(root, root / name, find_forsaken((root / name).read_text("utf-8")))


def _chinese_of(catalogue: Path) -> Iterator[str]:
    with catalogue.open("rb") as file:
        for message in read_po(file):
            yield from (message.string,) if isinstance(message.string, str) else message.string or ()


def _told(root: Path, path: Path, problems: list[str]) -> Iterator[str]:
    return (f"{path.relative_to(root)}: {problem}" for problem in problems)


def _around(text: str, found: re.Match[str]) -> str:
    return " ".join(text[max(0, found.start() - 25) : found.end() + 25].split())

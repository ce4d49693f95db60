"""The model that the rows above a bill of materials name: 型号：XYZ-100, Model: XYZ-100, or XYZ-100 电池包物料清单.

The one fact: what stands behind the word for a model counts first; the title of the sheet only where no row says more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from node.importers.cells import read_text
from node.importers.sheets import Row

_LONGEST, _LONGEST_CELL = 80, 200
_CHINESE = (
    r"(?i:(?:产品|电池包|电池系统|电池|整包|成品|pack)?\s?型号|机型|产品代号|产品代码|产品编号)"
    r"(?i:\s?[/(]?\s?model\)?)?"
)
_ENGLISH = (
    r"(?i:(?:(?:product|pack|battery)\s)?model(?:\s?(?:no\.?|number|code|name))?)(?:\s?[/(]?\s?型号\)?)?"
)
_BEFORE = r"(?:^|(?<=[\s(\[/,;、]))"
_ALONE = re.compile(rf"(?:{_CHINESE}|{_ENGLISH})\s?[:=]?")
_SAID = re.compile(
    rf"{_BEFORE}(?:{_CHINESE}|{_ENGLISH})\s?[:=]\s?(?P<model>[^\s:=,;、()\[\]][^:=,;、()\[\]]*?)"
    r"(?=\s[^\s:=]+\s?[:=]|\s?[,;、()\[\]]|$)"
)
_SPACED = re.compile(
    rf"{_BEFORE}(?:{_CHINESE}\s(?=\S*[A-Z0-9])|{_ENGLISH}\s(?=\S*[0-9]))(?P<model>[A-Za-z0-9][A-Za-z0-9._/+-]*)"
)
_CODE_FIRST = re.compile(
    r"(?P<code>(?=\S*[A-Za-z])(?=\S*[0-9])[A-Za-z0-9][A-Za-z0-9._/+-]*)\s.*(?i:电池|总成|清单|bom|pack).*"
)
"""A code with what is called so behind it, in one cell."""
_TITLE = re.compile(
    r"(?!(?i:rev|ver|v[0-9]))(?=\S*[A-Za-z])(?=\S*[0-9])(?P<model>[A-Za-z0-9][A-Za-z0-9._/+-]{3,}?)[\s_-]*"
    r"(?i:动力|电池包|电池系统|整包|总成|battery|pack|\s)*(?i:物料清单|材料清单|零件清单|e?bom表?|bill of materials)"
)


def find_model(head: Iterable[Row]) -> str:
    """The code of the model, "" where these rows name none."""
    rows = [[_plain(read_text(cell)) for cell in row.cells] for row in head]
    for number, row in enumerate(rows):
        below = rows[number + 1] if number + 1 < len(rows) else []
        for at, text in enumerate(row):
            if found := _read_cell(text, row[at + 1 :], below[at] if at < len(below) else ""):
                return found[:_LONGEST]
    titles = [text for row in rows for text in row if text]
    return next((one["model"] for one in map(_TITLE.fullmatch, titles) if one is not None), "")[:_LONGEST]


def _read_cell(text: str, behind: Sequence[str], below: str) -> str:
    """What a cell says of the model; where it has the word alone, the next cell with a text, or the one below it."""
    if _ALONE.fullmatch(text):
        following = next(filter(None, behind), "")
        beside = "" if following.endswith(":") or _ALONE.fullmatch(following) else following
        return beside if _is_like_a_code(beside) or not _is_like_a_code(below) else below
    said = _SAID.search(text) or _SPACED.search(text)
    model = "" if said is None else said["model"].strip()
    titled = _CODE_FIRST.fullmatch(model)
    return model if titled is None else titled["code"]


def _is_like_a_code(text: str) -> bool:
    return any(one.isascii() and (one.isdigit() or one.isupper()) for one in text) and not text.endswith(":")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:_LONGEST_CELL]).split())

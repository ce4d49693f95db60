"""Which names have something telling in common, where neither holds the other: 正极材料 NCM622 and 三元正极材料.

The one fact: Chinese names are compared by pairs of characters and Latin ones by words; what nearly every material of
a battery is called counts for nothing, nor does what kind of company a supplier is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from method.provinces import PROVINCES

_RUNS = re.compile(r"[一-鿿]{2,}|[a-z][a-z0-9]{2,}")
_COMMON = frozenset(
    {
        "电池", "池包", "动力", "材料", "产品", "系统", "组件", "总成", "零件", "部件", "配件", "其他", "及其", "制造",
        "battery", "pack", "material", "materials", "part", "parts", "product", "other", "and", "for", "the", "with",
        "from", "system", "assembly",
    }
)  # fmt: skip

_FORM = re.compile(
    r"[\s,.()]*(?:集团|控股|股份|有限|责任|公司|\b(?:co|ltd|limited|company|corp|corporation|inc|gmbh|group)\b|[\s,.()])+$"
)
_PLACE = re.compile(rf"^(?:{'|'.join(one.name_zh for one in PROVINCES.values())})(?:省|市|\w{{0,3}}自治区)?")
_SHORTEST_COMPANY, _SHORTEST_CALLED = 3, 2


def find_signs(name: str) -> frozenset[str]:
    """What a name can be recognised by."""
    signs = set()
    for run in _RUNS.findall(unicodedata.normalize("NFKC", name).casefold()):
        signs |= {run} if run.isascii() else {run[at : at + 2] for at in range(len(run) - 1)}
    return frozenset(signs - _COMMON)


def index_signs(named: Sequence[Iterable[str]]) -> dict[str, list[int]]:
    """By sign, the places of the things that have it in one of their names."""
    index: dict[str, list[int]] = {}
    for place, names in enumerate(named):
        for sign in frozenset().union(*map(find_signs, names)):
            index.setdefault(sign, []).append(place)
    return index


def count_shared(name: str, index: Mapping[str, Sequence[int]]) -> Counter[int]:
    """How many signs each place shares with a name; those that share none are left out."""
    return Counter(place for sign in find_signs(name) for place in index.get(sign, ()))


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name of a company, in casefold: in full, and without its legal form."""

    full: str
    plain: str

    def is_meant_by(self, called: str) -> bool:
        """Whether a list that calls a supplier so, with some words of this name or all of them, means this company.

        The list may say a place before the name, or more behind it: 江西赣彤铜箔 is 赣彤铜箔有限公司.
        A province in the company's own name is a part of it: 云南铜业 is not 江西铜业.
        """
        words, said, short = _read_called(called)
        if all(word in self.full for word in words):
            return True
        is_held = f" {self.plain} " in f" {said} " if self.plain.isascii() else self.plain in said
        return (is_held and len(self.plain) >= _SHORTEST_COMPANY) or (
            len(short) >= _SHORTEST_CALLED and self.plain.startswith(short)
        )


def read_company(name: str) -> CompanyName:
    """The name as it is compared."""
    return CompanyName(name.casefold(), _without_form(name))


@lru_cache(maxsize=1000)
def _read_called(called: str) -> tuple[tuple[str, ...], str, str]:
    """Its words, the whole without a legal form, and that without a province before it."""
    said = _without_form(called)
    return tuple(called.casefold().split()), said, _PLACE.sub("", said)


def _without_form(name: str) -> str:
    return _FORM.sub("", unicodedata.normalize("NFKC", name).casefold())

"""Which names have something telling in common, where neither holds the other: 正极材料 NCM622 and 三元正极材料.

The one fact: Chinese names are compared by pairs of characters and Latin ones by words; what nearly every material of
a battery is called counts for nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_RUNS = re.compile(r"[一-鿿]{2,}|[a-z][a-z0-9]{2,}")
_COMMON = frozenset(
    {
        "电池", "池包", "动力", "材料", "产品", "系统", "组件", "总成", "零件", "部件", "配件", "其他", "及其", "制造",
        "battery", "pack", "material", "materials", "part", "parts", "product", "other", "and", "for", "the", "with",
        "from", "system", "assembly",
    }
)  # fmt: skip


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

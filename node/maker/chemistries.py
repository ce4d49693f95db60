"""The chemistries of traction batteries, each with the names that people write for it.

The one fact: a grade such as NCM622 is the chemistry NCM; what is in no list counts as a chemistry of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from node.language import Phrase

CHEMISTRIES = {
    "NCM": Phrase("lithium nickel cobalt manganese oxide", "三元（镍钴锰）"),
    "NCA": Phrase("lithium nickel cobalt aluminium oxide", "三元（镍钴铝）"),
    "LFP": Phrase("lithium iron phosphate", "磷酸铁锂"),
    "LMFP": Phrase("lithium manganese iron phosphate", "磷酸锰铁锂"),
    "LMO": Phrase("lithium manganese oxide", "锰酸锂"),
    "LCO": Phrase("lithium cobalt oxide", "钴酸锂"),
    "LTO": Phrase("lithium titanate", "钛酸锂"),
    "Na-ion": Phrase("sodium-ion", "钠离子"),
}
"""By code, each in both languages."""
_LATIN = {
    "ncm": "NCM", "nmc": "NCM", "nca": "NCA", "lfp": "LFP", "lifepo": "LFP", "lmfp": "LMFP", "lfmp": "LMFP",
    "lmo": "LMO", "limno": "LMO", "lco": "LCO", "licoo": "LCO", "lto": "LTO", "sodium": "Na-ion", "naion": "Na-ion",
    "sib": "Na-ion",
}  # fmt: skip
_CHINESE = {
    "磷酸锰铁锂": "LMFP", "磷酸铁锰锂": "LMFP", "磷酸铁锂": "LFP", "铁锂": "LFP", "镍钴铝": "NCA", "镍钴锰": "NCM",
    "锰酸锂": "LMO", "钴酸锂": "LCO", "钛酸锂": "LTO", "磷酸铁": "LFP",
    "钠": "Na-ion",
}  # fmt: skip
"""By name; one that is part of another stands after it."""
_TERNARY = "三元"


@lru_cache(maxsize=4096)
def name_chemistry(typed: str) -> str:
    """The code of the chemistry that is plainly meant; what was typed where none is, or several are."""
    text = re.sub("[0-9]", "", unicodedata.normalize("NFKC", typed).lower()).replace("na-ion", "naion")
    found = {_LATIN[word] for word in re.findall("[a-z]+", text) if word in _LATIN}
    for name, code in _CHINESE.items():
        if name in text:
            found.add(code)
            text = text.replace(name, "")
    if not found and _TERNARY in text:
        return "NCM"
    return found.pop() if len(found) == 1 else typed.strip()


def find_chemistries(texts: Iterable[str]) -> set[str]:
    """The codes of the chemistries that are plainly meant by any of them."""
    return {name_chemistry(text) for text in texts} & CHEMISTRIES.keys()

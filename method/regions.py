"""Names of the regions that factors stand for: the world, countries by ISO 3166-1 code, provinces of China.

The one fact: a region that is not in the list keeps the code it was published with.
"""

from __future__ import annotations

import re

from method.provinces import PROVINCES, find_province

_NAMES: dict[str, tuple[str, str]] = {
    "GLO": ("全球", "the world"), "RoW": ("世界其他地区", "the rest of the world"),
    "GLO excl. CN": ("中国以外的全球", "the world without China"),
    "CN": ("中国", "China"), "AR": ("阿根廷", "Argentina"), "AU": ("澳大利亚", "Australia"), "BR": ("巴西", "Brazil"),
    "CA": ("加拿大", "Canada"), "CD": ("刚果（金）", "DR Congo"), "CL": ("智利", "Chile"), "DE": ("德国", "Germany"),
    "FI": ("芬兰", "Finland"), "FR": ("法国", "France"), "ID": ("印度尼西亚", "Indonesia"), "IN": ("印度", "India"),
    "JP": ("日本", "Japan"), "KR": ("韩国", "South Korea"), "MA": ("摩洛哥", "Morocco"), "NO": ("挪威", "Norway"),
    "PH": ("菲律宾", "the Philippines"), "RU": ("俄罗斯", "Russia"), "US": ("美国", "the United States"),
    "ZA": ("南非", "South Africa"),
    **{f"CN-{one.code}": (one.name_zh, one.name_en) for one in PROVINCES.values()},
}  # fmt: skip


_CODE = re.compile(r"[A-Z]{2,3}(-[A-Za-z0-9]+)*")
_CODES: dict[str, str] = {
    "全国": "CN", **{word.casefold(): code for code, names in _NAMES.items() for word in (code, *names)}
}  # fmt: skip


def find_region(text: str) -> str | None:
    """The code of a region that is given by its code, or by its name in either language ("四川省"); None where it is
    neither."""
    known = text if _CODE.fullmatch(text) else _CODES.get(text.casefold())
    if known is not None:
        return known
    province = find_province(text)
    return None if province is None else f"CN-{province.code}"


def name_region(region: str) -> tuple[str, str]:
    """The name of a factor's region in Chinese and English; the code itself where it is none of these."""
    return _NAMES.get(region, (region, region))

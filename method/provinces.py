"""Provinces of China by ISO 3166-2 letter code, and the grid region of each. Names as people write them.

Regions are those of the notices on CO2 emission factors of electricity (2021 to 2023). Inner Mongolia lies in two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Province:
    """A province: letter code, Chinese and English name, grid regions it lies in."""

    code: str
    name_zh: str
    name_en: str
    regions: tuple[str, ...]

    @property
    def region_codes(self) -> tuple[str, ...]:
        """How a factor's region may name where this province is, the narrowest first."""
        return (f"CN-{self.code}", *(f"CN-{region}" for region in self.regions), "CN")


_BY_REGION: dict[str, str] = {
    "north": "BJ 北京 Beijing,TJ 天津 Tianjin,HE 河北 Hebei,SX 山西 Shanxi,SD 山东 Shandong,NM 内蒙古 Inner_Mongolia",
    "northeast": "LN 辽宁 Liaoning,JL 吉林 Jilin,HL 黑龙江 Heilongjiang,NM 内蒙古 Inner_Mongolia",
    "east": "SH 上海 Shanghai,JS 江苏 Jiangsu,ZJ 浙江 Zhejiang,AH 安徽 Anhui,FJ 福建 Fujian",
    "central": "HA 河南 Henan,HB 湖北 Hubei,HN 湖南 Hunan,JX 江西 Jiangxi",
    "northwest": "SN 陕西 Shaanxi,GS 甘肃 Gansu,QH 青海 Qinghai,NX 宁夏 Ningxia,XJ 新疆 Xinjiang",
    "south": "GD 广东 Guangdong,GX 广西 Guangxi,GZ 贵州 Guizhou,YN 云南 Yunnan,HI 海南 Hainan",
    "southwest": "CQ 重庆 Chongqing,SC 四川 Sichuan,XZ 西藏 Tibet",
}


def _make_provinces() -> dict[str, Province]:
    found: dict[str, Province] = {}
    for region, listed in _BY_REGION.items():
        for item in listed.split(","):
            code, name_zh, name_en = item.split(" ")
            earlier = found[code].regions if code in found else ()
            found[code] = Province(code, name_zh, name_en.replace("_", " "), (*earlier, region))
    return found


PROVINCES: dict[str, Province] = _make_provinces()


def find_province(text: str) -> Province | None:
    """The province that a place such as "四川省 Sichuan" or "CN-SC" names, or None when it names none or several."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    named = [
        province
        for province in PROVINCES.values()
        if province.name_zh in text
        or set(province.name_en.lower().split()) <= words
        or {"cn", province.code.lower()} <= words
    ]
    return named[0] if len(named) == 1 else None

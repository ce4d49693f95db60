"""Which column of a sheet of factors is which: our titles and keys, and what providers call the same columns.

The one fact: a row above the heads is passed over, and a heading that is not understood is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from method.errors import UnknownUnit
from method.factor_table import COLUMNS, SCORE_COLUMNS, find_column
from method.units import parse_unit
from node.importers.cells import read_text
from node.importers.columns import HEADER_WITHIN_ROWS, make_columns, normalise, recognise
from node.importers.factor_names import TITLES
from node.importers.gas_units import find_gas
from node.importers.sheets import Row, Sheet

_FEWEST = 3
"""A row that names fewer columns of a factor is no header of one."""
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_UNREAD = frozenset({"序号", "行号", "no", "no.", "#", "s/n"})
_HEADINGS = {normalise(title): name for name, titles in TITLES.items() for title in titles} | {
    normalise(title).partition(",")[0]: name for name in SCORE_COLUMNS for title in TITLES[name]
}
_KNOWN = make_columns(
    code=("代码", "编码", "编号", "因子代码", "因子编码", "因子编号", "物料编码", "物料代码", "factor code", "id"),
    version=("版本", "版本号"),
    name_zh=("中文名称", "名称", "物料名称", "因子名称", "材料名称", "产品名称", "项目名称", "品名", "中文名",
             "名称(中文)", "chinese name", "name (zh)"),
    name_en=("英文名称", "英文名", "名称(英文)", "name", "english name", "name (en)", "factor name", "material name"),
    classification=("类别", "分类", "类型", "因子类型", "category", "type"),
    total=("数值", "排放系数", "排放因子", "碳足迹因子", "碳足迹系数", "碳足迹", "碳排放系数", "碳排放因子", "因子值",
           "因子数值", "系数", "emission factor", "factor", "factor value", "carbon footprint"),
    biogenic=("生物源", "生物源部分", "biogenic"),
    land_use=("土地利用", "土地利用部分", "land use"),
    unit=("单位", "计量单位", "因子单位", "unit", "units", "per", "unit of measure"),
    region=("地区", "适用地区", "区域", "适用区域", "地域", "地理范围", "geography", "location"),
    year=("年份", "数据年份", "年度", "数据年度", "基准年", "data year", "reference year"),
    valid_from=("有效期起", "有效期开始", "生效日期", "valid from"),
    valid_to=("有效期止", "有效期至", "失效日期", "valid until", "valid to"),
    system_boundary=("系统边界", "核算边界", "system boundary"),
    gwp_set=("全球变暖潜势", "全球变暖潜势版本", "全球变暖潜势来源", "全球变暖潜势年份", "全球变暖潜值", "全球增温潜势",
             "gwp", "gwp版本", "gwp来源", "gwp数据来源", "gwp年份", "gwp依据", "gwp报告", "ipcc版本", "ipcc报告",
             "warming potentials", "gwp set", "gwp version", "gwp source", "gwp year", "global warming potential",
             "global warming potentials", "ipcc report"),
    grade=("来源等级", "数据等级"),
    status=("数据性质",),
    score_technology=("数据质量技术", "技术代表性"),
    score_time=("数据质量时间", "时间代表性"),
    score_geography=("数据质量地域", "数据质量地理", "地理代表性", "地域代表性"),
    source=("来源", "数据来源", "数据出处", "出处", "文献来源", "参考文献", "data source", "reference"),
    licence=("许可", "许可协议", "license"),
    owner=("数据所有者", "数据所有方", "data owner"),
    note=("备注", "说明", "notes", "remark", "remarks", "comment", "comments"),
)  # fmt: skip


def read_heading(heading: str) -> str:
    """The column that a heading names, by our title or key or by what people call it; "" where it is none."""
    text = normalise(heading)
    called = _KNOWN.names.get(text) or _KNOWN.names.get(text.replace(" ", ""))
    found = _HEADINGS.get(text) or called or find_column(heading)
    if found in COLUMNS:
        return found
    named = recognise(text, _KNOWN)
    if named is None:
        plain = recognise(_BRACKETS.sub("", text).strip(" *:"), _KNOWN)
        named = (
            None if plain in ("name_zh", "name_en") and "(" in text else plain
        )  # which language, it may say
    if named == "gwp_set" and find_gas(heading):
        return ""  # a value in kgCO2e is no set of potentials
    return named or ""


def is_read_over(heading: str) -> bool:
    """Whether a column may stand there unread: it has no heading, or only numbers the rows."""
    return normalise(heading) in ("", *_UNREAD)


def read_heads(row: Row) -> list[str]:
    """The headings of a row as texts, one a cell."""
    return [" ".join(read_text(cell).split()) for cell in row.cells]


def find_heads(sheets: Sequence[Sheet]) -> tuple[Sheet, int] | None:
    """The first sheet with a header among its top 20 rows, and that row's place: the one that names most columns."""
    for sheet in sheets:
        counts = [
            len(set(map(read_heading, read_heads(row))) - {""})
            for row in sheet.rows[:HEADER_WITHIN_ROWS]
            if row.number <= HEADER_WITHIN_ROWS
        ]
        if counts and max(counts) >= _FEWEST:
            return sheet, counts.index(max(counts))
    return None


def read_per(heading: str) -> str:
    """The unit that the heading of a value says it is per, as in 排放系数（kgCO2e/kg）; "" where it says none."""
    gas = find_gas(heading)
    try:
        return parse_unit(gas.per).name if gas and gas.is_in_kg else ""
    except UnknownUnit:
        return ""

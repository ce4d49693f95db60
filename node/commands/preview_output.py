"""How an import's preview and a learned mapping are shown: tables for people, one JSON object for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import typer

from method.exact import encode_decimal
from method.product import Product
from node.commands.output import show_band, show_codes, show_json, show_lines, show_table, show_time
from node.importers.columns import ACTIVITY
from node.importers.learning import Proposal
from node.importers.mapping import ColumnMapping
from node.language import Language, Phrase
from node.supplier.activities import find_other_period
from node.supplier.footprints import DeclaredFootprint, Footprint
from node.supplier.preview_fields import make_preview_fields
from node.supplier.previewing import LinePreview, Preview
from web.numbers import show_unit

_TITLES: dict[Language, tuple[str, ...]] = {
    "en": (
        "line",
        "name",
        "per {unit}",
        "unit",
        "factor",
        "kgCO2e per unit",
        "kgCO2e",
        "share",
        "data",
        "DQR",
    ),
    "zh": ("项目代码", "项目", "每 {unit}", "单位", "因子", "因子值 kgCO2e", "kgCO2e", "占比", "数据", "DQR"),
}
_DATA = {False: Phrase("primary", "初级"), True: Phrase("secondary", "次级")}
_UNUSED = Phrase(
    "{} further lines of the template are 0; they are declared as well, so that none stands out.",
    "其余 {} 个项目为 0，一并申报，外人看不出您用了哪几项。",
)
_TOTAL = Phrase(
    "Unit footprint {} kgCO2e per {}, from {} records ({}, full boundary).",
    "单位碳足迹 {} kgCO2e/{}，来自 {} 条记录（{}，完整边界）。",
)
_PREVIEW_ONLY = Phrase("Preview only; nothing was stored.", "仅预览，没有入库。")
_STORED = Phrase("Stored as import {}; it stays here.", "已存为第 {} 次导入，只留在本机。")
_CERTIFICATES = Phrase("Green certificates cited: {}.", "引用绿证 {} 张。")
_WARNING = Phrase("Warning: {}", "请核对：{}")
_SOURCES = Phrase("Factors", "因子来源")
_PRODUCT = Phrase("{0} ({1}), period {2} to {3}", "{0}（{1}），期间 {2} 至 {3}")
_IMPORTED = Phrase("Import {}: {}, {}", "第 {} 次导入：{}，{}")
_OTHER_PERIOD = Phrase(
    "This import is of {} to {}, which is not the product's period: it cannot be declared for it. Import a sheet of "
    "that period first.",
    "这次导入的是 {} 至 {} 的数据，不是产品现在的期间，不能按这一期申报。请先导入这一期的表格。",
)
_QUALITY = Phrase(
    "Primary data {} of the footprint; quality rating of the secondary data {}.",
    "初级数据占碳足迹的 {}；次级数据的质量 {}。",
)
_NO_SECONDARY = Phrase(
    "Primary data {} of the footprint; no secondary data.", "初级数据占碳足迹的 {}；没有次级数据。"
)
_NOT_KEPT = Phrase("not kept here", "本机没有保存")


def show_preview(preview: Preview, number: int | None, language: Language | None) -> None:
    """Print a preview in a language, or as JSON when that is None; `number` is the import's when it was stored."""
    if language is None:
        show_json({"import": number, **make_preview_fields(preview)})
        return
    _show_lines(preview, language)
    typer.echo((_PREVIEW_ONLY if number is None else _STORED).say(language).format(number))


def show_footprint(
    product: Product, found: Footprint, declared: Sequence[DeclaredFootprint], language: Language | None
) -> None:
    """Print what the import of a product that counts comes to, and what it was declared from; as `show_preview`."""
    if language is None:
        show_json(_make_footprint_fields(product, found, declared))
        return
    activity, preview = found.activity, found.preview
    name = product.name_zh if language == "zh" else product.name_en
    typer.echo(_PRODUCT.say(language).format(product.code, name, product.period_start, product.period_end))
    imported = (activity.id, activity.source.name, show_time(activity.created))
    typer.echo(_IMPORTED.say(language).format(*imported))
    other = find_other_period(activity, product)
    if other is not None:
        typer.echo(_OTHER_PERIOD.say(language).format(*other))
    _show_lines(preview, language)
    rating = found.quality_rating
    quality = _NO_SECONDARY if rating is None else _QUALITY
    shown = "" if rating is None else encode_decimal(rating, 2) + show_band(found.quality_band)
    typer.echo(quality.say(language).format(_percent(found.primary_share), shown))
    if declared:
        rows = [
            (
                one.own.id,
                f"{one.own.period_start}..{one.own.period_end}",
                one.own.method,
                _say_kept(one),
                one.own.state,
            )
            for one in declared
        ]
        show_table(("declaration", "period", "method", "kgCO2e", "state"), rows, right=("kgCO2e",))


def _make_footprint_fields(
    product: Product, found: Footprint, declared: Sequence[DeclaredFootprint]
) -> dict[str, Any]:
    rating = found.quality_rating
    return {
        "import": found.activity.id,
        "imported": found.activity.created,
        "file": found.activity.source.name,
        "period": [product.period_start, product.period_end],
        "other_period": find_other_period(found.activity, product),
        **make_preview_fields(found.preview),
        "quality_rating": None if rating is None else encode_decimal(rating, 4),
        "quality_band": found.quality_band,
        "primary_data_share": encode_decimal(found.primary_share, 4),
        "declarations": [
            {
                **asdict(one.own),
                "unit_footprint_kg": None if one.kg is None else encode_decimal(one.kg),
            }
            for one in declared
        ],
    }


def _say_kept(declared: DeclaredFootprint) -> str:
    return _NOT_KEPT.here() if declared.kg is None else encode_decimal(declared.kg, 6)


def _show_lines(preview: Preview, language: Language) -> None:
    used, unit = [line for line in preview.lines if line.amount], show_unit(preview.declared_unit)
    titles = [title.format(unit=unit) for title in _TITLES[language]]
    show_table(
        titles, [_make_row(line, language) for line in used], right=(titles[2], *titles[5:8], titles[9])
    )
    if unused := len(preview.lines) - len(used):
        typer.echo(_UNUSED.say(language).format(unused))
    typer.echo(_SOURCES.say(language))
    show_lines(list(dict.fromkeys(_make_source(line, language) for line in used)))
    total = encode_decimal(preview.unit_footprint_kg, 6)
    typer.echo(_TOTAL.say(language).format(total, unit, preview.records, preview.method))
    if preview.certificates:
        typer.echo(_CERTIFICATES.say(language).format(preview.certificates))
    for warning in preview.warnings:
        typer.echo(_WARNING.say(language).format(warning.say(language)))


def _make_row(line: LinePreview, language: Language) -> tuple[str, ...]:
    return (
        line.line.code,
        line.line.name_zh if language == "zh" else line.line.name_en,
        encode_decimal(line.amount, 6),
        show_unit(line.line.unit),
        line.factor.code,
        encode_decimal(line.kg_per_unit, 6),
        encode_decimal(line.footprint_kg, 6),
        _percent(line.share),
        _DATA[line.line.secondary].say(language),
        encode_decimal(line.quality_rating, 2),
    )


def _make_source(line: LinePreview, language: Language) -> tuple[str, str]:
    factor = line.factor
    name = factor.name_zh if language == "zh" else factor.name_en
    return f"  {factor.code}", f"{name}; {factor.region} {factor.year}; {factor.source}"


def _percent(share: Fraction) -> str:
    whole, _, part = encode_decimal(share * 100, 1).partition(".")
    return f"{whole}.{part or '0'} %"


def show_proposal(proposal: Proposal, saved: str | None, language: Language | None) -> None:
    """Print what was learned, what it does not use, and what it lacks."""
    if language is None:
        unused = [asdict(column) for column in proposal.unused]
        found = {"saved": saved, "mapping": asdict(proposal.mapping), "unused": unused}
        show_json(
            {**found, "missing": list(map(str, proposal.missing)), "unknown_lines": list(proposal.unknown)}
        )
        return
    show_mapping(proposal.mapping, language)
    if proposal.unused:
        names = ", ".join(f"{column.letter} {column.title}" for column in proposal.unused)
        typer.echo(_NOT_USED.say(language).format(names))
    for name in proposal.unknown:
        typer.echo(_NO_LINE.say(language).format(name))
    for title in proposal.missing:
        typer.echo(_LACKS.say(language).format(title.say(language)))
    if proposal.missing:
        typer.echo(_FIELDS.say(language).format(", ".join(ACTIVITY.titles)))
    if saved is None:
        typer.echo(_NOT_SAVED.say(language))
    else:
        typer.echo(_SAVED.say(language).format(saved))


def show_mapping(mapping: ColumnMapping, language: Language | None) -> None:
    """Print a mapping, field by field."""
    if language is None:
        show_json({"mapping": asdict(mapping)})
        return
    titles = ACTIVITY.titles
    rows = [
        (name, f"{titles[name]}: {column.letter} {column.title}") for name, column in mapping.columns.items()
    ]
    rows += [(name, f"{titles[name]}: = {value}") for name, value in mapping.constants.items()]
    rows += [(one.line, f"{one.column.letter} {one.column.title} ({one.unit})") for one in mapping.series]
    rows += [(code, f"“{name}”") for name, code in mapping.lines.items()]
    place = _PLACE.say(language).format(mapping.sheet or "*", mapping.header_row)
    typer.echo(place)
    show_codes(rows)


_PLACE = Phrase("Sheet {}, titles in row {}:", "工作表 {}，表头在第 {} 行：")
_NOT_USED = Phrase("Not used: {}", "没有用到的列：{}")
_NO_LINE = Phrase(
    "“{0}” is no line of the template: say which it is with --line '{0}=LINE', or leave such rows out with --skip",
    "“{0}”不是模板里的项目：用 --line '{0}=项目代码' 说明是哪一项，或用 --skip 跳过这些行",
)
_LACKS = Phrase(
    "Still lacks {}: say which column it is with --column FIELD=COLUMN, or what holds for all rows with --constant",
    "还缺{}：用 --column 字段=列 指明是哪一列，或用 --constant 写明对各行都成立的值",
)
_SAVED = Phrase("Saved as {0}; use it: sealsum node import DIR PRODUCT FILE --mapping {0}",
                "已存为 {0}，用法：sealsum node import 文件夹 产品 文件 --mapping {0}")  # fmt: skip
_FIELDS = Phrase("FIELD is one of: {}", "字段是以下之一：{}")
_NOT_SAVED = Phrase("Not saved; add --save NAME once it is right.", "没有保存；确认无误后加 --save 名称。")

"""A product's unit footprint for its owner: line by line, as a chart, with data quality, and against the import before.

The one fact: the numbers are those of `node/supplier/footprints.py`, which the command line shows too; nothing of
it is sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from method.activity import make_line_amounts
from method.category import Category, TemplateLine
from method.conversions import CONVERSIONS
from method.exact import encode_decimal
from method.factor import ASSUMPTION, Factor
from method.product import Product
from method.units import parse_unit
from node.supplier.activities import Activity, find_other_period
from node.supplier.footprints import Footprint
from node.supplier.previewing import LinePreview, Preview
from node.web.maker.saying import say_band
from web.charts import Chart, Series
from web.numbers import show_quantity, show_share, show_unit
from web.tables import Cell, Column, Table
from web.visits import Visit

DIGITS = 4


@dataclass(frozen=True, slots=True)
class FootprintParts:
    """What a page shows of it: numbers as decimal text."""

    unit_footprint: str = field(repr=False)
    declared_unit: str
    quality_rating: str = field(repr=False)
    quality_band: str = field(repr=False)
    primary_share: str = field(repr=False)
    records: int = field(repr=False)
    source: str
    left_out: tuple[str, ...] = field(repr=False)
    skipped: tuple[str, ...] = field(repr=False)
    imported: int
    unused: int
    table: Table = field(repr=False)
    chart: Chart = field(repr=False)


def factors_shown(found: Footprint) -> str:
    """A hash (64 hex digits) of which version of which factor a footprint rests on, so that a later look can tell
    whether that has changed."""
    used = {f"{line.factor.code} {line.factor.version}" for line in found.preview.lines if line.amount}
    return hashlib.sha256("\n".join(sorted(used)).encode()).hexdigest()


def list_factors(found: Footprint) -> list[str]:
    """The code and version of every factor that a declaration cites, each once: of unused lines as well."""
    return sorted({f"{line.factor.code} {line.factor.version}" for line in found.preview.lines})


def footprint_parts(visit: Visit, found: Footprint) -> FootprintParts:
    """The parts of a page about one footprint."""
    preview = found.preview
    rating = found.quality_rating
    return FootprintParts(
        unit_footprint=encode_decimal(preview.unit_footprint_kg),
        declared_unit=say_unit(visit, preview.declared_unit),
        quality_rating="" if rating is None else encode_decimal(rating, 2),
        quality_band=say_band(visit, found.quality_band) if found.quality_band else "",
        primary_share=encode_decimal(found.primary_share, 4),
        records=preview.records,
        source=found.activity.source.name,
        left_out=found.activity.source.left_out,
        skipped=found.activity.source.skipped,
        imported=found.activity.created,
        unused=sum(not line.amount for line in preview.lines),
        table=lines_table(visit, preview),
        chart=contribution_chart(visit, preview),
    )


def decimal(value: Fraction) -> Decimal:
    """A fraction as the decimal that is shown and downloaded."""
    return Decimal(encode_decimal(value))


def say_unit(visit: Visit, unit: str) -> str:
    """A unit in print; pieces in the reader's language."""
    return visit.say("piece") if unit == "piece" else show_unit(unit)


def lines_table(visit: Visit, preview: Preview) -> Table:
    """What each line of the template became, the used ones."""
    columns = (
        Column(visit.say("Line")),
        Column(
            visit.say("Per %(unit)s", unit=say_unit(visit, preview.declared_unit)), "number", digits=DIGITS
        ),
        Column(visit.say("Unit")),
        Column(visit.say("Factor")),
        Column(visit.say("Factor value"), "number", "kgCO2e", digits=DIGITS),
        Column(visit.say("Footprint"), "number", "kgCO2e", digits=DIGITS),
        Column(visit.say("Share"), "share"),
        Column(visit.say("Data")),
        Column("DQR", "number", places=2),
    )
    rows = [_line_row(visit, line) for line in preview.lines if line.amount]
    return Table("lines", visit.say("What the numbers became, line by line"), columns, rows)


def _line_row(visit: Visit, line: LinePreview) -> tuple[Cell | str | Decimal, ...]:
    factor = line.factor
    name = factor.name_zh if visit.language == "zh" else factor.name_en
    return (
        Cell(_line_name(visit, line), note=line.line.code),
        decimal(line.amount),
        Cell(show_unit(line.line.unit), note=_say_heat(visit, line.line)),
        Cell(
            name,
            note=f"{factor.code} {factor.version} · {_say_source(visit, factor)} · {factor.region} {factor.year}",
        ),
        decimal(line.kg_per_unit),
        decimal(line.footprint_kg),
        decimal(line.share),
        visit.say("secondary") if line.line.secondary else visit.say("primary"),
        decimal(line.quality_rating),
    )


def _say_heat(visit: Visit, line: TemplateLine) -> str:
    """At which heating value a volume or mass of a fuel counts, on a line that is in energy; "" on any other."""
    fuel = CONVERSIONS.get(line.kind)
    if fuel is None or parse_unit(line.unit).kind != parse_unit(fuel.target).kind:
        return ""
    value = show_quantity(encode_decimal(fuel.ratio), fuel.target)
    return visit.say(
        "1 %(unit)s counts as %(value)s (lower heating value)", unit=show_unit(fuel.source), value=value
    )


def _say_source(visit: Visit, factor: Factor) -> str:
    if factor.status == ASSUMPTION:
        return visit.say("an assumption without a published source, to be replaced")
    return factor.source


def _line_name(visit: Visit, line: LinePreview) -> str:
    return line.line.name_zh if visit.language == "zh" else line.line.name_en


def contribution_chart(visit: Visit, preview: Preview) -> Chart:
    """Where the footprint comes from, the largest line first."""
    used = sorted((line for line in preview.lines if line.amount), key=lambda one: -abs(one.footprint_kg))
    values = [Decimal(encode_decimal(line.footprint_kg, 6)) for line in used]
    says = ""
    if used:
        largest = used[0]
        says = visit.say(
            "%(line)s makes %(share)s of the footprint.",
            line=_line_name(visit, largest),
            share=show_share(decimal(largest.share)),
        )
    return Chart(
        "contributions",
        visit.say("Where it comes from"),
        says,
        "bar",
        [_line_name(visit, line) for line in used],
        [Series(visit.say("Footprint"), values)],
        f"kgCO₂e/{say_unit(visit, preview.declared_unit)}",
        visit.say("Line"),
    )


def compare_with(
    visit: Visit, earlier: Activity, product: Product, category: Category, preview: Preview
) -> Table:
    """What a preview changes of an earlier import, line by line; a MethodError of what that holds.

    An import of another period is named by that.
    """
    before = {one.line: one.amount for one in make_line_amounts(earlier.records, category)}
    rows = [
        _change_row(visit, line, before.get(line.line.code, Fraction(0)))
        for line in preview.lines
        if line.amount != before.get(line.line.code, Fraction(0))
    ]
    columns = (
        Column(visit.say("Line")),
        Column(visit.say("Unit")),
        Column(visit.say("Before"), "number", digits=DIGITS),
        Column(visit.say("Now"), "number", digits=DIGITS),
        Column(visit.say("Change"), "change"),
    )
    unit, other = say_unit(visit, preview.declared_unit), find_other_period(earlier, product)
    if other is None:
        caption = visit.say("What changed since the import before, per %(unit)s", unit=unit)
    else:
        period = " – ".join(other)
        caption = visit.say("What changed since %(period)s, per %(unit)s", period=period, unit=unit)
    return Table("changes", caption, columns, rows, visit.say("Every amount per unit is the same as before."))


def _change_row(visit: Visit, line: LinePreview, before: Fraction) -> tuple[Cell | str | Decimal | None, ...]:
    change = None if not before else decimal((line.amount - before) / before)
    return (_line_name(visit, line), show_unit(line.line.unit), decimal(before), decimal(line.amount), change)

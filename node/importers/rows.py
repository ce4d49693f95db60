"""One row of a table of activity into one record, or into problems: each cell is judged on its own.

Nothing is guessed: a row that cannot be read in full is reported and not used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from method.activity import OUTPUT_LINE, ActivityRecord
from method.category import Category, TemplateLine
from method.conversions import CONVERSIONS, convert_for
from method.errors import UnknownUnit, WrongFactor, WrongKind
from method.exact import encode_decimal
from method.factor import Factor, check_valid_on
from method.product import Product
from method.transport import ARROW
from method.units import KIND_NAMES, parse_unit
from node.importers.cells import BadCell, read_number, read_text
from node.importers.columns import ACTIVITY, Header
from node.importers.hints import Place
from node.importers.item_names import Item, find_everyday, find_part, make_everyday, name_items
from node.importers.periods import read_period
from node.importers.problem import ProblemList, quote
from node.importers.sheets import MAX_CELL_CHARACTERS, Row, Sheet
from node.importers.sign_offs import is_sign_off
from node.importers.stated import read_stated
from node.importers.sum_words import is_called_sum, is_sum, is_sum_alone
from node.importers.unit_names import is_area, list_units
from node.importers.unknown_items import name_unknown
from node.importers.views import LONGEST_TEXT, RowView, plain, read_amount
from node.importers.words import ANY_UNIT, OPEN_END, OPEN_START, Value
from node.language import Phrase

OUTPUT_NAMES = (OUTPUT_LINE, "产量", "产出", "production", "production output", "产量 production output",
                "output 产量 production output")  # fmt: skip
_AMOUNTS = ("amount", "mass", "distance")
_MONEY = re.compile(
    r"[百千万亿]*(人民币|美|欧)?元(人民币)?|人民币|rmb|cny|yuan|usd|eur|[¥￥$€]", re.IGNORECASE
)
TRANSPORT_UNIT = "t*km"
_PREPARED = frozenset({"line", "name", "month", "date", "start", "end", "unit", "factor"})
"""What a template has filled in already: a row with nothing else was not used."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What rows are judged by. `lines` has every name of a line, OUTPUT_LINE for output; `seen` is what was found.

    `items` names all lines for people; `everyday` has what people call lines besides, `called` the names of it that
    were found: each with all its lines; `near` what stands nearest to names of no line, `asked` such names about which
    something else was asked.
    """

    product: Product
    category: Category
    factors: Mapping[str, Factor]
    lines: Mapping[str, TemplateLine | str]
    items: Phrase
    everyday: Mapping[str, tuple[Item, ...]]
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    called: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    near: dict[str, Phrase] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def is_line(self, name: str) -> bool:
        """Whether a name means a line, which is not noted as found."""
        return plain(find_part(name) or name) in self.lines or bool(find_everyday(name, self.everyday))

    def find_line(self, name: str) -> Item | None:
        """The line that a name means, the first of them where one name stands for several; None for no line.

        A part of the row above is one only by the name of a line, so that its owner is asked before it counts.
        """
        line = self.lines.get(plain(find_part(name) or name))
        if line is not None:
            return line
        if name not in self.called and (found := find_everyday(name, self.everyday)):
            self.called[name] = found
        return next(iter(self.called.get(name, ())), None)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its header. `prepared`: rows that hold only what a template filled in are left out.

    `share`: the product's part where a row says nothing, from the sheet of co-products. `skip`: what the first cell
    of a row of sums starts with, where a saved mapping says so. `months`: the same sheet read for each column that
    is a month; the table's own amount is then the sum of the year, where there is one.
    """

    sheet: Sheet
    header: Header
    rules: Rulebook
    prepared: bool = False
    share: Fraction = field(default=Fraction(1), repr=False)
    skip: tuple[str, ...] = ()
    months: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class _Measured:
    amount: Fraction = field(repr=False)
    unit: str
    remark: str = ""


def make_rulebook(product: Product, category: Category, factors: Mapping[str, Factor]) -> Rulebook:
    """What the rows of one product's activity are judged by."""
    lines: dict[str, TemplateLine | str] = dict.fromkeys(OUTPUT_NAMES, OUTPUT_LINE)
    for line in reversed(category.lines):
        both = f"{line.name_zh} {line.name_en}"
        for name in (f"{line.code} {both}", both, line.name_en, line.name_zh, line.code):
            if plain(name) not in OUTPUT_NAMES:
                lines[plain(name)] = line
    lines.update({line.code: line for line in category.lines if line.code not in OUTPUT_NAMES})
    return Rulebook(product, category, factors, lines, name_items(category), make_everyday(category, product))


def read_record(table: Table, row: Row, problems: ProblemList) -> ActivityRecord | None:
    """The record of one row; None for rows above the table, empty ones, and ones whose problems were noted."""
    view = RowView(table.sheet, table.header, ACTIVITY, row, problems)
    if row.number <= table.header.row or _is_blank(table, view) or is_left_out(table, row):
        return None
    line = _read_line(view, table.rules)
    if line is None and is_called_sum(row):
        return None  # that it is no item is all there is to mend
    measured = _read_measured(view, table.rules, line)
    period = read_period(view, table.rules.product)
    factor = _read_factor(view, table.rules, line)
    share = _read_share(view, Fraction(1) if line == OUTPUT_LINE else table.share)
    texts = _read_texts(view)
    route = _read_route(view, line)
    if line is None or measured is None or period is None:
        return None
    if factor is None or share is None or texts is None or route is None:
        return None
    return ActivityRecord(
        line=line if isinstance(line, str) else line.code,
        period_start=period[0],
        period_end=period[1],
        amount=measured.amount,
        unit=measured.unit,
        share=share,
        factor=factor,
        document=texts[0],
        note="; ".join(text for text in (texts[1], measured.remark) if text),
        sheet=table.sheet.name,
        row=row.number,
        route=route,
    )


def repeat_for(table: Table, row: Row, records: Sequence[ActivityRecord]) -> list[ActivityRecord]:
    """The same records again on every further line that the name in the row stands for, as gas and its upstream."""
    view = RowView(table.sheet, table.header, ACTIVITY, row, ProblemList(""))
    lines = table.rules.called.get(_read_name(view)[1], ()) if table.rules.called else ()
    further = [line.code for line in lines[1:] if isinstance(line, TemplateLine)]
    return [replace(record, line=code, factor="") for code in further for record in records]


def list_named(tables: Sequence[Table], name: str) -> tuple[Place, ...]:
    """The rows of tables that name their item so; the title's where that names it for all."""
    return tuple(
        dict.fromkeys(
            (table.sheet.name, table.header.heads["name"][0] if table.header.heads else row.number)
            for table in tables
            for row in table.sheet.rows
            if _read_name(RowView(table.sheet, table.header, ACTIVITY, row, ProblemList("")))[1] == name
        )
    )


def _is_blank(table: Table, view: RowView) -> bool:
    names = table.header.columns.keys() - _PREPARED if table.prepared else table.header.columns.keys()
    return all(view.cell(name) is None and not view.has_formula(name) for name in names)


def find_name(table: Table, row: Row) -> str:
    """What a row calls its item; "" for rows that are read as none."""
    view = RowView(table.sheet, table.header, ACTIVITY, row, ProblemList(""))
    if row.number <= table.header.row or _is_blank(table, view) or is_left_out(table, row):
        return ""
    return _read_name(view)[1]


def is_output(table: Table, row: Row) -> bool:
    """Whether a row states production, readable or not."""
    return table.rules.find_line(find_name(table, row)) == OUTPUT_LINE


def is_left_out(table: Table, row: Row) -> bool:
    """Whether a row below the header is one of sums, which the mapping leaves out or which states no amount, or one
    that signs the sheet off.
    """
    if row.number <= table.header.row:
        return False
    if is_sign_off(row) or _is_empty_sum(table, row):
        return True
    return is_sum(next((text for cell in row.cells if (text := read_text(cell))), ""), table.skip)


def _is_empty_sum(table: Table, row: Row) -> bool:
    """Whether a row of a table with one amount a row is called a sum and states none, so that nothing of it is lost."""
    stated = [at for name, at in table.header.columns.items() if name in _AMOUNTS]
    if any(at < len(row.cells) and row.cells[at] is not None for at in stated):
        return False
    if table.months or table.header.constants:
        return False
    view = RowView(table.sheet, table.header, ACTIVITY, row, ProblemList(""))
    if any(map(view.has_formula, _AMOUNTS)):
        return False
    return is_sum_alone(read_text(view.cell(one)) for one in ("line", "name", "month", "date", "start"))


def _read_line(view: RowView, rules: Rulebook) -> TemplateLine | str | None:
    """The template line, OUTPUT_LINE itself, or None."""
    name, text = _read_name(view)
    line = rules.find_line(text)
    if line is None and text not in rules.asked:
        kind, values = name_unknown(text, rules.category, rules.near)
        view.note(name, kind, cell=view.found(name), items=rules.items, **values)
    return line


def _read_name(view: RowView) -> tuple[str, str]:
    name = "line" if view.cell("line") is not None else "name"
    return name, read_text(view.cell(name))


def _read_measured(view: RowView, rules: Rulebook, line: TemplateLine | str | None) -> _Measured | None:
    if line is None and view.header.heads:
        return None  # a column of nobody knows what may hold words
    if view.cell("mass") is not None or view.cell("distance") is not None:
        return _read_leg(view, line)
    amount = read_amount(view, empty="output-empty" if line == OUTPUT_LINE else "amount-empty")
    text = read_text(view.cell("unit"))
    stated = read_stated(text, line) if text and isinstance(line, TemplateLine) else None
    if amount is not None and stated is not None:
        return _Measured(amount * stated.ratio, stated.unit, stated.remark)
    unit = _read_unit(view, rules, line)
    return None if amount is None or unit is None else _Measured(amount, unit)


def _read_leg(view: RowView, line: TemplateLine | str | None) -> _Measured | None:
    """Transport work as mass times distance, on a transport line without an amount of its own."""
    if view.cell("amount") is not None:
        view.note("amount", "leg-and-amount")
        return None
    if view.cell("mass") is None or view.cell("distance") is None:
        view.note("mass" if view.cell("mass") is None else "distance", "leg-half")
        return None
    if line is not None and not (isinstance(line, TemplateLine) and line.kind == "transport"):
        view.note("mass", "leg-elsewhere", line=line if isinstance(line, str) else line.code)
        return None
    mass, distance = read_amount(view, "mass"), read_amount(view, "distance")
    if mass is None or distance is None:
        return None
    remark = f"{encode_decimal(mass)} t × {encode_decimal(distance)} km"
    return _Measured(mass * distance, TRANSPORT_UNIT, remark)


def _read_route(view: RowView, line: TemplateLine | str | None) -> str | None:
    """Where a transport row goes from and to, "" where it does not say, or None."""
    ends = [read_text(view.cell(name)) for name in ("origin", "destination")]
    if not any(ends):
        return ""
    if line is not None and not (isinstance(line, TemplateLine) and line.kind == "transport"):
        view.note("origin", "leg-elsewhere", line=line if isinstance(line, str) else line.code)
        return None
    if not all(ends):
        view.note("destination" if ends[0] else "origin", "way-half")
        return None
    if not read_text(view.cell("document")):
        view.note("document", "way-without-document")
        return None
    if max(map(len, ends)) > LONGEST_TEXT // 2:
        view.note("origin", "text-too-long", count=max(map(len, ends)), limit=LONGEST_TEXT // 2)
        return None
    return ARROW.join(ends)


def _read_unit(view: RowView, rules: Rulebook, line: TemplateLine | str | None) -> str | None:
    text = read_text(view.cell("unit"))
    goal, kind = rules.category.declared_unit, ""
    if isinstance(line, TemplateLine):
        goal, kind = line.unit, line.kind
    key = (text, "" if line is None else f"{goal} {kind}")
    units = "" if line is None else ", ".join(list_units(goal, kind))
    if key in rules.seen:
        return rules.seen[key]
    if not text:
        view.note("unit", "unit-empty", cell=view.found("unit"), names=units or ANY_UNIT, units=units)
        return None
    try:
        unit = parse_unit(text)
        if line is not None:
            convert_for(1, unit, goal, kind)
    except UnknownUnit as error:
        names = units or str(error).partition("expected one such as ")[2]
        view.note("unit", _kind_of_unknown(text, line, goal), cell=quote(text), names=names, units=units)
        return None
    except WrongKind:
        also = CONVERSIONS[kind].source if kind in CONVERSIONS else ""
        english, _, chinese = KIND_NAMES[parse_unit(text).kind].rpartition(" ")
        measures = Phrase(english, chinese)
        values: dict[str, Value] = {"cell": quote(text), "goal": goal, "measures": measures, "units": units}
        if also:
            view.note("unit", "unit-wrong-kind-or", also=also, **values)
        else:
            view.note("unit", "unit-wrong-kind", **values)
        return None
    rules.seen[key] = unit.name
    return unit.name


def _kind_of_unknown(text: str, line: TemplateLine | str | None, goal: str) -> str:
    """Which problem a unit is that no table has: an amount of money, an area where a mass is meant, or any other."""
    if _MONEY.fullmatch(text):
        return "unit-money"
    has_area = line is not None and is_area(text) and parse_unit(goal).kind == "mass"
    return "unit-area" if has_area else "unit-unknown"


def _read_factor(view: RowView, rules: Rulebook, line: TemplateLine | str | None) -> str | None:
    """The factor code named in the row, "" where the line's default applies, or None."""
    text = read_text(view.cell("factor"))
    if not text or line == OUTPUT_LINE:
        return ""
    # A drop-down offers "code name"; a code has no space.
    code = text.split()[0]
    factor = rules.factors.get(code)
    if factor is None or text not in (code, f"{code} {factor.name_zh}", f"{code} {factor.name_en}"):
        view.note("factor", "factor-unknown", cell=quote(text))
        return None
    if not isinstance(line, TemplateLine):
        return code
    if line.accepts and code not in line.accepts:
        accepted = ", ".join(line.accepts)
        view.note("factor", "factor-not-accepted", cell=quote(code), line=line.code, accepted=accepted)
        return None
    if factor.unit != line.unit:
        units = {"unit": line.unit, "other": factor.unit}
        view.note("factor", "factor-wrong-unit", cell=quote(code), line=line.code, **units)
        return None
    try:
        check_valid_on(factor, rules.product.period_start, rules.product.period_end)
    except WrongFactor:
        view.note("factor", "factor-not-valid", cell=quote(code), **name_validity(factor, rules.product))
        return None
    return code


def name_validity(factor: Factor, product: Product) -> dict[str, Value]:
    """What the words about a factor outside its validity quote."""
    return {
        "first": factor.valid_from or OPEN_START,
        "last": factor.valid_to or OPEN_END,
        "start": product.period_start,
        "end": product.period_end,
    }


def _read_share(view: RowView, otherwise: Fraction) -> Fraction | None:
    cell = view.cell("share")
    if cell is None and not view.has_formula("share"):
        return otherwise
    try:
        share = read_number(cell)
    except BadCell:
        share = Fraction(0)
    if 0 < share <= 1:
        return share
    view.note("share", "share-unreadable", cell=view.found("share"))
    return None


def _read_texts(view: RowView) -> tuple[str, str] | None:
    texts = []
    for name in ("document", "note"):
        text = read_text(view.cell(name))
        if len(text) > LONGEST_TEXT:
            view.note(name, "text-too-long", count=min(len(text), MAX_CELL_CHARACTERS), limit=LONGEST_TEXT)
            return None
        texts.append(text)
    return texts[0], texts[1]

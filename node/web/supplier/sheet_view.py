"""A sheet as its owner knows it, for a page: rows and letters as in the program it came from, problems in their cells.

The one fact: of a long sheet the rows with problems are shown first, so that nothing to mend is hidden, then those
that a hint or a link leads to; a cell that names no item offers the template's, the nearest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from method.category import Category, TemplateLine
from method.factor import Factor
from node.importers.cells import read_text
from node.importers.columns import ACTIVITY, letter_of, recognise
from node.importers.hints import Hint, Place
from node.importers.item_names import (
    OF_WHICH,
    OUTPUT,
    find_near,
    find_part,
    name_choice,
    name_line,
    names_output,
)
from node.importers.item_titles import NOT_READ, read_item_title
from node.importers.month_titles import read_month_title
from node.importers.problem import Problem
from node.importers.rows import Rulebook
from node.importers.sheets import MAX_COLUMNS, Cell, Row, Sheet
from node.importers.tables import GUIDE_SHEET, LISTS_SHEET
from node.supplier.alike import NO_ITEM, Alike, find_same_item, find_same_unit, group_alike
from node.supplier.choosing import list_factors
from node.supplier.drafts import Draft
from web.visits import Visit

MOST_ROWS = 200
"""Rows shown of a sheet."""
MOST_LINKS = 12
"""Rows that one hint leads to."""
_TITLES_WITHIN_ROWS = 20
_OF_COLUMNS = {"unknown-column", "part-of-column", "column-unasked", "column-of-others"}
"""Kinds of problems of a title that names no item."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft with what was found in it; `chosen` is SHEET-ROW of a row whose cells its owner wants to write in.

    `hints`: what its owner is to look at where there is no problem.
    """

    draft: Draft
    category: Category
    factors: Mapping[str, Factor] = field(repr=False)
    problems: Sequence[Problem] = field(repr=False)
    chosen: str = ""
    hints: Sequence[Hint] = ()


@dataclass(frozen=True, slots=True)
class ShownHint:
    """A hint on the page, and the rows that it leads to: SHEET-ROW, and where that is in words.

    `factors`: code and name of those that the rows of `line` may cite instead.
    """

    text: str = field(repr=False)
    links: tuple[tuple[str, str], ...] = ()
    line: str = ""
    factors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """One cell on the page: where it is, what it holds, what is wrong with it.

    `near` and `others`: the items that it may name instead, where it names none, and how each is shown.
    `left_out`: what it says instead where it is the title of a column that is not to be imported.
    `offered`: units that it may hold, each behind its item where it is a title.
    """

    column: int
    text: str = field(repr=False)
    problems: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    left_out: str = ""
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A title that no column has, and the columns that may be it: the cell of each in the header row, and its name.

    `is_instead`: it may be there instead of the ones before, as a month instead of two days. `is_item`: it is an item
    that no row has, and the cells are those that may name it.
    """

    title: str
    columns: tuple[tuple[str, str], ...] = field(repr=False)
    is_instead: bool = False
    is_item: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row on the page; `problems` are those of the row that no column is named for, `asks` about its titles."""

    number: int
    boxes: tuple[Box, ...] = field(repr=False)
    problems: tuple[str, ...] = ()
    is_open: bool = False
    """Whether its cells can be written in: rows with a problem, and one that was chosen."""
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class ToMend:
    """What to mend in a row, or in several alike: the id of the first cell, and where it is with what is wrong.

    `place`: SHEET-ROW of the first; `deletes` and `unifies`: what is said of deleting all of them, and of the others
    having the unit that was written into one; "" where that is not offered.
    """

    cell: str
    text: str = field(repr=False)
    place: str
    deletes: str = field(default="", repr=False)
    unifies: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet on the page: its place in the file, its name, letters of its columns, the rows shown."""

    at: int
    name: str
    letters: tuple[str, ...]
    lines: tuple[Line, ...] = field(repr=False)
    left_out: int = 0
    problems: tuple[str, ...] = ()
    to_mend: tuple[ToMend, ...] = ()
    """Its problems in one list."""
    count: int = 0
    """Places to mend in it; where it is the only sheet, those of the file as a whole as well."""

    @property
    def is_open(self) -> bool:
        """Whether there is something to write in it, so that it is shown without being asked for."""
        return bool(self.problems) or any(line.is_open for line in self.lines)


def is_read(sheet: Sheet) -> bool:
    """Whether an import reads this sheet; the template's own guide and lists it does not."""
    return sheet.name not in (GUIDE_SHEET, LISTS_SHEET)


def view_sheet(visit: Visit, looked: Looked, at: int) -> SheetView:
    """One sheet of a draft."""
    sheet = looked.draft.sheets[at]
    own = [one for one in looked.problems if one.row and one.sheet == sheet.name]
    rows = {one.row for one in own} | {row for name, row in _list_linked(looked) if name == sheet.name}
    rows |= {row.number for row in sheet.rows if looked.chosen == f"{at}-{row.number}"}
    shown = [row for row in sheet.rows if row.number in rows]
    others = [row for row in sheet.rows if row.number not in rows][: max(MOST_ROWS - len(shown), 0)]
    width = max((len(row.cells) for row in sheet.rows), default=0)
    lines = [
        _line(visit, looked, at, row, width) for row in sorted([*shown, *others], key=lambda one: one.number)
    ]
    letters = tuple(letter_of(place) for place in range(width))
    name = sheet.name or looked.draft.name
    whole = tuple(
        _say_problem(visit, one)
        for one in looked.problems
        if not one.row and one.sheet == sheet.name and one.sheet
    )
    to_mend = tuple(_to_mend(visit, looked.draft, at, one) for one in group_alike(sheet, own))
    names = {sheet.name, ""} if sum(map(is_read, looked.draft.sheets)) == 1 else {sheet.name}
    count = sum(one.sheet in names for one in looked.problems)
    return SheetView(at, name, letters, tuple(lines), len(sheet.rows) - len(lines), whole, to_mend, count)


def _to_mend(visit: Visit, draft: Draft, at: int, alike: Alike) -> ToMend:
    """The problem of rows alike with these rows and their column in words, and what mends all of them."""
    problem, count = alike.problem, len(alike.rows)
    rows = visit.marks.between.join(map(str, alike.rows[:MOST_LINKS])) + (" …" if count > MOST_LINKS else "")
    where = visit.say_many("Row %(rows)s", "Rows %(rows)s", count, rows=rows)
    if problem.column:
        where = visit.say_many(
            "Row %(rows)s, %(column)s",
            "Rows %(rows)s, %(column)s",
            count,
            rows=rows,
            column=problem.column,
        )
    text = visit.say("%(place)s: %(problem)s", place=where, problem=_say_problem(visit, problem))
    column = _column_of(draft.sheets[at], problem.column) or 0
    named = ToMend(f"c-{at}-{problem.row}-{column}", text, f"{at}-{problem.row}")
    if alike.is_of_no_item:
        gone = len(find_same_item(draft, (at, problem.row)))
        return replace(
            named, deletes=visit.say("Delete all %(n)s rows of “%(item)s”", n=gone, item=alike.item)
        )
    unit, others = find_same_unit(draft, (at, problem.row)) if alike.is_of_no_unit else ("", ())
    return replace(named, unifies=_say_unit_alike(visit, alike.item, unit, len(others))) if unit else named


def _say_unit_alike(visit: Visit, item: str, unit: str, count: int) -> str:
    return visit.say_many(
        "Write %(unit)s in the other %(n)s row of “%(item)s” too",
        "Write %(unit)s in the other %(n)s rows of “%(item)s” too",
        count,
        item=item,
        unit=unit,
    )


def _list_linked(looked: Looked) -> list[Place]:
    return [place for hint in looked.hints for place in hint.rows[:MOST_LINKS]]


def show_hints(visit: Visit, looked: Looked, rules: Rulebook) -> list[ShownHint]:
    """The hints of a draft, each with the rows that it leads to and the factors to choose where it is about one."""
    numbers = {sheet.name: at for at, sheet in reversed(list(enumerate(looked.draft.sheets)))}
    several = sum(map(is_read, looked.draft.sheets)) > 1
    shown = []
    for hint in looked.hints:
        links = [
            (
                f"{numbers[name]}-{row}",
                f"{name} · {visit.say('Row %(row)s', row=row)}"
                if several
                else visit.say("Row %(row)s", row=row),
            )
            for name, row in hint.rows[:MOST_LINKS]
        ]
        factors = list_factors(looked.draft, rules, hint.line) if hint.line else ()
        choices = [
            (one.code, f"{one.name_zh if visit.language == 'zh' else one.name_en} · {one.region} {one.year}")
            for one in factors
        ]
        shown.append(
            ShownHint((hint.lead or hint.text).say(visit.language), tuple(links), hint.line, tuple(choices))
        )
    return shown


def _line(visit: Visit, looked: Looked, at: int, row: Row, width: int) -> Line:
    sheet = looked.draft.sheets[at]
    problems = [one for one in looked.problems if one.row == row.number and one.sheet == sheet.name]
    placed: dict[int, list[Problem]] = {}
    unplaced = []
    for one in problems:
        column = _column_of(sheet, one.column)
        if column is None:
            unplaced.append(_say_problem(visit, one))
        else:
            placed.setdefault(column, []).append(one)
    texts = texts_of(row.cells, max(width, max(placed, default=-1) + 1))
    boxes = tuple(_box(visit, looked, place, text, placed.get(place, ())) for place, text in enumerate(texts))
    is_open = bool(problems) or looked.chosen == f"{at}-{row.number}"
    asks = (*_asks(at, row, problems), *_ask_output(visit, looked, at, problems))
    return Line(row.number, boxes, tuple(unplaced), is_open, asks)


def _asks(at: int, row: Row, problems: Sequence[Problem]) -> tuple[Ask, ...]:
    """A question for each column that is missing, where the header row has columns of no known title."""
    columns = tuple(
        (f"{at}-{row.number}-{place}", f"{letter_of(place)} {read_text(cell)}")
        for place, cell in enumerate(row.cells)
        if cell is not None and recognise(cell, ACTIVITY) is None and read_month_title(cell) is None
    )
    missing = [one for one in problems if one.kind == "no-column"] if columns else []
    names = [name for one in missing for name in str(dict(one.values).get("fields", "")).split()]
    names = [name for name in names if name != "line"]
    return tuple(Ask(ACTIVITY.titles[name], columns, name == "month") for name in names)


def _ask_output(visit: Visit, looked: Looked, at: int, problems: Sequence[Problem]) -> Iterator[Ask]:
    """Which of several rows that end like a production is the output."""
    sheet = looked.draft.sheets[at]
    for one in problems:
        column = _column_of(sheet, one.column) if one.kind == "which-output" else None
        if column is not None:
            numbers = set(map(int, str(dict(one.values)["rows"]).split()))
            cells = [
                (f"{at}-{row.number}-{column}", f"{row.number} {read_text(row.cells[column])}")
                for row in sheet.rows
                if row.number in numbers
            ]
            yield Ask(OUTPUT.say(visit.language), tuple(cells), is_item=True)


def _box(visit: Visit, looked: Looked, place: int, text: str, problems: Sequence[Problem]) -> Box:
    kinds = {one.kind for one in problems}
    said = tuple(_say_problem(visit, one) for one in problems)
    if kinds & _OF_COLUMNS:
        return _title_box(visit, looked, Box(place, text, said), problems)
    if not kinds & NO_ITEM:
        return Box(place, text, said, offered=_list_units(problems))
    more = tuple(_say_problem(visit, one) for one in problems if _is_said_in_full(one))
    near, others = _list_choices(visit, looked, text)
    return Box(place, text, more or (visit.say("No item of the template is called so."),), near, others)


def _is_said_in_full(problem: Problem) -> bool:
    """Whether a row that names no item says more than that beside the items to choose."""
    return problem.kind in NO_ITEM - {"unknown-line"} or str(dict(problem.values).get("maker", "")) != ""


def _title_box(visit: Visit, looked: Looked, box: Box, problems: Sequence[Problem]) -> Box:
    """A title that names no item: the items to choose, each with the unit that the title states."""
    name = next(str(values["item"]) for one in problems if "item" in (values := dict(one.values)))
    unit = read_item_title(box.text, name.__eq__).unit
    near, others = (
        tuple((f"{item}({unit})" if unit else item, shown) for item, shown in choices)
        for choices in _list_choices(visit, looked, name)
    )
    left_out = f"{NOT_READ[0 if visit.language == 'zh' else 1]} {box.text}"
    return replace(box, near=near, others=others, left_out=left_out)


def _list_units(problems: Sequence[Problem]) -> tuple[str, ...]:
    """Each unit that would do where one is missing or wrong, in a title behind its item."""
    found = next((values for one in problems if (values := dict(one.values)).get("units")), None)
    if found is None:
        return ()
    units = str(found["units"]).split(", ")
    return tuple(f"{found['item']}({one})" for one in units) if "item" in found else tuple(units)


def _list_choices(visit: Visit, looked: Looked, text: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The items that a name may stand for, the nearest and the others, as a cell names each and as it is shown.

    A part of the row above stays called one.
    """
    near = find_near(text, looked.category) if text else ()
    of_which = "" if find_part(text) is None else OF_WHICH.say(visit.language)
    named = {line.code: _name_item(visit, looked, line, of_which) for line in looked.category.lines}
    output = (of_which + OUTPUT.say(visit.language), OUTPUT.say(visit.language))
    is_made = names_output(text, looked.category)
    return (
        (*([output] if is_made else []), *(named[line.code] for line in near)),
        (
            *([] if is_made else [output]),
            *(named[line.code] for line in looked.category.lines if line not in near),
        ),
    )


def _name_item(visit: Visit, looked: Looked, line: TemplateLine, of_which: str) -> tuple[str, str]:
    """An item as a cell names it, and as it is shown."""
    name, shown = name_line(looked.category, line.code), name_choice(line, looked.factors)
    return of_which + name.say(visit.language), shown.say(visit.language)


def _say_problem(visit: Visit, problem: Problem) -> str:
    """What was found, what is expected and what to do; where it is, the reader sees."""
    found, expected, advice = problem.words(visit.language)
    if not expected:
        return visit.say("%(found)s. %(advice)s.", found=found, advice=advice)
    return visit.say(
        "Found %(found)s; expected %(expected)s. %(advice)s.", found=found, expected=expected, advice=advice
    )


def _column_of(sheet: Sheet, title: str) -> int | None:
    """The column whose title a problem names, with its letter where it is one of several, in the top rows where titles
    stand; the one of that letter where it has none."""
    for row in sheet.rows[:_TITLES_WITHIN_ROWS]:
        for place, cell in enumerate(row.cells):
            text = " ".join(read_text(cell).split())
            if isinstance(cell, str) and title in (text, f"{letter_of(place)} {text}"):
                return place
    return next((place for place in range(MAX_COLUMNS) if letter_of(place) == title), None)


def texts_of(cells: Sequence[Cell], width: int) -> list[str]:
    """Cells as text, as many as the sheet is wide."""
    return [*map(read_text, cells), *[""] * (width - len(cells))]

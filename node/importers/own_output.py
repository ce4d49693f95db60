"""Production under a name of the file's own, such as 碳酸锂产量, where no other row states it.

The one fact: of two such names none is taken for the output; which of them it is, is asked once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from method.activity import OUTPUT_LINE
from node.importers.columns import ACTIVITY
from node.importers.hints import Hint
from node.importers.item_names import looks_made, names_output
from node.importers.problem import ProblemList, quote
from node.importers.rows import Table, find_name, is_output, list_named
from node.importers.sheets import Row
from node.importers.views import RowView
from node.language import Phrase


def take_own_output(tables: Sequence[Table], problems: ProblemList) -> tuple[Hint, ...]:
    """Let the only name that ends like a production mean the output, where no row states that; say which it is.

    Of several names, or of others that only look like a production, it is asked which is the output, in place of
    saying of each that it names no item.
    """
    rows = [(table, row) for table in tables for row in table.sheet.rows]
    if any(is_output(table, row) for table, row in rows):
        return ()
    unknown: dict[str, tuple[Table, Row]] = {}
    for table, row in rows:
        name = find_name(table, row)
        if looks_made(name) and table.rules.find_line(name) is None:
            unknown.setdefault(name, (table, row))
    names = {name: place for name, place in unknown.items() if names_output(name, place[0].rules.category)}
    if len(names) != 1:
        _ask_which(names or unknown, problems)
        return ()
    ((name, (table, _)),) = names.items()
    table.rules.called[name] = (OUTPUT_LINE,)
    text = Phrase(
        f"{quote(name)} is taken for the production output: no other row states it",
        f"“{name}”按本产品的产量计入：没有其他产量行",
    )
    return (Hint(text, list_named(tables, name)),)


def _ask_which(names: Mapping[str, tuple[Table, Row]], problems: ProblemList) -> None:
    """Note at the first row of such a name, in each sheet that names its items in rows, that one is the output."""
    in_rows = {name: place for name, place in names.items() if not place[0].header.heads}
    for sheet in dict.fromkeys(table.sheet.name for table, _ in in_rows.values()):
        own = {name: place for name, place in in_rows.items() if place[0].sheet.name == sheet}
        table, first = min(own.values(), key=lambda place: place[1].number)
        view = RowView(table.sheet, table.header, ACTIVITY, first, problems)
        said = Phrase(", ".join(map(quote, own)), "、".join(f"“{name}”" for name in own))
        rows = " ".join(str(row.number) for _, row in own.values())
        view.note("line" if view.cell("line") is not None else "name", "which-output", names=said, rows=rows)
        table.rules.asked.update(own)

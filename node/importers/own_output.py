"""Production under a name of the file's own, such as 碳酸锂产量, where no other row states it.

The one fact: of two such names none is taken for the output; they are asked about.
"""

from __future__ import annotations

from collections.abc import Sequence

from method.activity import OUTPUT_LINE
from node.importers.hints import Hint
from node.importers.item_names import names_output
from node.importers.problem import quote
from node.importers.rows import Table, find_name, is_output, list_named
from node.language import Phrase


def take_own_output(tables: Sequence[Table]) -> tuple[Hint, ...]:
    """Let the only name that ends like a production mean the output, where no row states that; say which it is."""
    rows = [(table, row) for table in tables for row in table.sheet.rows]
    names = {
        name: table.rules
        for table, row in rows
        if names_output(name := find_name(table, row), table.rules.category)
        and table.rules.find_line(name) is None
    }
    if len(names) != 1 or any(is_output(table, row) for table, row in rows):
        return ()
    ((name, rules),) = names.items()
    rules.called[name] = (OUTPUT_LINE,)
    text = Phrase(
        f"{quote(name)} is taken for the production output: no other row states it",
        f"“{name}”按本产品的产量计入：没有其他产量行",
    )
    return (Hint(text, list_named(tables, name)),)

"""What a form of a pack model holds, read back into a draft: nothing that was typed is lost, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from method.exact import encode_decimal
from node.importers.bill import clean_cell, with_written
from node.importers.cells import BadCell, read_number
from node.importers.unit_names import is_mass
from node.maker.item_codes import with_name
from node.maker.pack_drafts import LONGEST, MODEL_FIELDS, MOST_ROWS, OWN_FIELDS, ROW_FIELDS, PackDraft

_TIMES = re.compile(r"([0-9.,]+)\s*[×xX*]\s*([0-9.,]+)\s*([^\W\d]{0,2})")
"""So many times so much, such as 96 × 3.9 kg."""
_CELL = re.compile(r"r([0-9]{1,4})\.([a-z_]{1,20})")


async def _read(request: Request) -> dict[str, str]:
    form: FormData = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


Typed = Annotated[dict[str, str], Depends(_read)]
"""Every text of a form by name."""


def with_typed(draft: PackDraft, typed: Mapping[str, str]) -> PackDraft:
    """The draft as the form has it, rows in their places. What a form does not have stays as it is."""
    fields = {name: typed[name].strip()[:LONGEST] for name in MODEL_FIELDS if name in typed}
    return replace(
        draft,
        fields={**draft.fields, **fields},
        rows=_rows(typed) if "rows" in typed else draft.rows,
    )


def _rows(typed: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    found: dict[int, dict[str, str]] = {}
    for name, value in typed.items():
        place = _CELL.fullmatch(name)
        if place is not None and place[2] in (*ROW_FIELDS, *OWN_FIELDS) and int(place[1]) < MOST_ROWS:
            row = found.setdefault(int(place[1]), dict.fromkeys(ROW_FIELDS, ""))
            row[place[2]] = clean_cell(place[2], value.strip()[:LONGEST])
    items = {number: typed.get(f"r{number}.item", "").strip()[:LONGEST] for number in found}
    rows = {number: with_written(row, items[number]) for number, row in found.items()}
    return tuple(_multiply(_named(rows[number], items[number])) for number in sorted(rows))


def _multiply(row: dict[str, str]) -> dict[str, str]:
    """The row, a quantity typed as a number times a mass as that mass, in the unit beside it, else in the row's.

    What is no mass stays as typed.
    """
    product = _TIMES.fullmatch(row.get("quantity", ""))
    if product is None:
        return row
    unit = clean_cell("unit", product[3])
    try:
        count, one = (read_number(product[at]) for at in (1, 2))
    except BadCell:
        return row
    unit = unit or row["unit"]
    return {**row, "quantity": encode_decimal(count * one), "unit": unit} if is_mass(unit) else row


def _named(row: dict[str, str], item: str) -> dict[str, str]:
    """The row as `with_name` has it; of one that was emptied nothing stays."""
    return with_name(row, item) if any(row.get(name) for name in ("name", *ROW_FIELDS)) else {}

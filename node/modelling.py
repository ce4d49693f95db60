"""What a pack maker does with its models before it asks: take files over, complete rows from the directory, request.

The one fact: what is filled in here was declared by the supplier itself; nothing that the maker typed is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from node.bills import need_pack
from node.directory import Directory, Offer, only_one
from node.importers.bill import read_bill
from node.importers.problem import ImportProblems
from node.organisation import Node
from node.pack_drafts import MODEL_FIELDS, ROW_FIELDS, PackDraft, find_model, keep_draft, new_draft
from node.requesting import Prepared, Terms, request_calculation

FIRST_FIELDS = {
    "method": "mee-2025-cff",
    "boundary": "partial",
    "mass_tolerance": "0.01",
    "vehicle_category": "M1",
}
"""What a new model starts with."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one uploaded file: the draft, or the problems with it."""

    name: str
    draft: PackDraft | None
    problems: ImportProblems | None = None


def take_file(
    node: Node, directory: Directory, upload: tuple[str, bytes], into: PackDraft | None = None
) -> Taken:
    """Take an uploaded file over: as a new model, as the next version of the one with its code, or `into` a draft.

    A table has rows only, so the fields of a draft stay; a pack.toml has both.
    """
    name, data = upload
    try:
        read = read_bill(name, data)
    except ImportProblems as problems:
        return Taken(name, None, problems)
    fields = {key: value for key, value in read.fields.items() if key in MODEL_FIELDS}
    code = fields.get("model") or PurePath(name).stem[:80]
    base = into or find_model(node, code) or replace(new_draft(node), fields={**FIRST_FIELDS, "model": code})
    rows = tuple(complete_row(row, directory.offers(node)) for row in read.rows)
    made = replace(
        base,
        fields={**base.fields, **fields},
        rows=rows,
        stated={**base.stated, **read.stated},
        source=name[:200],
    )
    return Taken(name, keep_draft(node, made))


def complete_row(row: Mapping[str, str], offers: Iterable[Offer]) -> dict[str, str]:
    """The row, its empty cells filled from the one declaration that it can mean; a row that names none stays."""
    kept = {name: row.get(name, "") for name in ROW_FIELDS}
    if kept["default_factor"] or not kept["product"]:
        return kept
    newest: dict[tuple[str, str], Offer] = {}
    for one in offers:
        if one.product == kept["product"] and kept["legal_entity"] in ("", one.legal_entity):
            newest[one.legal_entity, one.category] = one
    offer = only_one(list(newest.values()))
    return kept if offer is None else _fill(kept, offer)


def _fill(row: dict[str, str], offer: Offer) -> dict[str, str]:
    known = {
        "item": offer.product,
        "legal_entity": offer.legal_entity,
        "category": offer.category,
        "unit": offer.unit,
        "stage": offer.stages[0] if len(offer.stages) == 1 else "",
    }
    return {name: value or known.get(name, "") for name, value in row.items()}


def row_of(offer: Offer, row: Mapping[str, str] | None = None) -> dict[str, str]:
    """A row for a declared product: a new one, or an existing one with its supplier and product replaced."""
    kept = {name: (row or {}).get(name, "") for name in ROW_FIELDS}
    chosen = {"product": offer.product, "legal_entity": offer.legal_entity, "category": offer.category}
    return _fill({**kept, **chosen, "default_factor": ""}, offer)


def request_draft(node: Node, draft: PackDraft, terms: Terms) -> Prepared:
    """Sign and store the request for a draft, as `sealsum node request` does for a file. Sending comes after."""
    return request_calculation(node, need_pack(draft), terms)

"""What the buttons on the table of a bill of materials do to its rows, by the names that they have in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from node.importers.bill import show_item
from node.library import Library
from node.maker.directory import Offer
from node.maker.doubts import find_unlike
from node.maker.item_codes import with_codes
from node.maker.merging import find_alike, merge_alike
from node.maker.modelling import complete_row, row_of
from node.maker.pack_drafts import PackDraft
from node.maker.parts import resolve_parts
from node.maker.pieces import weigh_pieces
from node.maker.suggesting import find_single, suggest_offers
from protocol.errors import Refused

BUTTONS = frozenset({"remove", "agree", "agree_all", "offer", "take", "take_all", "merge"})
"""`take` holds the row and the declaration, `offer` the declaration alone and `into` beside it the row, "" for a new
one, the others the row; `take_all` and `agree_all` nothing."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A product that was put into a row, and what stood there: the row's name and its product, "" for none."""

    product: str
    name: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The draft afterwards, without empty rows. `row`: the one that was changed, None where that is no single one;
    `taken`: how many took the only product that was offered there; `goes_on`: whether one came from the row itself to
    find its product, so that the next one is looked for."""

    draft: PackDraft
    row: int | None = None
    taken: int = 0
    pick: Pick | None = None
    goes_on: bool = False


def press(draft: PackDraft, typed: Mapping[str, str], offers: Sequence[Offer], library: Library) -> Pressed:
    """Complete the rows, then do what the pressed button says; Refused("declaration") where that is known no more."""
    draft = replace(draft, rows=tuple(complete_row(row, offers) for row in draft.rows))
    pressed = _press(draft, typed, offers, library)
    rows, row = pressed.draft.rows, pressed.row
    kept = [number for number, one in enumerate(rows) if any(one.values())]
    full = resolve_parts(weigh_pieces([rows[number] for number in kept], library), offers)
    changed = with_codes(replace(pressed.draft, rows=full))
    return replace(pressed, draft=changed, row=kept.index(row) if row in kept else None)


def _press(draft: PackDraft, typed: Mapping[str, str], offers: Sequence[Offer], library: Library) -> Pressed:
    if "take_all" in typed:
        single = find_single(draft.rows, suggest_offers(draft.rows, offers, draft.value("chemistry")))
        rows = [_agree(row_of(single[at], row)) if at in single else row for at, row in enumerate(draft.rows)]
        return Pressed(replace(draft, rows=tuple(rows)), None, len(single))
    if "agree_all" in typed:
        unlike = find_unlike(draft, offers)
        rows = [_agree(row) if at in unlike else row for at, row in enumerate(draft.rows)]
        return Pressed(replace(draft, rows=tuple(rows)))
    row = _row(draft, typed.get("merge", ""))
    if row is not None:
        alike = [one for one in find_alike(draft.rows, library) if row in one.rows]
        merged = [merge_alike(draft, one, find_unlike(draft, offers)) for one in alike]
        return Pressed(merged[0], row) if merged else Pressed(draft, row)
    row = _row(draft, typed.get("remove", ""))
    if row is not None:
        return Pressed(_with_row(draft, row, {}))
    row = _row(draft, typed.get("agree", ""))
    if row is not None:
        return Pressed(_with_row(draft, row, _agree(draft.rows[row])), row)
    if "offer" in typed or "take" in typed:
        return _take(draft, typed, offers)
    return Pressed(draft)


def _take(draft: PackDraft, typed: Mapping[str, str], offers: Sequence[Offer]) -> Pressed:
    """What is taken at its row is agreed to there; of what was found elsewhere the name is still looked at."""
    into, declaration = typed.get("into", ""), typed.get("offer", "")
    if "take" in typed:
        into, _, declaration = typed["take"].partition(".")
    offer = next((one for one in offers if one.declaration == declaration), None)
    if offer is None:
        raise Refused("declaration", "this declaration is not known here any more; search again")
    row = _row(draft, into)
    if row is None:
        made = replace(draft, rows=(*draft.rows, row_of(offer)))
        return Pressed(made, len(draft.rows), pick=Pick(offer.product))
    old, new = draft.rows[row], row_of(offer, draft.rows[row])
    product, before = old.get("product", ""), old.get("name") or show_item(old) or old.get("product", "")
    pick = Pick(offer.product, before, product if product != offer.product else "")
    made = _with_row(draft, row, _agree(new) if "take" in typed else new)
    return Pressed(made, row, pick=pick, goes_on="offer" in typed and typed.get("linked") == into)


def _agree(row: Mapping[str, str]) -> Mapping[str, str]:
    """The row, its product being what its own name means."""
    return {**row, "agreed": row["product"]} if row.get("name") else row


def _row(draft: PackDraft, text: str) -> int | None:
    """The row that a button names, None where it names none."""
    return int(text) if text.isdigit() and int(text) < len(draft.rows) else None


def _with_row(draft: PackDraft, number: int, row: Mapping[str, str]) -> PackDraft:
    return replace(draft, rows=(*draft.rows[:number], row, *draft.rows[number + 1 :]))

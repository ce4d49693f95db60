"""How the masses of a bill of materials add up while one is still typing, and what its maker is to know of it.

The one fact: a row counts where it says what it is part of; one that says nothing is in no sum, so a gap may mean that
only that is to be filled in. What is not in the pack (its transport, what is used up further up the chain) rightly says
nothing. A row without a mass of its own, such as a module, weighs what its parts do.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from method.errors import MethodError
from method.fields import read_decimal
from method.pack import DEFAULT_TOLERANCE, PACK, BomEntry, sum_parts, weigh_entries
from method.rules import STAGES
from method.units import parse_unit
from node.importers.bill import show_item
from node.importers.unit_names import is_mass
from node.language import Phrase
from node.library import Library
from node.maker.bills import Row, read_mass, read_tolerance
from node.maker.pack_drafts import PackDraft
from node.maker.upstream import is_used_up

UNPLACED = Phrase(
    "No row says what it is part of, so the masses cannot be checked yet. Write “pack” into the column “Part of” where "
    "something is built into the pack whole, such as cells, enclosure and BMS.",
    "没有一行填了“上级”，质量还没法核对。电芯、壳体、BMS 等直接装进电池包的，请在“上级”一列填 pack。",
)
UNBALANCED = Phrase(
    "The masses do not add up; a verifier will ask. Check the quantities; if they are right, raise the tolerance and "
    "write the reason beside it.",
    "质量不平衡，核查时会被问到。请核对用量；确实如此的，放宽容差，并在旁边写明理由。",
)
UNREASONED = Phrase(
    "The masses add up only within your wider tolerance; a verifier will ask. Write the reason beside it.",
    "质量按放宽的容差才平衡，核查时会被问到。请在容差旁边写明理由。",
)
_MOST_NAMED = 4
_PIECE = "piece"
_IN_THE_PACK = ("", *STAGES[:2])
"""Stages whose masses may be in the pack; "" is one that is not chosen yet."""


@dataclass(frozen=True, slots=True, repr=False)
class Balance:
    """One component: its stated mass and the sum of its parts in kg, None while the stated one cannot be read.

    `parts`: the items whose masses stand for one that has no mass of its own, which is never out of balance.
    """

    component: str
    stated_kg: Fraction | None
    summed_kg: Fraction
    tolerance: Fraction
    parts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Balance(component={self.component!r}, <redacted>)"

    @property
    def is_within(self) -> bool:
        """Whether the two agree within the tolerance."""
        return bool(self.parts) or (
            self.stated_kg is not None
            and abs(self.summed_kg - self.stated_kg) <= self.tolerance * self.stated_kg
        )


def weigh_draft(draft: PackDraft) -> list[Balance]:
    """The mass balance of what can be read so far; rows that cannot are left out."""
    entries = _read_entries(draft.rows)
    try:
        tolerance = read_tolerance(draft)
    except MethodError:
        tolerance = DEFAULT_TOLERANCE
    try:
        stated: Fraction | None = read_mass(draft)
    except MethodError:
        stated = None
    return [
        Balance(component, stated if component == PACK else mass, summed, tolerance)
        if component == PACK or mass is not None
        else Balance(component, None, summed, tolerance, _list_parts(component, entries))
        for component, mass, summed in sum_parts(stated or Fraction(0), entries)
    ]


def _list_parts(component: str, entries: list[BomEntry]) -> tuple[str, ...]:
    return tuple(entry.item for entry in entries if entry.part_of == component)


def doubt_balance(draft: PackDraft, library: Library) -> Phrase | None:
    """Why the masses do not add up, as far as it shows; None where they do, or while the pack's mass is missing."""
    weighed = [one for one in weigh_draft(draft) if one.stated_kg is not None]
    if all(one.is_within for one in weighed):
        usual = all(replace(one, tolerance=DEFAULT_TOLERANCE).is_within for one in weighed)
        return None if usual or draft.value("mass_reason").strip() else UNREASONED
    if not any(row.get("part_of") for row in draft.rows):
        return UNPLACED
    sums = {one.component for one in weigh_draft(draft) if one.parts}
    left = [
        _name_row(row, number) for number, row in enumerate(draft.rows) if _is_unplaced(row, sums, library)
    ]
    wrong = [
        _name_row(row, number)
        for number, row in enumerate(draft.rows)
        if row.get("part_of") and _is_never_in(row, library)
    ]
    if wrong:
        english, chinese = _list_names(wrong)
        return Phrase(
            f"The masses do not add up. Used up further up the chain, or not in the pack: {english}. Empty “Part of” "
            "there.",
            f"质量不平衡。在上游用掉的，或不在电池包里的，不填“上级”；请清空：{chinese}。",
        )
    pack = weighed[0]
    if not left or pack.is_within or pack.summed_kg > (pack.stated_kg or 0):
        return UNBALANCED
    english, chinese = _list_names(left)
    return Phrase(
        f"The masses do not add up. Not counted, since “Part of” is empty: {english}. Fill it in where the material "
        "ends up in the pack; what is used up further up the chain stays empty.",
        f"质量不平衡。没填“上级”、所以没算进去的：{chinese}。最终装在电池包里的请填上级；只在上游用掉的留空。",
    )


def _is_unplaced(row: Row, sums: Container[str], library: Library) -> bool:
    """`sums`: the items without a mass of their own that weigh what their parts do."""
    return (
        not row.get("part_of")
        and (is_mass(row.get("unit", "")) or row.get("item", "") in sums)
        and not _is_never_in(row, library)
    )


def _is_never_in(row: Row, library: Library) -> bool:
    """Whether a row's mass is in no pack as such: used up further up the chain, or of a stage after it is made."""
    return row.get("stage", "") not in _IN_THE_PACK or is_used_up(row, library)


def leave_upstream(rows: Iterable[Row], library: Library) -> list[dict[str, str]]:
    """The rows; what is in no pack as such, and what is below it, is part of nothing: making it loses mass."""
    placed = [dict(row) for row in rows]
    gone = {row["item"] for row in placed if _is_never_in(row, library)} - {""}
    while fresh := [
        row for row in placed if row["part_of"] and not gone.isdisjoint({row["item"], row["part_of"]})
    ]:
        gone |= {row["item"] for row in fresh} - {""}
        for row in fresh:
            row["part_of"] = ""
    return placed


def _list_names(names: Sequence[str]) -> tuple[str, str]:
    """The first of them, and how many there are, in English and in Chinese."""
    english, chinese = ", ".join(names[:_MOST_NAMED]), "、".join(names[:_MOST_NAMED])
    if len(names) <= _MOST_NAMED:
        return english, chinese
    return f"{english} and {len(names) - _MOST_NAMED} more", f"{chinese}等 {len(names)} 行"


def _name_row(row: Row, number: int) -> str:
    return row.get("name") or show_item(row) or str(number + 1)


def _read_entries(rows: Iterable[Row]) -> list[BomEntry]:
    """The rows that can be read; one that has no mass and no parts with one is part of nothing."""
    entries = [entry for entry in map(_read_weighed, rows) if entry is not None]
    masses = weigh_entries(entries)
    return [
        entry if is_mass(entry.unit) or entry.item in masses else replace(entry, part_of="")
        for entry in entries
    ]


def _read_weighed(row: Row) -> BomEntry | None:
    """The row, as a piece where it says no mass; one whose mass cannot be read is left out."""
    unit, quantity = _PIECE, Fraction(1)
    if is_mass(row.get("unit", "")) and row.get("quantity", "").strip():
        try:
            unit, quantity = parse_unit(row["unit"]).name, read_decimal(row, "quantity", PACK)
        except MethodError:
            return None
    return BomEntry(row.get("item", ""), "", "", "", "", quantity, unit, "", row.get("part_of", ""))

"""What the models that are here already say of the materials of a new one: the same code or name, the same product.

The one fact: it was agreed to before, so it is filled in; but only what a file leaves open, and only a product that its
supplier has declared. What a file says stays, save a supplier's name, which becomes its legal entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from method.pack import PACK
from node.importers.unit_names import is_mass
from node.maker.bills import Row
from node.maker.directory import Offer
from node.maker.pack_drafts import PackDraft, is_by_default

_FILLED = ("product", "category", "stage", "unit")


@dataclass(frozen=True, slots=True)
class Known:
    """By row, what stands for its material in the model of this code."""

    rows: Mapping[int, tuple[str, Row]] = field(default_factory=dict, repr=False)

    @property
    def models(self) -> list[str]:
        """The models that something was taken from."""
        return list(dict.fromkeys(model for model, _ in self.rows.values() if model))


def find_known(rows: Sequence[Row], earlier: Iterable[PackDraft], offers: Iterable[Offer]) -> Known:
    """The rows that name no product and whose code, else whose name, stands in one of the earlier models.

    There it has a declared product that the row does not contradict; the first of these models counts.
    """
    declared = {(one.legal_entity, one.product): one for one in offers}
    codes, names = _index(earlier, declared)
    found = {}
    for number, row in enumerate(rows):
        code, name = row.get("item", ""), row.get("name", "").casefold()
        known = codes.get(code) if code in codes else names.get(name)
        if known is not None and _fits(
            row, known[1], declared[known[1]["legal_entity"], known[1]["product"]]
        ):
            found[number] = known
    return Known(found)


def _index(
    earlier: Iterable[PackDraft], declared: Mapping[tuple[str, str], Offer]
) -> tuple[dict[str, tuple[str, Row]], dict[str, tuple[str, Row]]]:
    """By code and by name. A name that one model gives to several products says nothing."""
    codes: dict[str, tuple[str, Row]] = {}
    names: dict[str, tuple[str, Row]] = {}
    for draft in earlier:
        named: dict[str, dict[tuple[str, str], Row]] = {}
        for row in draft.rows:
            key = row.get("legal_entity", ""), row.get("product", "")
            if key in declared:
                codes.setdefault(row.get("item", ""), (draft.model, row))
                named.setdefault(row.get("name", "").casefold(), {}).setdefault(key, row)
        for name, some in named.items():
            if len(some) == 1:
                names.setdefault(name, (draft.model, next(iter(some.values()))))
    codes.pop("", None)
    names.pop("", None)
    return codes, names


def _fits(row: Row, known: Row, offer: Offer) -> bool:
    supplier = row.get("legal_entity", "")
    return (
        not row.get("product")
        and not is_by_default(row)
        and row.get("category", "") in ("", known.get("category"))
        and (supplier in ("", offer.legal_entity) or offer.is_by(supplier))
    )


def carry_over(rows: Sequence[Row], known: Known) -> list[dict[str, str]]:
    """The rows with what is known of them in their empty cells, but for what they are part of."""
    carried, codes = [dict(row) for row in rows], {row.get("item", "") for row in rows}
    for number, (_, one) in known.rows.items():
        row = carried[number]
        row |= {name: row.get(name) or one.get(name, "") for name in _FILLED}
        row["legal_entity"] = one["legal_entity"]
        if one.get("agreed") == one["product"]:
            row["agreed"] = one["product"]
        if not row.get("item") and one.get("item", "") not in codes:
            row["item"] = one["item"]
            codes.add(row["item"])
    return carried


def carry_parts(rows: Sequence[Mapping[str, str]], known: Known) -> tuple[dict[str, str], ...]:
    """The rows with a mass that do not say what they are part of, with what is known of that where it exists here."""
    items = {PACK, *(row.get("item", "") for row in rows)} - {""}
    placed = [dict(row) for row in rows]
    for number, (_, one) in known.rows.items():
        row, above = placed[number], one.get("part_of", "")
        if not row.get("part_of") and above in items - {row.get("item")} and is_mass(row.get("unit", "")):
            row["part_of"] = above
    return tuple(placed)

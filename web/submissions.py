"""What a submission to the factor library says, field by field, in words: for the node's pages and the console's.

The one fact: nothing is left out that an expert judges by but the lines of a template, which pages list themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from method.exact import encode_decimal
from method.factor import KG_FIELDS
from method.rules import STAGE_NAMES
from protocol.shelf import Item
from web.languages import mark
from web.numbers import show_unit
from web.visits import Visit

FIELDS: dict[str, str] = {
    "code": mark("Code"),
    "version": mark("Version"),
    "name_zh": mark("Name in Chinese"),
    "name_en": mark("Name in English"),
    "classification": mark("Kind of factor"),
    "total": mark("Value"),
    "biogenic": mark("Biogenic part"),
    "land_use": mark("Land use part"),
    "region": mark("Region"),
    "year": mark("Year"),
    "valid_from": mark("Valid from"),
    "valid_to": mark("Valid until"),
    "system_boundary": mark("System boundary"),
    "gwp_set": mark("Warming potentials"),
    "basis": mark("Basis"),
    "grade": mark("Grade of the source"),
    "scores": mark("Data quality, 1 is best"),
    "source": mark("Source"),
    "status": mark("How the value was come by"),
    "licence": mark("Licence"),
    "owner": mark("Owner of the data"),
    "note": mark("Note"),
    "declared_unit": mark("Declared unit"),
    "stages": mark("Stages"),
    "quantity": mark("Plausible quantity"),
}
WORDS: dict[str, str] = {
    "energy": mark("energy"),
    "material": mark("material"),
    "transport": mark("transport"),
    "waste": mark("waste treatment"),
    "process": mark("process"),
    "published": mark("published by its source"),
    "derived": mark("derived from published values"),
    "assumption": mark("assumption"),
    "cradle_to_gate": mark("cradle to gate"),
    "life_cycle": mark("life cycle"),
    "direct": mark("direct emissions only"),
    "well_to_wheel": mark("well to wheel"),
    "gate_to_gate": mark("gate to gate"),
    "end_of_life": mark("end of life"),
    "unknown": mark("not stated"),
    "primary_measured": mark("primary data, measured"),
    "primary_calculated": mark("primary data, calculated"),
    "supplier_verified": mark("supplier's, verified"),
    "province": mark("provincial value"),
    "country": mark("national value"),
    "literature_cn": mark("literature from China"),
    "foreign": mark("foreign value"),
    "LHV": mark("lower heating value"),
    "HHV": mark("higher heating value"),
    "anhydrous": mark("anhydrous"),
    "monohydrate": mark("monohydrate"),
    "dihydrate": mark("dihydrate"),
    "trihydrate": mark("trihydrate"),
    "tetrahydrate": mark("tetrahydrate"),
    "pentahydrate": mark("pentahydrate"),
    "hexahydrate": mark("hexahydrate"),
    "heptahydrate": mark("heptahydrate"),
    "dry": mark("dry"),
    "wet": mark("wet"),
}
SCORES: dict[str, str] = {
    "technology": mark("technology"),
    "time": mark("time"),
    "geography": mark("geography"),
}
_CODED = frozenset({"classification", "system_boundary", "gwp_set", "basis", "grade", "status"})


def describe_submission(visit: Visit, payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of the fields of a factor or category, as its statement has them, in the reader's language."""
    fields = dict(payload)
    if "quantity_low" in fields:
        low, high = (_thousandths(fields[name]) for name in ("quantity_low", "quantity_high"))
        fields["quantity"] = f"{low} – {high} {fields['declared_unit']}/kWh"
    found = [(title, _say(visit, fields, name)) for name, title in FIELDS.items() if name in fields]
    return [(visit.say(title), value) for title, value in found if value]


def describe_changes(
    visit: Visit, items: Iterable[Item], item: Item
) -> tuple[Item, list[tuple[str, str]]] | None:
    """The published version among these that a submission would replace, and what it says otherwise: (field, "there →
    here"); None when there is none."""
    same = [
        one
        for one in items
        if (one.payload.type, one.payload.code) == (item.payload.type, item.payload.code)
        and one.publication is not None
        and one.payload.version < item.payload.version
    ]
    if not same:
        return None
    before = max(same, key=lambda one: one.payload.version)
    old, new = (
        dict(describe_submission(visit, one.payload.model_dump(mode="json"))) for one in (before, item)
    )
    fields = (field for field in {**new, **old} if old.get(field) != new.get(field))
    changed = [field for field in fields if field != visit.say("Version")]
    return before, [(field, f"{old.get(field, '–')} → {new.get(field, '–')}") for field in changed]


def _thousandths(text: str) -> str:
    return encode_decimal(Fraction(int(text), 1000))


def _say(visit: Visit, fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if value is None or value == "":
        return ""
    if name in KG_FIELDS:
        return f"{value} kgCO₂e/{show_unit(fields['unit'])}" if name == "total" or Fraction(value) else ""
    if name == "scores":
        return visit.marks.between.join(f"{visit.say(SCORES[one])} {score}" for one, score in value.items())
    if name == "stages":
        return visit.marks.between.join(
            STAGE_NAMES[stage][0 if visit.language == "zh" else 1] for stage in value
        )
    return visit.say(WORDS.get(value, value)) if name in _CODED else str(value)

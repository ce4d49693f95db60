"""What a submission to the factor library says, field by field, in words: for the node's pages and the console's.

The one fact: nothing is left out that an expert judges by; the lines of a template are web/template_lines.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from method.category import REFERENCE_UNIT
from method.exact import encode_decimal
from method.factor import KG_FIELDS
from method.rules import STAGE_NAMES
from protocol.payloads import Category, Factor
from protocol.shelf import Item
from web.factor_words import FIELDS, INDICATORS, SCORES, WORDS
from web.numbers import show_unit
from web.template_lines import compare_lines
from web.visits import Visit

_TELLING = ("total", "system_boundary", "region", "year", "status", "source", "note")
"""What of a factor tells first whether it is of what a line asks for."""
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
    """The version among these that was published last, before a submission that is published itself, and what that
    submission says otherwise: (field, "there → here"); None when there is none."""
    same = [
        one
        for one in items
        if (one.payload.type, one.payload.code) == (item.payload.type, item.payload.code)
        and one.publication is not None
        and one.id != item.id
        and (item.publication is None or one.payload.version < item.payload.version)
    ]
    if not same:
        return None
    before = max(same, key=lambda one: one.payload.version)
    return before, compare_submissions(
        visit, *(one.payload.model_dump(mode="json") for one in (before, item))
    )


def describe_added(
    visit: Visit, items: Iterable[Item], before: Item, item: Item
) -> list[tuple[str, str, str]]:
    """(submission, title, in words) of the factors, the newest version among these of each, whose codes the lines of a
    category name and those of the version before do not: what a line comes to accept is judged by them."""
    found = []
    for one in _list_added(items, before, item):
        fields = one.payload.model_dump(mode="json")
        name = fields["name_zh"] if visit.language == "zh" else fields["name_en"]
        told = [_say(visit, fields, field) for field in _TELLING]
        said = visit.marks.semicolon.join(filter(None, told))
        found.append((one.id, f"{one.payload.code} {one.payload.version} · {name}", said))
    return found


def _list_added(items: Iterable[Item], before: Item, item: Item) -> list[Item]:
    old, new = (_codes_named(one) for one in (before, item))
    newest: dict[str, Item] = {}
    for one in items:
        payload = one.payload
        if isinstance(payload, Factor) and payload.code in new - old:
            known = newest.get(payload.code)
            if known is None or known.payload.version < payload.version:
                newest[payload.code] = one
    return [newest[code] for code in sorted(newest)]


def _codes_named(item: Item) -> set[str]:
    lines = item.payload.lines if isinstance(item.payload, Category) else ()
    return {code for line in lines for code in (*line.accepts, line.default_factor)}


def compare_submissions(
    visit: Visit, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """(name, "there → here") of what two versions say otherwise, but for their number."""
    old, new = (dict(describe_submission(visit, one)) for one in (before, after))
    fields = (field for field in {**new, **old} if old.get(field) != new.get(field))
    changed = [field for field in fields if field != visit.say("Version")]
    told = [(field, f"{old.get(field, '–')} → {new.get(field, '–')}") for field in changed]
    return told + compare_lines(visit, before.get("lines", ()), after.get("lines", ()))


def _thousandths(text: str) -> str:
    return encode_decimal(Fraction(int(text), 1000))


def _say(visit: Visit, fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if value is None or value == "":
        return ""
    if name in KG_FIELDS:
        return f"{value} kgCO₂e/{show_unit(fields['unit'])}" if name == "total" or Fraction(value) else ""
    if name == "reference":
        total, *parts = (encode_decimal(Fraction(int(one), REFERENCE_UNIT)) for one in value)
        told = (f"{visit.say(word)} {part}" for word, part in zip(INDICATORS, parts, strict=True))
        return visit.marks.semicolon.join((f"{total} kgCO₂e/{show_unit(fields['declared_unit'])}", *told))
    if name == "scores":
        return visit.marks.between.join(f"{visit.say(SCORES[one])} {score}" for one, score in value.items())
    if name == "stages":
        return visit.marks.between.join(
            STAGE_NAMES[stage][0 if visit.language == "zh" else 1] for stage in value
        )
    return visit.say(WORDS.get(value, value)) if name in _CODED else str(value)

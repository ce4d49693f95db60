"""What is still to be mended in a model, in one list: where it is, and what is wrong with it."""

from __future__ import annotations

from method.functional_unit import FIELDS as UNIT_FIELDS
from node.maker.bills import Findings
from node.web.chosen import Chosen
from node.web.maker.saying import say_phrase
from web.languages import mark
from web.visits import Visit

MOST = 20
ROW_TITLES = {
    "name": mark("Material name"),
    "item": mark("Item"),
    "legal_entity": mark("Supplier’s legal entity"),
    "product": mark("Product code"),
    "category": mark("Category"),
    "quantity": mark("Quantity in one pack"),
    "unit": mark("Unit"),
    "stage": mark("Stage"),
    "part_of": mark("Part of"),
    "default_factor": mark("Default factor"),
}
_FIELD_TITLES = {
    "model": mark("Model code"),
    "chemistry": mark("Chemistry"),
    "name_zh": mark("Name in Chinese"),
    "name_en": mark("Name in English"),
    "mass_kg": mark("Mass of the pack, kg"),
    "mass_tolerance": mark("Tolerance of the mass balance"),
    "maker": mark("Own"),
    "method": mark("Rule set"),
    "pack_energy_kwh": mark("Energy of the pack"),
    "usable_energy_kwh": mark("Usable energy"),
    "cycles_per_year": mark("Full cycles a year"),
    "warranty_years": mark("Warranty"),
    "warranty_km": mark("Warranty"),
    "measured_cycles": mark("Measured cycles"),
}
ON_UNIT_PAGE = {*UNIT_FIELDS, "method"} - {"model", "chemistry"}
"""Fields that stand on the page of the functional unit."""


def count_on_bill(findings: Findings) -> int:
    """How many findings stand on the page of the bill of materials."""
    return findings.count - len(findings.fields.keys() & ON_UNIT_PAGE)


def list_mending(visit: Visit, draft: str, findings: Findings, chosen: Chosen) -> list[tuple[str, str]]:
    """The address of the page and the text of each finding, at most MOST of them."""
    found, kept = [], chosen.query
    for name, problem in findings.fields.items():
        page = "/unit" if name in ON_UNIT_PAGE else ""
        title = visit.say(_FIELD_TITLES.get(name, name))
        found.append(
            (f"/models/{draft}{page}{kept}#p-{name}", _line(visit, title, say_phrase(visit, problem)))
        )
    for (row, name), problem in findings.cells.items():
        title = visit.say("row %(row)s, %(column)s", row=row + 1, column=visit.say(ROW_TITLES[name]))
        found.append(
            (f"/models/{draft}{kept}#p{row}-{name}", _line(visit, title, say_phrase(visit, problem)))
        )
    found += [(f"/models/{draft}{kept}", say_phrase(visit, one)) for one in findings.whole]
    return found[:MOST]


def _line(visit: Visit, title: str, problem: str) -> str:
    return visit.say("%(place)s: %(problem)s", place=title, problem=problem)

"""A pack of four companies with recognisable numbers, written to a folder as users would have it.

Each company's spreadsheet holds numbers that occur nowhere else, so that a search for them means something.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HEADER = "Line code,Name,Period start,Period end,Amount,Unit,Factor,Share,Document,Note"
MAKER = "pack-assembly"


@dataclass(frozen=True)
class Maker:
    """One company: its category, quantity in the pack, output of the year, and amounts of its lines (unit, total)."""

    slug: str
    number: int
    category: str
    unit: str
    quantity: str
    stage: str
    output: str
    output_unit: str
    lines: Mapping[str, tuple[str, str]]

    @property
    def product(self) -> str:
        return f"small-{self.slug}"

    @property
    def legal_entity(self) -> str:
        return f"EXAMPLE-SMALL-{self.number}"


COMPANIES = (
    Maker(
        "cathode", 1, "ncm-cathode", "kg", "141.307", "raw_material_and_parts", "8636.259", "t",
        {"grid-electricity": ("kWh", "51817533.749"), "road-transport": ("t*km", "7772641.387")},
    ),
    Maker(
        "graphite", 2, "graphite-anode", "kg", "105.319", "raw_material_and_parts", "6247.913", "t",
        {"grid-electricity": ("kWh", "26183947.561"), "needle-coke": ("t", "7193.847261")},
    ),
    Maker(
        "electrolyte", 3, "electrolyte", "kg", "107.183", "raw_material_and_parts", "8089.673", "t",
        {"grid-electricity": ("MWh", "3365.319827"), "carbonate-solvents": ("kg", "7067829.413")},
    ),
    Maker(
        MAKER, 4, "pack-assembly", "piece", "1", "battery_production", "41482", "piece",
        {"grid-electricity": ("kWh", "4977841.693")},
    ),
)  # fmt: skip
SUPPLIERS = tuple(company for company in COMPANIES if company.slug != MAKER)


def write_small_pack(folder: Path, companies: Sequence[Maker] = COMPANIES) -> Path:
    """The pack folder, with a library beside it that holds just what these companies need."""
    write_library(folder / "library", companies)
    pack = folder / "pack"
    pack.mkdir(parents=True)
    (pack / "pack.toml").write_text(pack_text(companies), "utf-8")
    for company in companies:
        (pack / company.slug).mkdir()
        (pack / company.slug / "product.toml").write_text(product_text(company), "utf-8")
        (pack / company.slug / "activity.csv").write_text(activity_text(company), "utf-8")
    return pack


def pack_text(companies: Sequence[Maker] = COMPANIES, mass_kg: str = "523", **quantities: str) -> str:
    """pack.toml; `quantities` replaces a company's, its slug with underscores."""
    text = f"""library = "../library"
[pack]
model = "SMALL-100"
name_zh = "小电池包"
name_en = "Small pack"
chemistry = "NCM622"
mass_kg = "{mass_kg}"
mass_tolerance = "0.5"
method = "mee-2025-cff"
boundary = "partial"
maker = "{MAKER}"
[functional_unit]
pack_energy_kwh = "100"
usable_energy_kwh = "100"
cycles_per_year = "60"
warranty_years = "8"
"""
    for company in companies:
        text += f"""
[[bill_of_materials]]
item = "{company.slug}"
supplier = "{company.slug}"
legal_entity = "{company.legal_entity}"
product = "{company.product}"
category = "{company.category}"
quantity = "{quantities.get(company.slug.replace("-", "_"), company.quantity)}"
unit = "{company.unit}"
stage = "{company.stage}"
part_of = "{"pack" if company.unit == "kg" else ""}"
"""
    return text


def product_text(company: Maker) -> str:
    """product.toml of a company."""
    return f"""[company]
name_zh = "示例{company.number}公司"
name_en = "Example company {company.number}"
legal_entity = "{company.legal_entity}"
parent = "Example group {company.number}"
[product]
code = "{company.product}"
name_zh = "示例产品{company.number}"
name_en = "Example product {company.number}"
category = "{company.category}"
declared_unit = "{company.unit}"
plant = "CN"
period_start = 2025-01-01
period_end = 2025-12-31
activity = "activity.csv"
"""


def activity_rows(company: Maker) -> list[list[str]]:
    """The rows of a company's spreadsheet below the header."""
    rows = [
        [line, line, "2025-01-01", "2025-12-31", total, unit, "", "", f"DOC-{company.number}-{place}", ""]
        for place, (line, (unit, total)) in enumerate(company.lines.items())
    ]
    output = [company.output, company.output_unit, "", "", f"PR-{company.number}", ""]
    return [*rows, ["output", "output", "2025-01-01", "2025-12-31", *output]]


def activity_text(company: Maker) -> str:
    """activity.csv of a company."""
    return "\n".join([HEADER, *(",".join(row) for row in activity_rows(company))]) + "\n"


def write_library(folder: Path, companies: Sequence[Maker] = COMPANIES) -> None:
    """Categories and factors of the examples, cut down to the lines that these companies use."""
    folder.mkdir(parents=True)
    wanted = {company.category: company for company in companies}
    library = EXAMPLES / "library"
    found = tomllib.loads((library / "categories.toml").read_text("utf-8"))["category"]
    categories = [_cut(one, wanted[one["code"]]) for one in found if one["code"] in wanted]
    cited = {line["default_factor"] for one in categories for line in one["lines"]}
    factors = tomllib.loads((library / "factors.toml").read_text("utf-8"))["factor"]
    text = "".join(_table("category", one) for one in categories)
    (folder / "categories.toml").write_text(text, "utf-8")
    text = "".join(_table("factor", one) for one in factors if one["code"] in cited)
    (folder / "factors.toml").write_text(text, "utf-8")


def _cut(category: dict[str, Any], company: Maker) -> dict[str, Any]:
    lines = [line for line in category["lines"] if line["code"] in company.lines]
    for line in lines:
        line["accepts"] = [line["default_factor"]]
    return {**category, "lines": lines}


def _table(name: str, fields: Mapping[str, Any]) -> str:
    text = f"\n[[{name}]]\n"
    below = ""
    for key, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            below += "".join(_table(f"{name}.{key}", item) for item in value)
        else:
            text += f"{key} = {_value(value)}\n"
    return text + below


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)

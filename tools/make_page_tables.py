"""Write the tables that the certificate page shares with the program: rule sets, units, kinds, names, words.

`python -m tools.make_page_tables [--check]`. The one fact: what is a formula is written twice, here and there, and
compared by tests; what is data, a published method's or our words, is written once and copied by this program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exchange.report import words
from exchange.report.grounds import FAILS_WITH, RESTS_ON
from exchange.report.labels import BANDS, LABELS
from exchange.report.meanings import MEANINGS, NOT_PROVEN
from method.category import LINE_KINDS
from method.circular import MATERIALS, ROLES, weigh_literal
from method.electricity import MODEL_NAMES
from method.exact import encode_decimal, encode_rational
from method.factor import BASES, CLASSIFICATIONS, GRADES, STATUSES, SYSTEM_BOUNDARIES
from method.rules import ELECTRICITY_MODELS, RULES, STAGE_NAMES, VEHICLE_CATEGORIES, Rules
from method.units import UNITS
from protocol.certificate import CHECK_NAMES, CHECK_TITLES, REDACTED_CHECKS

PLACE = Path(__file__).resolve().parent.parent / "verifier/page/source/tables.json"


def make_tables() -> dict[str, Any]:
    """Everything, as JSON values."""
    return {
        "checks": [
            {"number": number, "name": name, "en": en, "zh": zh, "redacted": number in REDACTED_CHECKS}
            for (number, en, zh), name in zip(CHECK_TITLES, CHECK_NAMES, strict=True)
        ],
        "rests_on": {name: list(grounds) for name, grounds in RESTS_ON.items()},
        "fails_with": FAILS_WITH,
        "rules": {code: _rules(rules) for code, rules in RULES.items()},
        "stages": {stage: {"zh": zh, "en": en} for stage, (zh, en) in STAGE_NAMES.items()},
        "electricity": {model: {"zh": zh, "en": en} for model, (zh, en) in MODEL_NAMES.items()},
        "units": list(UNITS),
        "counting_units": [name for name, unit in UNITS.items() if unit.kind == "count"],
        "line_kinds": list(LINE_KINDS),
        "electricity_models": list(ELECTRICITY_MODELS),
        "roles": list(ROLES),
        "materials": list(MATERIALS),
        "vehicle_categories": list(VEHICLE_CATEGORIES),
        "factor": {
            "classification": list(CLASSIFICATIONS),
            "status": list(STATUSES),
            "system_boundary": list(SYSTEM_BOUNDARIES),
            "basis": list(BASES),
            "grade": list(GRADES),
        },
        "figures": _words(words.FIGURE_WORDS),
        "findings": _words(words.FINDINGS),
        "assurances": _words(words.ASSURANCES),
        "kinds": _words(words.KINDS),
        "labels": _words(LABELS),
        "bands": _words(BANDS),
        "meanings": _words(MEANINGS),
        "not_proven": [said._asdict() for said in NOT_PROVEN],
    }


def _words(table: Mapping[str, words.Words]) -> dict[str, dict[str, str]]:
    return {name: said._asdict() for name, said in table.items()}


def _rules(rules: Rules) -> dict[str, Any]:
    return {
        "name": {"zh": rules.name_zh, "en": rules.name_en},
        "variant": {name: _pair(*rules.variant_of(name)) for name in rules.boundaries},
        "source": rules.source,
        "cut_off": None if rules.cut_off is None else encode_decimal(rules.cut_off),
        "quality_limit": None if rules.quality_limit is None else encode_decimal(rules.quality_limit),
        "boundaries": {name: list(stages) for name, stages in rules.boundaries.items()},
        "declared_boundaries": list(rules.declared_boundaries),
        "electricity": list(rules.electricity),
        "total_energy": rules.total_energy,
        "cycles_from": rules.cycles_from,
        "default_cycles": dict(rules.default_cycles),
        "yearly_mileage_km": dict(rules.yearly_mileage_km),
        "allocation": {material: encode_rational(share) for material, share in rules.allocation.items()},
        "energy_allocation": encode_rational(rules.energy_allocation),
        "weigh": "literal" if rules.weigh is weigh_literal else "cff",
        "quality_bands": [
            {"upper": encode_decimal(band.upper), "includes_upper": band.includes_upper, "name": band.name}
            for band in rules.quality_bands
        ],
        "unknown": {
            name: [_pair(one.text_zh, one.text_en) for one in rules.unknown_of(name)]
            for name in rules.boundaries
        },
    }


def _pair(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def main() -> None:
    """Write the file; with --check say whether it is what this program writes."""
    text = json.dumps(make_tables(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if "--check" not in sys.argv[1:]:
        PLACE.write_text(text, encoding="utf-8")
    elif not PLACE.is_file() or PLACE.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{PLACE.name} differs: run `make page`")


if __name__ == "__main__":
    main()

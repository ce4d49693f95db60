"""Results that openLCA computed (JSON-LD, schema version 2) as factors: the climate change of one reference flow.

The one fact: a result has a value, a unit and a name; region, year, scores and what else a factor must say come from
whoever submits it, in a table of its own, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import olca_schema as lca

from method.errors import MethodError
from method.exact import encode_decimal
from method.factor import Factor, parse_factor
from method.units import parse_unit
from protos.openlca import BadPackage, PackageProblem, Unfit, read_folder

PLACES = 12
"""Decimals of a value that was divided; openLCA's floating point has no more to say."""
_CLIMATE = re.compile(r"climate change|global warming|\bgwp", re.IGNORECASE)
_PART = re.compile(r"biogenic|fossil|land.?use|luluc", re.IGNORECASE)
_BIOGENIC = re.compile(r"biogenic", re.IGNORECASE)
_LAND_USE = re.compile(r"land.?use|luluc", re.IGNORECASE)


def parse_results(data: bytes, fill: Mapping[str, object]) -> list[Factor]:
    """The factors of a package of results; raise BadPackage with all that is wrong.

    `fill`: the fields that results lack, for all of them, and under `results` by name for one of them.
    """
    factors, problems = [], []
    for entry, content in read_folder(data, "results"):
        try:
            factors.append(_read_result(lca.Result.from_json(content), fill))
        except (MethodError, Unfit) as error:
            problems.append(PackageProblem(entry, str(error)))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            problems.append(PackageProblem(entry, "not a result of openLCA's schema"))
    if not factors and not problems:
        problems.append(PackageProblem("", "the package holds no result"))
    if problems:
        raise BadPackage(problems)
    return factors


def _read_result(result: Any, fill: Mapping[str, object]) -> Factor:
    """One result as a factor.

    1. Exactly one reference flow, with an amount that is not zero, in a unit that we know.
    2. Exactly one indicator of climate change as a whole; its biogenic and land-use parts, at most one each.
    """
    name = str(result.name or "")
    references = [flow for flow in result.flow_results or [] if flow.is_ref_flow]
    if len(references) != 1 or not references[0].amount:  # 1
        raise Unfit(f"result {name!r}: expected one reference flow with an amount, found {len(references)}")
    unit = parse_unit(str(references[0].unit.name if references[0].unit else ""))
    climate = [(str(one.indicator.name), one) for one in result.impact_results or [] if one.indicator]
    climate = [(indicator, one) for indicator, one in climate if _CLIMATE.search(indicator)]
    whole = [one for indicator, one in climate if not _PART.search(indicator)]
    biogenic = [one for indicator, one in climate if _BIOGENIC.search(indicator)]
    land_use = [one for indicator, one in climate if _LAND_USE.search(indicator)]
    if len(whole) != 1 or len(biogenic) > 1 or len(land_use) > 1:  # 2
        raise Unfit(
            f"result {name!r}: expected one indicator of climate change as a whole, found {len(whole)}; "
            "choose one impact method before exporting"
        )
    per_unit = Fraction(Decimal(str(references[0].amount)))
    fields: dict[str, object] = {
        "code": _make_code(name, str(result.id)),
        "version": 1,
        "name_zh": name,
        "name_en": name,
        "unit": unit.name,
        "total": _divide(whole[0].amount, per_unit),
        "biogenic": _divide(biogenic[0].amount if biogenic else 0.0, per_unit),
        "land_use": _divide(land_use[0].amount if land_use else 0.0, per_unit),
        **{field: value for field, value in fill.items() if field != "results"},
        **_own_fields(fill, name),
    }
    return parse_factor(fields)


def _own_fields(fill: Mapping[str, object], name: str) -> Mapping[str, object]:
    tables = fill.get("results", {})
    own = tables.get(name, {}) if isinstance(tables, Mapping) else {}
    return own if isinstance(own, Mapping) else {}


def _divide(amount: float | None, per_unit: Fraction) -> str:
    value = Fraction(Decimal(str(amount or 0.0))) / per_unit
    return encode_decimal(Fraction(round(value * 10**PLACES), 10**PLACES), PLACES)


def _make_code(name: str, result_id: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-")
    return slug if re.search("[a-z]", slug) else f"olca-{re.sub('[^a-z0-9]', '', result_id.lower())[:12]}"


def has_results(data: bytes) -> bool:
    """Whether a package holds results and no processes."""
    return not read_folder(data, "processes") and bool(read_folder(data, "results"))

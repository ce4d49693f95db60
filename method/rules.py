"""Rule sets: what a method decides, as data. A result names its rule set and boundary. Method: one shape.

Each folder of `method/rulesets` is one: adding a rule set touches nothing else. The four stages and their
order are the same for every rule set, because the cells of a calculation are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module, resources
from pkgutil import iter_modules
from typing import cast

from method import rulesets
from method.circular import ACTIVITY, CIRCULAR_ROLES, MATERIALS, Weigh
from method.errors import BadField
from method.exact import parse_decimal
from method.fields import (
    Record,
    as_table,
    check_known,
    read_bool,
    read_code,
    read_decimal,
    read_list,
    read_table,
    read_text,
)

STAGES: tuple[str, ...] = ("raw_material_and_parts", "battery_production", "distribution", "end_of_life")
STAGE_NAMES: dict[str, tuple[str, str]] = {
    "raw_material_and_parts": ("原材料获取与零部件生产", "Raw materials and parts"),
    "battery_production": ("电池生产", "Battery production"),
    "distribution": ("分销", "Distribution"),
    "end_of_life": ("回收利用", "End of life and recycling"),
}
END_OF_LIFE = "end_of_life"
FULL = "full"
"""The boundary that every rule set has and that counts everything."""
DEFAULT_METHOD = "mee-2025-cff"
ELECTRICITY_MODELS = (
    "direct_connection", "specific_supply", "regional_grid", "national_average", "residual",
)  # fmt: skip
VEHICLE_CATEGORIES = (
    "L", "M1", "M1-commercial", "N1", "N1-commercial", "M2", "M3", "N2", "N3", "other",
)  # fmt: skip
TOTAL_ENERGY_RULES = ("warranty", "measured_cycles")
FIELDS = (
    "code", "name_zh", "name_en", "recycling_zh", "recycling_en", "source", "source_zh", "variant_zh", "variant_en",
    "boundaries",
    "electricity", "electricity_rest", "cut_off", "total_energy", "allocation", "quality", "declaration_fields",
    "declared_boundaries", "default_factors", "unknown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class QualityBand:
    """A name for ratings up to `upper`."""

    upper: Fraction
    includes_upper: bool
    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the source of a rule set does not say, and what is done about it; `stage`: the one it concerns, "" all."""

    topic: str
    stage: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Rules:
    """One published method.

    `boundaries`: the stages each counts. `electricity`: the accepted models; `electricity_rest`: the model of
    what certificates leave. `cycles_from`: the maker's value before the table's, or the table's alone.
    `yearly_mileage_km` turns a mileage warranty into years, by vehicle category.
    `allocation`: A by material; `energy_allocation`: B. None: the source sets no such limit. `default_factors`: kg per
    kg by the code of a library factor that may stand for a missing supplier. `declaration_fields`: method.declaration.
    `declared_boundaries`: those that may be declared; a result under another one is for comparison.
    `recycling_zh`, `recycling_en`: by which formula; `variant_zh`, `variant_en`: what else sets it apart, or "".
    """

    code: str
    name_zh: str
    name_en: str
    recycling_zh: str
    recycling_en: str
    source: str
    source_zh: str
    variant_zh: str
    variant_en: str
    boundaries: Mapping[str, tuple[str, ...]]
    electricity: tuple[str, ...]
    electricity_rest: str
    cut_off: Fraction | None
    total_energy: str
    cycles_from: str
    default_cycles: Mapping[str, int]
    yearly_mileage_km: Mapping[str, int]
    allocation: Mapping[str, Fraction]
    energy_allocation: Fraction
    quality_limit: Fraction | None
    quality_bands: tuple[QualityBand, ...]
    declaration_fields: tuple[str, ...]
    declared_boundaries: tuple[str, ...]
    default_factors: Mapping[str, Fraction]
    unknown: tuple[Unknown, ...]
    weigh: Weigh

    def weight_of(self, role: str, material: str, boundary: str) -> Fraction:
        """What a line of this role counts for, exactly; raise BadField.

        An activity counts 1 everywhere. The shares of recycling belong to the end of life: a boundary without
        that stage counts the input that was bought, and none of them.
        """
        if role == ACTIVITY:
            return Fraction(1)
        if role not in CIRCULAR_ROLES or material not in self.allocation:
            raise BadField(
                f"role {role!r} of material {material!r}: expected one of {', '.join(CIRCULAR_ROLES)}, "
                f"of {', '.join(MATERIALS)}"
            )
        if END_OF_LIFE not in self.stages_of(boundary):
            return Fraction(0)
        return self.weigh(role, self.allocation[material], self.energy_allocation)

    def variant_of(self, boundary: str) -> tuple[str, str]:
        """What sets the method apart over a boundary, in Chinese and English; both "" where nothing does."""
        parts = [(self.variant_zh, self.variant_en)]
        if END_OF_LIFE in counted_stages(self.code, boundary):
            parts.append((self.recycling_zh, self.recycling_en))
        return "；".join(zh for zh, _ in parts if zh), "; ".join(en for _, en in parts if en)

    def unknown_of(self, boundary: str) -> tuple[Unknown, ...]:
        """What the source does not say of the stages that a boundary counts."""
        stages = ("", *counted_stages(self.code, boundary))
        return tuple(one for one in self.unknown if one.stage in stages)

    def stages_of(self, boundary: str) -> tuple[str, ...]:
        """The stages that a boundary counts; raise BadField."""
        if boundary not in self.boundaries:
            known = ", ".join(self.boundaries)
            raise BadField(f"method {self.code} has no boundary {boundary!r}: expected {known}")
        return self.boundaries[boundary]


def counted_stages(method: str, boundary: str) -> tuple[str, ...]:
    """The stages that a boundary of a rule set counts; all of them where either is not known here."""
    rules = RULES.get(method)
    return STAGES if rules is None else rules.boundaries.get(boundary, STAGES)


def find_rules(method: str, boundary: str) -> Rules:
    """The rule set `method`, which must know `boundary`; raise BadField."""
    rules = RULES.get(method)
    if rules is None:
        raise BadField(f"unknown method {method!r}: expected one of {', '.join(RULES)}")
    rules.stages_of(boundary)
    return rules


def declared_boundary(method: str, boundary: str) -> str:
    """The boundary itself where a declaration may rest on it under this rule set, else one on which it may."""
    rules = RULES.get(method)
    return (
        boundary if rules is None or boundary in rules.declared_boundaries else rules.declared_boundaries[0]
    )


def choose_rules(own: tuple[str, str], method: str | None, boundary: str | None) -> tuple[str, str]:
    """The rule set and boundary that are asked for; None keeps a model's own, but under another rule set a boundary
    that may not be declared gives way to one that may."""
    if method and not boundary and method != own[0]:
        boundary = declared_boundary(method, own[1])
    return method or own[0], boundary or own[1]


def parse_rules(record: Record, weigh: Weigh) -> Rules:
    """Read a rule set's `rules.toml`; raise BadField or BadNumber."""
    code = read_code(record, "code", "rule set")
    what = f"rule set {code}"
    check_known(record, FIELDS, what)
    texts = {name: read_text(record, name, what) for name in FIELDS[1:7]}
    texts |= {name: read_text(record, name, what, optional=True) for name in FIELDS[7:9]}
    energy, quality = read_table(record, "total_energy", what), read_table(record, "quality", what)
    boundaries = _parse_boundaries(record, what)
    allocation = {key: parse_decimal(value, what) for key, value in _table(record, "allocation", what)}
    return Rules(
        code=code,
        **texts,
        boundaries=boundaries,
        electricity=_parse_choices(record, "electricity", ELECTRICITY_MODELS, what),
        electricity_rest=_parse_choice(record, "electricity_rest", ELECTRICITY_MODELS, what),
        cut_off=read_decimal(record, "cut_off", what) if "cut_off" in record else None,
        total_energy=_parse_choice(energy, "rule", TOTAL_ENERGY_RULES, what),
        cycles_from=_parse_choice(energy, "cycles_from", ("maker", "table"), what),
        default_cycles=_parse_vehicles(energy, "default_cycles", what),
        yearly_mileage_km=_parse_vehicles(energy, "yearly_mileage_km", what),
        energy_allocation=allocation.pop("energy"),
        allocation={material: allocation[material] for material in MATERIALS},
        quality_limit=read_decimal(quality, "limit", what) if "limit" in quality else None,
        quality_bands=tuple(
            _parse_band(as_table(item, what), what) for item in _list(quality, "bands", what)
        ),
        declaration_fields=tuple(str(item) for item in _list(record, "declaration_fields", what)),
        declared_boundaries=_parse_choices(record, "declared_boundaries", tuple(boundaries), what),
        default_factors={
            key: parse_decimal(value, what) for key, value in _table(record, "default_factors", what)
        },
        unknown=tuple(_parse_unknown(as_table(item, what), what) for item in _list(record, "unknown", what)),
        weigh=weigh,
    )


def _table(record: Record, field: str, what: str) -> list[tuple[str, object]]:
    return list(read_table(record, field, what).items())


def _list(record: Record, field: str, what: str) -> list[object]:
    return read_list(record, field, what, 100)


def _parse_choice(record: Record, field: str, choices: tuple[str, ...], what: str) -> str:
    return _check_choice(record.get(field), field, choices, what)


def _parse_choices(record: Record, field: str, choices: tuple[str, ...], what: str) -> tuple[str, ...]:
    return tuple(_check_choice(item, field, choices, what) for item in _list(record, field, what))


def _check_choice(value: object, field: str, choices: tuple[str, ...], what: str) -> str:
    if value not in choices:
        raise BadField(f"{what}: {field}: expected one of {', '.join(choices)}, found {value!r}")
    return str(value)


def _parse_boundaries(record: Record, what: str) -> dict[str, tuple[str, ...]]:
    tables = read_table(record, "boundaries", what)
    found = {name: _parse_choices(tables, name, STAGES, what) for name in tables}
    if found.get(FULL) != STAGES:
        raise BadField(f"{what}: boundaries: expected {FULL!r} with every stage")
    return found


def _parse_vehicles(energy: Record, field: str, what: str) -> dict[str, int]:
    found = {}
    for category, value in _table(energy, field, what):
        _check_choice(category, field, VEHICLE_CATEGORIES, what)
        if not isinstance(value, int) or value < 1:
            raise BadField(f"{what}: {field}: {category}: expected a whole number above 0")
        found[category] = value
    return found


def _parse_band(record: Record, what: str) -> QualityBand:
    return QualityBand(
        read_decimal(record, "upper", what),
        read_bool(record, "includes_upper", what),
        read_text(record, "name", what),
    )


def _parse_unknown(record: Record, what: str) -> Unknown:
    return Unknown(
        read_text(record, "topic", what),
        _parse_choice(record, "stage", STAGES, what) if "stage" in record else "",
        read_text(record, "text_zh", what),
        read_text(record, "text_en", what),
    )


def load_rules() -> dict[str, Rules]:
    """Every rule set in the folders of `method.rulesets`, by code; BadField where one is malformed."""
    # Package data, like code: there is one answer for a given version of the program.
    found = {}
    for folder in sorted(module.name for module in iter_modules(rulesets.__path__) if module.ispkg):
        package = f"{rulesets.__name__}.{folder}"
        record = tomllib.loads(resources.files(package).joinpath("rules.toml").read_text("utf-8"))
        rules = parse_rules(record, cast(Weigh, import_module(f"{package}.circular").weigh))
        found[rules.code] = rules
    return found


RULES: Mapping[str, Rules] = load_rules()

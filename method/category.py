"""A product category: what suppliers of one kind of product declare, line by line. Protocol 4, 5 and 9.

Every declaration fills every line of the template in order, so that the choice of lines says little. The
category also publishes a reference footprint and plausible quantities:
they scale the guard and bound requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from method.circular import ACTIVITY, MATERIALS, ROLES
from method.errors import BadField, WrongFactor
from method.exact import encode_decimal, encode_rational, parse_decimal, parse_rational
from method.factor import Factor
from method.fields import (
    Record,
    as_table,
    check_known,
    read_bool,
    read_code,
    read_decimal,
    read_integer,
    read_list,
    read_text,
    read_unit,
)
from method.fuels import FUELS
from method.gases import check_one_set
from method.rules import ELECTRICITY_MODELS, STAGES
from method.units import parse_unit

MAX_LINES = 40
MAX_ACCEPTED = 100
"""So many factor codes a line names at most."""
INDICATORS = ("total", "biogenic", "secondary", "quality")
DIRECT_EMISSION = "direct_emission"
LINE_KIND_NAMES: dict[str, tuple[str, str]] = {
    "electricity": ("电力", "Electricity"),
    "heat": ("热力", "Heat"),
    "material": ("原材料", "Material"),
    DIRECT_EMISSION: ("直接排放", "Direct emission"),
    "transport": ("运输", "Transport"),
    "waste": ("废弃物", "Waste"),
    **{code: (fuel.name_zh, fuel.name_en) for code, fuel in FUELS.items()},
}
"""Chinese and English."""
LINE_KINDS = tuple(LINE_KIND_NAMES)
DEFAULT_LINE = "default"
WIDEST_RANGE = 10
WHOLE_PACK = Fraction(1, 10)
"""Fewer pieces per kWh than this are whole packs: no part of a pack holds more than 10 kWh."""
FEWEST_PACKS, MOST_PACKS = Fraction(1, 2), Fraction(2)
"""How many of what is counted by whole packs one pack may take, whatever its energy."""
REFERENCE_UNIT = 10**12
QUANTITY_UNIT = 10**3
MOST_KG, MOST_UNITS = 10**6, 10**15
"""Below these are reference and quantities: a statement has them in the units above, in at most 18 digits."""
LINE_FIELDS = (
    "code", "name_zh", "name_en", "unit", "kind", "coefficient", "secondary", "accepts", "default_factor",
    "role", "material", "model",
)  # fmt: skip
FIELDS = (
    "code", "version", "name_zh", "name_en", "declared_unit", "stages", "lines", "reference",
    "quantity_low", "quantity_high",
)  # fmt: skip

Four = tuple[Fraction, Fraction, Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One line. `coefficient` multiplies the factor; `accepts` lists factor codes, empty for any.

    `kind` also names the conversion from another kind of unit, where there is one (natural_gas: m3 to MJ).
    `role` and `material` select the weight of recycling lines (method.circular), "activity" and "" for others.
    `model` is how electricity was bought, "" where that is not stated and for other kinds.
    """

    code: str
    name_zh: str
    name_en: str
    unit: str
    kind: str
    coefficient: Fraction
    secondary: bool
    accepts: tuple[str, ...]
    default_factor: str
    role: str
    material: str
    model: str

    def fits(self, code: str, unit: str) -> bool:
        """Whether a factor of this code, per this unit, may be cited on it."""
        return unit == self.unit and (not self.accepts or code in self.accepts)

    @property
    def is_full(self) -> bool:
        """Whether it names as many factor codes as a line may."""
        return len(self.accepts) >= MAX_ACCEPTED


@dataclass(frozen=True, slots=True)
class Category:
    """`reference` per indicator in kg per declared unit; quantities in declared units per kWh of pack."""

    code: str
    version: int
    name_zh: str
    name_en: str
    declared_unit: str
    stages: tuple[str, ...]
    lines: tuple[TemplateLine, ...]
    reference: Four
    quantity_low: Fraction
    quantity_high: Fraction

    @property
    def quantity_middle(self) -> Fraction:
        """The arithmetic middle of the plausible range, per kWh of pack energy."""
        return (self.quantity_low + self.quantity_high) / 2

    def plausible_quantity(self, pack_energy_kwh: Fraction) -> tuple[Fraction, Fraction]:
        """The least and the most that one pack of this energy takes, in declared units. Protocol 9.

        A range per kWh, except for what is counted by whole packs: one pack has one assembly, however large it is.
        """
        is_counted = parse_unit(self.declared_unit).kind == "count"
        if is_counted and self.quantity_high < WHOLE_PACK:
            return FEWEST_PACKS, MOST_PACKS
        return self.quantity_low * pack_energy_kwh, self.quantity_high * pack_energy_kwh

    def find_line(self, code: str) -> TemplateLine | None:
        """The line of that code, or None."""
        return next((line for line in self.lines if line.code == code), None)


def parse_category(record: Record) -> Category:
    """Read a category as people write it: reference and quantities as decimals; raise a MethodError."""
    return _parse(record, reference_unit=1, quantity_unit=1)


def parse_category_fields(fields: Record) -> Category:
    """Read a category statement's fields: reference in 1e-12, quantities in 1e-3; raise a MethodError."""
    return _parse(fields, reference_unit=REFERENCE_UNIT, quantity_unit=QUANTITY_UNIT)


def make_category_record(category: Category) -> dict[str, object]:
    """A category as people write it; `parse_category` reads the same back."""
    return _make_record(category, reference_unit=1, quantity_unit=1)


def make_category_fields(category: Category) -> dict[str, object]:
    """The fields of a category statement, ready for JSON; `parse_category_fields` reads them back."""
    return _make_record(category, reference_unit=REFERENCE_UNIT, quantity_unit=QUANTITY_UNIT)


def make_default_category(factor: Factor, stage: str) -> Category:
    """A category of one line that is the factor itself, for an entry without a supplier. Never published."""
    line = TemplateLine(
        code=DEFAULT_LINE,
        name_zh=factor.name_zh,
        name_en=factor.name_en,
        unit=factor.unit,
        kind="material",
        coefficient=Fraction(1),
        secondary=True,
        accepts=(factor.code,),
        default_factor=factor.code,
        role=ACTIVITY,
        material="",
        model="",
    )
    weight = abs(factor.total)
    return Category(
        code=factor.code,
        version=factor.version,
        name_zh=factor.name_zh,
        name_en=factor.name_en,
        declared_unit=factor.unit,
        stages=(stage,),
        lines=(line,),
        reference=(factor.total, factor.biogenic, weight, weight * factor.scores.total),
        quantity_low=Fraction(1),
        quantity_high=Fraction(1),
    )


def accept_factor(category: Category, line_code: str, factor_code: str, unit: str) -> Category:
    """The category with one more factor code on a line; WrongFactor where the line cannot name it, or need not."""
    line = category.find_line(line_code)
    if line is None:
        known = ", ".join(one.code for one in category.lines)
        raise WrongFactor(f"category {category.code} has no line {line_code!r}; its lines are {known}")
    if unit != line.unit:
        raise WrongFactor(f"line {line.code} is per {line.unit}, factor {factor_code} per {unit}")
    if line.fits(factor_code, unit):
        raise WrongFactor(f"line {line.code} accepts factor {factor_code} already")
    if line.is_full:
        raise WrongFactor(f"line {line.code} names {MAX_ACCEPTED} factors, the most that a line may")
    wider = replace(line, accepts=(*line.accepts, factor_code))
    return replace(category, lines=tuple(wider if one is line else one for one in category.lines))


def find_citable(lines: Iterable[TemplateLine], factors: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these factors, by code and unit, that fit one of these lines: for thousands of them at once."""
    lines = list(lines)
    named = {(code, line.unit) for line in lines for code in line.accepts}
    units = {line.unit for line in lines if not line.accepts}
    return {one for one in factors if one in named or one[1] in units}


def check_factor_fits(line: TemplateLine, factor: Factor) -> None:
    """Raise WrongFactor unless the line accepts the factor and both are per the same unit."""
    if line.accepts and factor.code not in line.accepts:
        raise WrongFactor(f"line {line.code} accepts {', '.join(line.accepts)}, not factor {factor.code}")
    if factor.unit != line.unit:
        raise WrongFactor(f"line {line.code} is per {line.unit}, factor {factor.code} per {factor.unit}")


def check_factors_agree(lines: Sequence[TemplateLine], factors: Sequence[Factor]) -> None:
    """Raise WrongFactor when direct emissions are counted by the warming potentials of two reports."""
    pairs = zip(lines, factors, strict=True)
    check_one_set(factor.gwp_set for line, factor in pairs if line.kind == DIRECT_EMISSION)


def _parse(record: Record, reference_unit: int, quantity_unit: int) -> Category:
    code = read_code(record, "code", "category")
    what = f"category {code}"
    check_known(record, FIELDS, what)
    low = read_decimal(record, "quantity_low", what) / quantity_unit
    high = read_decimal(record, "quantity_high", what) / quantity_unit
    if not 0 < low <= high <= WIDEST_RANGE * low:
        raise BadField(f"{what}: expected 0 < quantity_low <= quantity_high <= {WIDEST_RANGE} * quantity_low")
    if high >= MOST_UNITS or any((value * QUANTITY_UNIT).denominator != 1 for value in (low, high)):
        raise BadField(
            f"{what}: quantities are expected in whole thousandths of the declared unit, below {MOST_UNITS}"
        )
    return Category(
        code=code,
        version=read_integer(record, "version", what, 1, 10**6),
        name_zh=read_text(record, "name_zh", what),
        name_en=read_text(record, "name_en", what),
        declared_unit=read_unit(record, "declared_unit", what),
        stages=_parse_stages(record, what),
        lines=_parse_lines(record, what),
        reference=_parse_reference(record, what, reference_unit),
        quantity_low=low,
        quantity_high=high,
    )


def _parse_stages(record: Record, what: str) -> tuple[str, ...]:
    stages = read_list(record, "stages", what, len(STAGES))
    if (
        not stages
        or any(stage not in STAGES for stage in stages)
        or len(set(map(str, stages))) != len(stages)
    ):
        raise BadField(f"{what}: stages: expected one or more of {', '.join(STAGES)}, each once")
    return tuple(str(stage) for stage in stages)


def _parse_lines(record: Record, what: str) -> tuple[TemplateLine, ...]:
    lines = tuple(
        _parse_line(as_table(item, what), what) for item in read_list(record, "lines", what, MAX_LINES)
    )
    codes = [line.code for line in lines]
    if not lines or len(set(codes)) != len(codes):
        raise BadField(f"{what}: expected 1 to {MAX_LINES} lines, each with a code of its own")
    return lines


def _parse_line(record: Record, category: str) -> TemplateLine:
    code = read_code(record, "code", f"{category}: line")
    what = f"{category}: line {code}"
    check_known(record, LINE_FIELDS, what)
    kind = read_code(record, "kind", what)
    if kind not in LINE_KINDS:
        raise BadField(f"{what}: kind: expected one of {', '.join(LINE_KINDS)}")
    accepts = tuple(
        read_code({"code": item}, "code", what) for item in read_list(record, "accepts", what, MAX_ACCEPTED)
    )
    default = read_code(record, "default_factor", what)
    if accepts and default not in accepts:
        raise BadField(f"{what}: default_factor is expected to be among the accepted factors")
    return TemplateLine(
        code=code,
        name_zh=read_text(record, "name_zh", what),
        name_en=read_text(record, "name_en", what),
        unit=read_unit(record, "unit", what),
        kind=kind,
        coefficient=parse_rational(record.get("coefficient"), f"{what}: coefficient"),
        secondary=read_bool(record, "secondary", what),
        accepts=accepts,
        default_factor=default,
        **_parse_role(record, kind, what),
    )


def _parse_role(record: Record, kind: str, what: str) -> dict[str, str]:
    role, material, model = record.get("role", ACTIVITY), record.get("material", ""), record.get("model", "")
    if role not in ROLES:
        raise BadField(f"{what}: role: expected one of {', '.join(ROLES)}")
    if material not in (("",) if role == ACTIVITY else MATERIALS):
        raise BadField(f"{what}: material: expected one of {', '.join(MATERIALS)}; none for an activity")
    if model not in (("", *ELECTRICITY_MODELS) if kind == "electricity" else ("",)):
        raise BadField(
            f"{what}: model: expected one of {', '.join(ELECTRICITY_MODELS)} for electricity; none otherwise"
        )
    return {"role": str(role), "material": str(material), "model": str(model)}


def _make_record(category: Category, reference_unit: int, quantity_unit: int) -> dict[str, object]:
    return {
        "code": category.code,
        "version": category.version,
        "name_zh": category.name_zh,
        "name_en": category.name_en,
        "declared_unit": category.declared_unit,
        "stages": list(category.stages),
        "lines": [_make_line_fields(line) for line in category.lines],
        "reference": [encode_decimal(value * reference_unit) for value in category.reference],
        "quantity_low": encode_decimal(category.quantity_low * quantity_unit),
        "quantity_high": encode_decimal(category.quantity_high * quantity_unit),
    }


def _make_line_fields(line: TemplateLine) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(line, name) for name in LINE_FIELDS}
    fields["coefficient"] = encode_rational(line.coefficient)
    fields["accepts"] = list(line.accepts)
    return fields


def _parse_reference(record: Record, what: str, unit: int) -> Four:
    values = [
        parse_decimal(item, f"{what}: reference") / unit
        for item in read_list(record, "reference", what, len(INDICATORS))
    ]
    if len(values) != len(INDICATORS) or values[0] == 0 or any(value < 0 for value in values[2:]):
        raise BadField(
            f"{what}: reference: expected {', '.join(INDICATORS)}; total not 0, the last two at least 0"
        )
    if any(abs(value) >= MOST_KG or (value * REFERENCE_UNIT).denominator != 1 for value in values):
        raise BadField(
            f"{what}: reference: expected at most 12 decimals, below {MOST_KG} kg; "
            "a signed statement has it in 1e-12 kg"
        )
    return (values[0], values[1], values[2], values[3])

"""An emission factor: kgCO2e per unit, with everything needed to judge it. Field names are the statement's.

A factor is public; who cites it is visible, how much of it is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField, WrongFactor
from method.exact import encode_decimal
from method.fields import (
    Record,
    check_known,
    read_code,
    read_date,
    read_decimal,
    read_integer,
    read_table,
    read_text,
    read_unit,
)
from method.quality import Scores, parse_scores

_DECIMALS = 18

CLASSIFICATIONS = ("energy", "material", "transport", "waste", "process")
ASSUMPTION = "assumption"
STATUSES = ("published", "derived", ASSUMPTION)
SYSTEM_BOUNDARIES = (
    "cradle_to_gate", "life_cycle", "direct", "well_to_wheel", "gate_to_gate", "end_of_life", "unknown",
)  # fmt: skip
GWP_SETS = ("AR4", "AR5", "AR6", "unknown")
BASES = (
    "", "LHV", "HHV", "anhydrous", "monohydrate", "dihydrate", "trihydrate", "tetrahydrate", "pentahydrate",
    "hexahydrate", "heptahydrate", "dry", "wet",
)  # fmt: skip
# In falling order of preference: MEE draft 2025, priority of data by their source.
GRADES = (
    "primary_measured", "primary_calculated", "supplier_verified", "province", "country", "literature_cn",
    "foreign", "unknown",
)  # fmt: skip
FIELDS = (
    "code", "version", "name_zh", "name_en", "classification", "total", "biogenic", "land_use", "unit", "region",
    "year", "valid_from", "valid_to", "system_boundary", "gwp_set", "basis", "grade", "scores", "source", "status",
    "licence", "owner", "note",
)  # fmt: skip

PARTS = ("biogenic", "land_use")
"""What of the total is told apart."""
KG_FIELDS = ("total", *PARTS)
"""The fields that are kgCO2e per unit. Land use may be absent where people write factors: 0."""


@dataclass(frozen=True, slots=True)
class Factor:
    """`total` and its parts `biogenic` and `land_use` in kgCO2e per `unit`, under the warming potentials of `gwp_set`.

    What is neither part is `fossil` (ISO 14067). A part may be negative, and so larger than the total: uptake.

    `basis`: what a unit of it means where two readings differ (heating value, water of crystallisation), or "".
    """

    code: str
    version: int
    name_zh: str
    name_en: str
    classification: str
    total: Fraction
    biogenic: Fraction
    land_use: Fraction
    unit: str
    region: str
    year: int
    valid_from: str | None
    valid_to: str | None
    system_boundary: str
    gwp_set: str
    basis: str
    grade: str
    scores: Scores
    source: str
    status: str
    licence: str
    owner: str
    note: str

    @property
    def fossil(self) -> Fraction:
        """The total without its biogenic and land-use parts."""
        return self.total - self.biogenic - self.land_use


def parse_factor(record: Record) -> Factor:
    """Read a factor from TOML or from the fields of a statement; raise BadField, BadNumber or UnknownUnit."""
    code = read_code(record, "code", "factor")
    what = f"factor {code}"
    check_known(record, FIELDS, what)
    return Factor(
        code=code,
        version=read_integer(record, "version", what, 1, 10**6),
        name_zh=read_text(record, "name_zh", what),
        name_en=read_text(record, "name_en", what),
        classification=_read_one_of(record, "classification", what, CLASSIFICATIONS),
        total=read_decimal(record, "total", what),
        biogenic=read_decimal(record, "biogenic", what),
        land_use=read_decimal({"land_use": "0", **record}, "land_use", what),
        unit=read_unit(record, "unit", what),
        region=read_text(record, "region", what),
        year=read_integer(record, "year", what, 1900, 2200),
        valid_from=_read_date(record, "valid_from", what),
        valid_to=_read_date(record, "valid_to", what),
        system_boundary=_read_one_of(record, "system_boundary", what, SYSTEM_BOUNDARIES),
        gwp_set=_read_one_of(record, "gwp_set", what, GWP_SETS),
        basis=_read_one_of({"basis": "", **record}, "basis", what, BASES),
        grade=_read_one_of(record, "grade", what, GRADES),
        scores=parse_scores(read_table(record, "scores", what), what),
        source=read_text(record, "source", what),
        status=_read_one_of(record, "status", what, STATUSES),
        licence=read_text(record, "licence", what),
        owner=read_text(record, "owner", what),
        note=read_text(record, "note", what, optional=True),
    )


def make_factor_fields(factor: Factor) -> dict[str, object]:
    """The fields of a factor statement, ready for canonical JSON; `parse_factor` reads them back."""
    fields: dict[str, object] = {name: getattr(factor, name) for name in FIELDS}
    scores = factor.scores
    for name in KG_FIELDS:
        fields[name] = encode_decimal(getattr(factor, name), _DECIMALS)
    fields["scores"] = {"technology": scores.technology, "time": scores.time, "geography": scores.geography}
    return fields


def find_parts_above(factor: Factor) -> tuple[str, ...]:
    """Which parts of a factor are more than its total, alone or else together; none where a negative one makes up.

    A total below 0 is a credit, of which a part says nothing.
    """
    parts = {name: getattr(factor, name) for name in PARTS}
    if factor.total < 0 or min(parts.values()) < 0 or sum(parts.values()) <= factor.total:
        return ()
    alone = tuple(name for name, kg in parts.items() if kg > factor.total)
    return alone or tuple(parts)


def check_valid_on(factor: Factor, first_day: str, last_day: str) -> None:
    """Raise WrongFactor unless validity and period meet; ISO dates, both included, null is open."""
    early = factor.valid_from is not None and last_day < factor.valid_from
    late = factor.valid_to is not None and first_day > factor.valid_to
    if early or late:
        raise WrongFactor(
            f"factor {factor.code} is valid from {factor.valid_from} to {factor.valid_to}, "
            f"not in {first_day} to {last_day}"
        )


def _read_one_of(record: Record, field: str, what: str, known: tuple[str, ...]) -> str:
    value = record.get(field)
    if not isinstance(value, str) or value not in known:
        names = ", ".join(name or '""' for name in known)
        raise BadField(f"{what}: field {field!r}: expected one of {names}")
    return value


def _read_date(record: Record, field: str, what: str) -> str | None:
    # TOML has no null: an absent or empty date is an open end there.
    return read_date(record, field, what) if record.get(field) else None

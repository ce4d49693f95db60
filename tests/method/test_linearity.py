"""What must hold for every rule set and boundary, whatever the amounts."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from method.activity import ActivityRecord, LineAmount, make_line_amounts
from method.category import Category, Four, parse_category
from method.circular import CIRCULAR_ROLES, MATERIALS
from method.exact import encode_rational
from method.factor import Factor, parse_factor
from method.footprint import make_unit_footprint
from method.rules import FULL, RULES

amounts = st.fractions(min_value=0, max_value=10**6, max_denominator=10**6)
scales = st.fractions(min_value=0, max_value=100, max_denominator=100)
bases = st.sampled_from([(rules, boundary) for rules in RULES.values() for boundary in rules.boundaries])


def make_line(code: str, role: str, material: str, coefficient: Fraction) -> dict[str, Any]:
    return {
        "code": code, "name_zh": code, "name_en": code, "unit": "kg", "kind": "material",
        "coefficient": encode_rational(coefficient), "secondary": True, "accepts": [], "default_factor": "salt",
        "role": role, "material": material,
    }  # fmt: skip


def make_category(lines: list[dict[str, Any]]) -> Category:
    return parse_category(
        {
            "code": "part", "version": 1, "name_zh": "件", "name_en": "Part", "declared_unit": "kg",
            "stages": ["end_of_life"], "lines": lines, "reference": ["1", "0", "0", "0"], "quantity_low": "1",
            "quantity_high": "2",
        }
    )  # fmt: skip


CATEGORY = make_category(
    [
        make_line("bought", "activity", "", Fraction(1)),
        make_line("sold", "activity", "", Fraction(-1, 2)),
        *(
            make_line(f"{role}-{material}".replace("_", "-"), role, material, Fraction(9, 10))
            for role in CIRCULAR_ROLES
            for material in MATERIALS
        ),
    ]
)
SALT = parse_factor(
    {
        "code": "salt", "version": 1, "name_zh": "盐", "name_en": "Salt", "classification": "material",
        "total": "5.479", "biogenic": "0.25", "unit": "kg", "region": "CN", "year": 2024,
        "system_boundary": "cradle_to_gate", "gwp_set": "AR6", "basis": "anhydrous", "grade": "unknown",
        "scores": {"technology": 2, "time": 1, "geography": 3}, "source": "test", "status": "assumption",
        "licence": "test", "owner": "test",
    }
)  # fmt: skip
FACTORS: dict[str, Factor] = {"salt": SALT}
vectors = st.lists(amounts, min_size=len(CATEGORY.lines), max_size=len(CATEGORY.lines))


def footprint(values: Sequence[Fraction], basis: Any, category: Category = CATEGORY) -> Four:
    rules, boundary = basis
    lines = [LineAmount(line.code, "salt", value) for line, value in zip(category.lines, values, strict=True)]
    return make_unit_footprint(category, lines, FACTORS, rules, boundary).indicators


@settings(max_examples=25)
@given(vectors, vectors, scales, bases)
def test_every_indicator_is_linear_in_the_amounts(
    one: list[Fraction], two: list[Fraction], scale: Fraction, basis: Any
) -> None:
    combined = [a + scale * b for a, b in zip(one, two, strict=True)]
    expected = [a + scale * b for a, b in zip(footprint(one, basis), footprint(two, basis), strict=True)]
    assert list(footprint(combined, basis)) == expected


@settings(max_examples=25)
@given(amounts, amounts, bases, st.sampled_from(CIRCULAR_ROLES), st.sampled_from(MATERIALS))
def test_splitting_a_line_in_two_changes_nothing(
    one: Fraction, two: Fraction, basis: Any, role: str, material: str
) -> None:
    whole = make_category([make_line("whole", role, material, Fraction(1, 3))])
    split = make_category([make_line(code, role, material, Fraction(1, 3)) for code in ("a", "b")])
    assert footprint([one + two], basis, whole) == footprint([one, two], basis, split)


@settings(max_examples=25)
@given(vectors, st.sampled_from(sorted(RULES)))
def test_the_boundary_changes_the_shares_of_recycling_and_nothing_else(
    values: list[Fraction], method: str
) -> None:
    rules = RULES[method]
    only_circular = [Fraction(0), Fraction(0), *values[2:]]
    only_bought = [*values[:2], *([Fraction(0)] * (len(values) - 2))]
    assert footprint(only_circular, (rules, "partial")) == (0, 0, 0, 0)
    assert footprint(only_bought, (rules, "partial")) == footprint(only_bought, (rules, FULL))
    change = footprint(values, (rules, FULL))[0] - footprint(values, (rules, "partial"))[0]
    assert change == footprint(only_circular, (rules, FULL))[0]


@settings(max_examples=25)
@given(vectors, bases)
def test_secondary_data_is_never_less_than_the_footprint_that_rests_on_it(
    values: list[Fraction], basis: Any
) -> None:
    total, _, secondary, quality = footprint(values, basis)
    assert secondary >= abs(total)
    assert quality == SALT.scores.total * secondary


def record(line: str, amount: Fraction, unit: str) -> ActivityRecord:
    return ActivityRecord(line, "2025-01-01", "2025-12-31", amount, unit, Fraction(1), "", "", "", "", 1)


@settings(max_examples=25)
@given(amounts, st.sampled_from([("kg", 1), ("t", 1000), ("g", Fraction(1, 1000)), ("kt", 10**6)]), bases)
def test_the_unit_of_a_record_does_not_matter(
    amount: Fraction, unit: tuple[str, Fraction], basis: Any
) -> None:
    name, scale = unit
    rules, boundary = basis
    plain = [record("output", Fraction(7), "kg"), record("bought", amount, "kg")]
    other = [record("output", Fraction(7, 1000), "t"), record("bought", amount / scale, name)]
    results = [
        make_unit_footprint(CATEGORY, make_line_amounts(records, CATEGORY), FACTORS, rules, boundary)
        for records in (plain, other)
    ]
    assert results[0] == results[1]

"""Factors and categories: strict reading, statements' fields and back, what fits where."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from method.category import (
    MAX_ACCEPTED,
    accept_factor,
    check_factor_fits,
    check_factors_agree,
    make_category_fields,
    make_category_record,
    parse_category,
    parse_category_fields,
)
from method.errors import BadField, BadNumber, MethodError, UnknownUnit, WrongFactor
from method.factor import check_valid_on, make_factor_fields, parse_factor


def test_a_factor_survives_its_statement_fields(factor_record: dict[str, Any]) -> None:
    factor = parse_factor(factor_record)
    assert make_factor_fields(factor) == factor_record
    assert parse_factor(make_factor_fields(factor)) == factor


def test_a_category_survives_its_statement_fields(category_record: dict[str, Any]) -> None:
    category = parse_category(category_record)
    fields = make_category_fields(category)
    assert fields["reference"] == ["3500000000000", "0", "1250000000000", "7000000000000"]
    assert (fields["quantity_low"], fields["quantity_high"]) == ("500", "2500")
    assert parse_category_fields(fields) == category
    assert category.quantity_middle == Fraction(3, 2)


def test_a_category_survives_the_file_that_people_edit(category_record: dict[str, Any]) -> None:
    assert make_category_record(parse_category(category_record)) == category_record


def test_a_line_comes_to_accept_a_factor_per_its_unit_and_no_other(category_record: dict[str, Any]) -> None:
    category = parse_category(category_record)
    wider = accept_factor(category, "gas", "biogas", "MJ")
    assert [line.accepts for line in wider.lines] == [("grid",), ("gas", "biogas"), ("scrap",)]
    full = ["gas", *(f"gas-{number}" for number in range(MAX_ACCEPTED - 1))]
    category_record["lines"][1]["accepts"] = full
    for of, line, unit, why in (
        (category, "heat", "MJ", "has no line 'heat'; its lines are electricity, gas, credit"),
        (category, "gas", "kWh", "line gas is per MJ, factor biogas per kWh"),
        (wider, "gas", "MJ", "line gas accepts factor biogas already"),
        (parse_category(category_record), "gas", "MJ", "names 100 factors, the most"),
    ):
        with pytest.raises(WrongFactor, match=why):
            accept_factor(of, line, "biogas", unit)
    category_record["lines"][1]["accepts"] = [*full, "one-more"]
    with pytest.raises(BadField, match="at most 100 items"):
        parse_category(category_record)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("total", 0.5777, BadNumber), ("total", "1e-3", BadNumber), ("code", "Grid!", BadField),
        ("unit", "ton", UnknownUnit), ("unit", "千瓦时", BadField),
        ("year", "2024", BadField), ("year", True, BadField), ("classification", "magic", BadField),
        ("scores", {"technology": 6, "time": 1, "geography": 1}, BadField), ("scores", {"technology": 1}, BadField),
        ("valid_from", "2025-13-01", BadField), ("name_zh", "", BadField), ("name_zh", "x" * 401, BadField),
        ("surprise", 1, BadField), ("status", "rumour", BadField), ("system_boundary", "cradle to gate", BadField),
        ("gwp_set", "AR7", BadField), ("basis", "lower", BadField), ("grade", "good", BadField),
        ("grade", None, BadField),
    ],
)  # fmt: skip
def test_a_factor_with_one_bad_field_is_refused(
    factor_record: dict[str, Any], field: str, value: object, error: type[MethodError]
) -> None:
    with pytest.raises(error):
        parse_factor({**factor_record, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity_high", "5.1"), ("quantity_low", "0"), ("quantity_low", "0.5005"),
        ("stages", []), ("stages", ["use"]),
        ("stages", ["distribution", "distribution"]), ("reference", ["1", "0", "0"]),
        ("reference", ["0", "0", "0", "0"]),
        ("reference", ["1", "0", "-1", "0"]), ("reference", ["1.0000000000001", "0", "0", "0"]), ("lines", []),
        ("lines", "x"), ("declared_unit", 1), ("version", 0),
    ],
)  # fmt: skip
def test_a_category_with_one_bad_field_is_refused(
    category_record: dict[str, Any], field: str, value: object
) -> None:
    with pytest.raises(MethodError):
        parse_category({**category_record, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("coefficient", "0.5"), ("coefficient", 1), ("kind", "magic"), ("secondary", "yes"), ("accepts", ["other"]),
        ("accepts", "grid"), ("unit", "ton"), ("code", "gas"),
    ],
)  # fmt: skip
def test_a_category_with_one_bad_line_is_refused(
    category_record: dict[str, Any], field: str, value: object
) -> None:
    category_record["lines"][0][field] = value
    with pytest.raises(MethodError):
        parse_category(category_record)


def test_more_than_forty_lines_are_refused(category_record: dict[str, Any]) -> None:
    line = category_record["lines"][0]
    lines = [{**line, "code": f"line-{number}"} for number in range(41)]
    with pytest.raises(BadField, match="at most 40"):
        parse_category({**category_record, "lines": lines})
    assert len(parse_category({**category_record, "lines": lines[:40]}).lines) == 40


def test_a_line_refuses_a_factor_it_does_not_accept(
    category_record: dict[str, Any], factor_record: dict[str, Any]
) -> None:
    line = parse_category(category_record).lines[0]
    check_factor_fits(line, parse_factor(factor_record))
    with pytest.raises(WrongFactor, match="accepts grid"):
        check_factor_fits(line, parse_factor({**factor_record, "code": "other"}))


def test_a_line_refuses_a_factor_of_another_unit(
    category_record: dict[str, Any], factor_record: dict[str, Any]
) -> None:
    line = parse_category(category_record).lines[0]
    with pytest.raises(WrongFactor, match="per kWh, factor grid per MJ"):
        check_factor_fits(line, parse_factor({**factor_record, "unit": "MJ"}))


def test_a_factor_is_used_within_its_validity_only(factor_record: dict[str, Any]) -> None:
    factor = parse_factor({**factor_record, "valid_from": "2025-01-01", "valid_to": "2025-12-31"})
    check_valid_on(factor, "2025-12-31", "2026-12-31")
    for start, end in (("2024-01-01", "2024-12-31"), ("2026-01-01", "2026-12-31")):
        with pytest.raises(WrongFactor, match="valid from 2025-01-01"):
            check_valid_on(factor, start, end)


def test_direct_emissions_by_the_potentials_of_two_reports_are_refused(
    category_record: dict[str, Any], factor_record: dict[str, Any]
) -> None:
    category_record["lines"][2]["kind"] = category_record["lines"][1]["kind"] = "direct_emission"
    lines = parse_category(category_record).lines
    fifth, sixth, unknown = (
        parse_factor({**factor_record, "gwp_set": one}) for one in ("AR5", "AR6", "unknown")
    )
    check_factors_agree(lines, [fifth, sixth, sixth])
    check_factors_agree(lines, [fifth, unknown, sixth])
    with pytest.raises(WrongFactor, match="AR5 and AR6 do not mix"):
        check_factors_agree(lines, [sixth, fifth, sixth])


@pytest.mark.parametrize("energy", ["2", "50", "100", "5000"])
def test_one_pack_takes_one_assembly_whatever_its_energy(
    category_record: dict[str, Any], energy: str
) -> None:
    pieces = {"declared_unit": "piece", "quantity_low": "0.005", "quantity_high": "0.018"}
    assembly = parse_category({**category_record, **pieces})
    assert assembly.plausible_quantity(Fraction(energy)) == (Fraction(1, 2), 2)


def test_what_is_no_whole_pack_is_held_against_its_range_per_kwh(category_record: dict[str, Any]) -> None:
    assert parse_category(category_record).plausible_quantity(Fraction(50)) == (25, 125)
    pieces = {"declared_unit": "piece", "quantity_low": "0.1", "quantity_high": "1"}
    cells = parse_category({**category_record, **pieces})
    assert cells.plausible_quantity(Fraction(50)) == (5, 50)

"""What an owner may write about a product, and how slips are told."""

from __future__ import annotations

import tomllib
from fractions import Fraction

import pytest

from exchange.particular_fields import BY_NAME, FIELDS
from exchange.particulars import Particulars, find_slips, parse_particulars
from method.errors import BadField, BadFields


def test_nothing_needs_to_be_stated() -> None:
    assert parse_particulars({}) == Particulars()


def test_everything_that_is_stated_is_read() -> None:
    record = {
        "product_name": "P", "product_description": "d", "performance_class": "A", "mass_kg": "523.5",
        "fossil_carbon_kg": "0", "valid_from": "2026-01-01", "valid_until": "2026-12-31",
        "product_ids": ["urn:gtin:1", "urn:gtin:1"], "product_classifications": ["urn:pact:x:y"],
        "company_ids": ["urn:a1:b"], "standards": ["ISO14067", "PEF"], "gwp_reports": ["AR5", "AR6"],
        "packaging_included": False, "region": "Eastern Asia", "waste_incineration": "cut-off", "geography": "DE-BW",
        "public_study_link": "https://example.org/a.pdf", "extension_schema": "https://example.org/s.json",
    }  # fmt: skip
    assert set(record) == set(BY_NAME)
    found = parse_particulars(record)
    assert (found.mass_kg, found.fossil_carbon_kg) == (Fraction("523.5"), 0)
    assert found.product_ids == ("urn:gtin:1",) and found.packaging_included is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mass_kg", "0"), ("mass_kg", 523.0), ("mass_kg", "-1"), ("fossil_carbon_kg", "-1"),
        ("product_ids", ["04712345060507"]), ("product_ids", "urn:gtin:1"), ("company_ids", ["urn:a:b c"]),
        ("standards", ["ISO 14067"]), ("gwp_reports", ["6"]), ("gwp_reports", ["IPCC AR6"]),
        ("packaging_included", "no"), ("region", "China"),
        ("waste_incineration", "none"), ("geography", "cn"), ("geography", "CN-"),
        ("public_study_link", "ftp://example.org"), ("public_study_link", "javascript:alert(1)"),
        ("valid_from", "tomorrow"), ("mass", "1"),
    ],
)  # fmt: skip
def test_a_slip_is_named(field: str, value: object) -> None:
    with pytest.raises(BadFields, match=field):
        parse_particulars({field: value})
    assert list(find_slips({field: value})) == [field] * (field in BY_NAME)


def test_all_slips_are_told_at_once() -> None:
    with pytest.raises(BadFields) as caught:
        parse_particulars({"mass_kg": "x", "region": "Moon", "geography": "?"})
    assert len(caught.value.problems) == 3


def test_a_validity_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(BadField, match="valid_until is before valid_from"):
        parse_particulars({"valid_from": "2026-02-01", "valid_until": "2026-01-31"})
    assert list(find_slips({"valid_from": "2026-02-01", "valid_until": "2026-01-31"})) == ["valid_until"]


def test_every_example_is_a_line_that_the_file_may_hold() -> None:
    """Forms, refusals and docs show these: each is parsed as TOML and taken."""
    stated = tomllib.loads("".join(f"{field.name} = {field.example}\n" for field in FIELDS))
    assert set(stated) == set(BY_NAME) == set(Particulars.__dataclass_fields__)
    assert parse_particulars(stated) != Particulars()

"""The filters of PACT 3.0: OR within a criterion, AND between criteria, and nothing passed over."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.formats import make_document
from exchange.pact_filters import LISTS, MOMENTS, BadFilter, parse_criteria, parse_query
from tests.support.example_chain import clear_example, particulars_of

FOOTPRINT = make_document(
    clear_example("ncm-pack", "mee-2025-cff", "partial"), "pact", particulars_of("ncm-pack"), None
)
IN_JIANGSU = {
    **FOOTPRINT,
    "pcf": {
        **{name: value for name, value in FOOTPRINT["pcf"].items() if name != "geographyCountry"},
        "geographyCountrySubdivision": "CN-JS",
    },
}


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ([], True),
        ([("productId", "urn:gtin:04712345060507")], True),
        ([("productid", "URN:GTIN:04712345060507")], True),
        ([("productId", "urn:gtin:1")], False),
        ([("productId", "urn:gtin:1"), ("productId", "urn:gtin:04712345060507")], True),
        ([("productId", "urn:gtin:04712345060507"), ("geography", "DE")], False),
        ([("companyId", "urn:sealsum:legal-entity:example-cn-0016")], True),
        ([("classification", "urn:pact:x")], False),
        ([("geography", "cn")], True),
        ([("geography", "Asia")], True),
        ([("geography", "Eastern Asia")], True),
        ([("geography", "Europe")], False),
        ([("status", "active")], True),
        ([("status", "Deprecated")], False),
        ([("validOn", "2026-11-18T11:06:40Z")], True),
        ([("validOn", "2026-11-18T11:06:39Z")], False),
        ([("validOn", "2029-01-01T01:00:00+01:00")], True),
        ([("validAfter", "2026-11-18T11:06:39Z")], True),
        ([("validAfter", "2026-11-18T11:06:40Z")], False),
        ([("validBefore", "2029-01-01T00:00:01Z")], True),
        ([("validBefore", "2029-01-01T00:00:00Z")], False),
    ],
)
def test_a_filter_lets_through_what_it_says(query: list[tuple[str, str]], fits: bool) -> None:
    assert parse_query(query).matches(FOOTPRINT, "Eastern Asia") is fits


def test_a_country_holds_its_provinces_and_not_the_other_way() -> None:
    assert parse_query([("geography", "CN")]).matches(IN_JIANGSU)
    assert parse_query([("geography", "CN-JS")]).matches(IN_JIANGSU)
    assert not parse_query([("geography", "CN-JS")]).matches(FOOTPRINT)


@pytest.mark.parametrize(
    "query",
    [
        [("$filter", "productIds/any()")],
        [("productIds", "urn:a1:b")],
        [("productId", "04712345060507")],
        [("status", "Draft")],
        [("validOn", "2026-11-18")],
        [("validOn", "2026-11-18T11:06:40")],
        [("validOn", "")],
        [("validOn", "2026-11-18T11:06:40Z"), ("validOn", "2026-11-18T11:06:40Z")],
        [("geography", "x" * 401)],
        [("geography", "x")] * 101,
    ],
)
def test_what_is_not_understood_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(BadFilter):
        parse_query(query)


def test_criteria_of_an_event_are_the_same() -> None:
    wanted = parse_criteria(
        {"geography": ["DE", "CN"], "validOn": "2027-01-01T00:00:00Z", "comment": "please"}
    )
    assert wanted.matches(FOOTPRINT)
    for bad in (
        {"geography": "CN"},
        {"validOn": ["2027-01-01T00:00:00Z"]},
        {"invoice": ["1"]},
        {"comment": 1},
    ):
        with pytest.raises(BadFilter):
            parse_criteria(bad)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*LISTS, *MOMENTS, "$filter", ""]) | st.text(max_size=10), st.text(max_size=50)
        ),
        max_size=5,
    )
)
def test_whatever_a_partner_asks_is_a_filter_or_refused(query: list[tuple[str, str]]) -> None:
    with suppress(BadFilter):
        assert parse_query(query).matches(FOOTPRINT) in (True, False)

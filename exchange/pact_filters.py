"""Which footprints a partner asks for, by the filters of PACT 3.0: OR within a criterion, AND between criteria.

The one fact: what is not understood is refused, never passed over, so that nobody takes a wider list for a narrow one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from exchange.particular_fields import REGIONS

LISTS = ("productId", "companyId", "geography", "classification", "status")
MOMENTS = ("validOn", "validAfter", "validBefore")
STATUSES = ("Active", "Deprecated")
MOST_VALUES = 100
LONGEST_VALUE = 400
_LARGER: Mapping[str, str] = {
    **dict.fromkeys(("Central Asia", "Eastern Asia", "South-eastern Asia", "Southern Asia", "Western Asia"), "Asia"),
    **dict.fromkeys(("Eastern Europe", "Northern Europe", "Southern Europe", "Western Europe"), "Europe"),
    **dict.fromkeys(("Northern Africa", "Sub-Saharan Africa"), "Africa"),
    **dict.fromkeys(("Latin America and the Caribbean", "Northern America"), "Americas"),
    **dict.fromkeys(("Australia and New Zealand", "Melanesia", "Micronesia", "Polynesia"), "Oceania"),
}  # fmt: skip
assert set(_LARGER) | set(_LARGER.values()) == set(REGIONS)


class BadFilter(ValueError):
    """A criterion that PACT does not know or whose value is not of its form."""


@dataclass(frozen=True, slots=True)
class FootprintFilter:
    """Criteria by their PACT names; an absent one lets everything through. Moments are UTC."""

    lists: Mapping[str, frozenset[str]]
    moments: Mapping[str, datetime]

    def matches(self, footprint: Mapping[str, Any], region: str = "") -> bool:
        """Whether a ProductFootprint is asked for. `region`: the UN's name for where it was made, if it is known."""
        valid = (
            parse_moment(footprint["validityPeriodStart"]),
            parse_moment(footprint["validityPeriodEnd"]),
        )
        return all(wanted & _values(name, footprint, region) for name, wanted in self.lists.items()) and all(
            _holds(name, moment, *valid) for name, moment in self.moments.items()
        )


def _values(name: str, footprint: Mapping[str, Any], region: str) -> set[str]:
    pcf = footprint["pcf"]
    country = str(pcf.get("geographyCountry", ""))
    subdivision = str(pcf.get("geographyCountrySubdivision", ""))
    named: dict[str, Iterable[str]] = {
        "productId": footprint["productIds"],
        "companyId": footprint["companyIds"],
        "classification": footprint.get("productClassifications", ()),
        "status": (footprint["status"],),
        "geography": (country, subdivision, subdivision[:2], region, _LARGER.get(region, "")),
    }
    return {value.lower() for value in named[name] if value}


def _holds(name: str, moment: datetime, start: datetime, end: datetime) -> bool:
    if name == "validOn":
        return start <= moment <= end
    return start > moment if name == "validAfter" else end < moment


def parse_query(pairs: Iterable[tuple[str, str]]) -> FootprintFilter:
    """The criteria of a query string, names in any case as PACT's own example has them; BadFilter."""
    found: dict[str, list[str]] = {}
    names = {name.lower(): name for name in (*LISTS, *MOMENTS)}
    for key, value in pairs:
        name = names.get(key.lower())
        if name is None:
            raise BadFilter(
                f"unknown parameter {key[:40]!r}: expected limit, {', '.join((*LISTS, *MOMENTS))}"
            )
        found.setdefault(name, []).append(value)
    return _make_filter(found)


def parse_criteria(data: Mapping[str, Any]) -> FootprintFilter:
    """The criteria in the data of a RequestCreatedEvent; BadFilter."""
    found: dict[str, list[str]] = {}
    for name, value in data.items():
        if name in MOMENTS:
            value = [value]
        elif name == "comment":
            if not isinstance(value, str):
                raise BadFilter("comment: expected a text")
            continue
        elif name not in LISTS:
            raise BadFilter(
                f"unknown criterion {name[:40]!r}: expected {', '.join((*LISTS, *MOMENTS))} or comment"
            )
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadFilter(
                f"{name}: expected a list of texts" if name in LISTS else f"{name}: expected a text"
            )
        found[name] = value
    return _make_filter(found)


def _make_filter(found: Mapping[str, Sequence[str]]) -> FootprintFilter:
    for name, values in found.items():
        if len(values) > MOST_VALUES or any(len(one) > LONGEST_VALUE for one in values):
            raise BadFilter(f"{name}: expected at most {MOST_VALUES} values of {LONGEST_VALUE} characters")
        if name in ("productId", "companyId", "classification") and any(
            not one.lower().startswith("urn:") for one in values
        ):
            raise BadFilter(f"{name}: expected URNs, such as urn:gtin:04712345060507")
        if name in MOMENTS and len(values) != 1:
            raise BadFilter(f"{name}: expected one moment")
    if any(one.capitalize() not in STATUSES for one in found.get("status", ())):
        raise BadFilter("status: expected Active or Deprecated")
    return FootprintFilter(
        {name: frozenset(one.lower() for one in found[name]) for name in LISTS if found.get(name)},
        {name: parse_moment(found[name][0]) for name in MOMENTS if name in found},
    )


def parse_moment(text: object) -> datetime:
    """RFC 3339 with its zone, as UTC; BadFilter."""
    if isinstance(text, str) and len(text) <= 40 and text[10:11] in "Tt":
        try:
            found = datetime.fromisoformat(text)
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise BadFilter("expected a moment such as 2026-04-01T00:00:00Z")

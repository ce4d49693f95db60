"""What no certificate says of a product and formats ask for: mass, identifiers, place, study. The owner states it.

The one fact: nothing here is invented. A format that needs what is not stated refuses, and lists all of it at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from method.errors import BadField
from method.fields import (
    Record,
    check_all,
    check_known,
    read_bool,
    read_date,
    read_decimal,
    read_list,
    read_text,
)
from protocol.errors import Refused

LONGEST_LIST = 50
_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[!-~]+")
_LINK = re.compile(r"https?://[!-~]+")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ASSESSMENT = re.compile(r"AR[1-9][0-9]?")
REGIONS = (
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe",
)  # fmt: skip
WASTE_INCINERATION = ("cut-off", "reverse cut-off", "system expansion", "polluter pays principle")
STANDARDS = (
    "ISO14067", "ISO14083", "ISO14040-44", "GHGP-Product", "PEF", "PACT-1.0", "PACT-2.0", "PACT-3.0", "PAS2050",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Particulars:
    """What the owner states of one pack model; "" or () or None where it does not.

    `geography`: ISO 3166-1 or 3166-2 of the last factory; `region`: the UN's name. Dates are ISO, both included.
    `gwp_reports`: whose warming potentials stand behind factors that do not say. `extension_schema`: where the owner
    has put the schema of PACT's extension.
    """

    product_name: str = ""
    product_description: str = ""
    product_ids: tuple[str, ...] = ()
    product_classifications: tuple[str, ...] = ()
    company_ids: tuple[str, ...] = ()
    mass_kg: Fraction | None = None
    fossil_carbon_kg: Fraction | None = None
    geography: str = ""
    region: str = ""
    standards: tuple[str, ...] = ()
    gwp_reports: tuple[str, ...] = ()
    packaging_included: bool | None = None
    waste_incineration: str = ""
    public_study_link: str = ""
    performance_class: str = ""
    valid_from: str = ""
    valid_until: str = ""
    extension_schema: str = ""


_TEXTS = ("product_name", "product_description", "performance_class")
_MASSES = ("mass_kg", "fossil_carbon_kg")
_DAYS = ("valid_from", "valid_until")
FIELDS = tuple(Particulars.__dataclass_fields__)
WORDS: Mapping[str, str] = {
    "mass_kg": 'mass of one pack without packaging, such as mass_kg = "523"',
    "fossil_carbon_kg": 'fossil carbon in one pack, such as fossil_carbon_kg = "110"',
    "geography": 'country or province of the last factory, such as geography = "CN" or "CN-JS"',
    "region": 'the region that the United Nations counts it to, such as region = "Eastern Asia"',
    "standards": 'the standards you followed, such as standards = ["ISO14067"]',
    "gwp_reports": "whose warming potentials the factors use that do not say, such as "
    'gwp_reports = ["AR6"]; ask your suppliers and factor providers',
    "packaging_included": "whether packaging is in the figures: packaging_included = false",
    "waste_incineration": f"how burning of waste is allocated: one of {', '.join(WASTE_INCINERATION)}",
    "public_study_link": 'where the public study is, such as public_study_link = "https://example.org/study.pdf"',
}
"""What to write for a field that a format needs."""


def parse_particulars(record: Record) -> Particulars:
    """Read the table that the owner wrote; raise BadFields with all problems."""
    reads: dict[str, Callable[[], object]] = {
        **{name: partial(_text, record, name) for name in _TEXTS},
        **{name: partial(_mass, record, name) for name in _MASSES},
        **{name: partial(_day, record, name) for name in _DAYS},
        "product_ids": partial(_matching, record, "product_ids", _URN),
        "product_classifications": partial(_matching, record, "product_classifications", _URN),
        "company_ids": partial(_matching, record, "company_ids", _URN),
        "standards": partial(_choices, record, "standards", STANDARDS),
        "gwp_reports": partial(_matching, record, "gwp_reports", _ASSESSMENT),
        "packaging_included": partial(_flag, record, "packaging_included"),
        "region": partial(_choice, record, "region", REGIONS),
        "waste_incineration": partial(_choice, record, "waste_incineration", WASTE_INCINERATION),
        "geography": partial(_shaped, record, "geography", _PLACE),
        "public_study_link": partial(_shaped, record, "public_study_link", _LINK),
        "extension_schema": partial(_shaped, record, "extension_schema", _LINK),
    }
    check_all([partial(check_known, record, FIELDS, _WHAT), *reads.values()])
    found = Particulars(**{name: read() for name, read in reads.items()})  # type: ignore[arg-type]
    if found.valid_from and found.valid_until and found.valid_until < found.valid_from:
        raise BadField(f"{_WHAT}: valid_until is before valid_from")
    return found


def check_stated(what: str, missing: Iterable[str]) -> None:
    """Refused("particulars") when a format needs what is not stated: every field with what to write."""
    lines = [f"{name}: {WORDS[name]}" for name in missing]
    if lines:
        raise Refused(
            "particulars",
            f"{what} asks for what no certificate says; write these lines into the box on the page, or into a file "
            "that --particulars names:\n  " + "\n  ".join(lines),
        )


_WHAT = "particulars"


def _text(record: Record, name: str) -> str:
    return read_text(record, name, _WHAT, optional=True)


def _mass(record: Record, name: str) -> Fraction | None:
    if name not in record:
        return None
    value = read_decimal(record, name, _WHAT)
    if value < 0 or (name == "mass_kg" and value == 0):
        raise BadField(f"{_WHAT}: field {name!r}: expected a mass in kg that is not negative")
    return value


def _day(record: Record, name: str) -> str:
    return read_date(record, name, _WHAT) if name in record else ""


def _flag(record: Record, name: str) -> bool | None:
    return read_bool(record, name, _WHAT) if name in record else None


def _choice(record: Record, name: str, choices: tuple[str, ...]) -> str:
    value = _text(record, name)
    if value and value not in choices:
        raise BadField(f"{_WHAT}: field {name!r}: expected one of {', '.join(choices)}")
    return value


def _shaped(record: Record, name: str, shape: re.Pattern[str]) -> str:
    value = _text(record, name)
    if value and shape.fullmatch(value) is None:
        raise BadField(f"{_WHAT}: field {name!r}: found {value!r}; {WORDS.get(name, 'expected a link')}")
    return value


def _texts(record: Record, name: str) -> tuple[str, ...]:
    items = read_list(record, name, _WHAT, LONGEST_LIST) if name in record else []
    return tuple(read_text({name: item}, name, _WHAT) for item in items)


def _choices(record: Record, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_choice({name: item}, name, choices) for item in _texts(record, name)))


def _matching(record: Record, name: str, shape: re.Pattern[str]) -> tuple[str, ...]:
    found = _texts(record, name)
    for item in found:
        if shape.fullmatch(item) is None:
            example = "AR6" if shape is _ASSESSMENT else "urn:gtin:04712345060507"
            raise BadField(f"{_WHAT}: field {name!r}: found {item!r}, expected texts such as {example}")
    return tuple(dict.fromkeys(found))

"""What no certificate says of a product and formats ask for: mass, identifiers, place, study. The owner states it.

The one fact: nothing here is invented. A format that needs what is not stated refuses, and lists all of it at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from exchange.particular_fields import BY_NAME, FIELDS, FORMAT_NAMES, Field, Kind, needed_fields
from method.errors import BadField, MethodError
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
from operation.phrases import Phrase
from protocol.errors import Refused

LONGEST_LIST = 50
_WHAT = "particulars"


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


ENDS_EARLY = Phrase("valid_until is before valid_from", "有效期止早于有效期起，请更正")


class NotStated(Refused):
    """A format needs what is not stated: `missing`."""

    def __init__(self, format: str, missing: tuple[Field, ...]) -> None:
        lines = "".join(f"\n  {field.name}: {what_to_write(field).en}" for field in missing)
        said = f"{FORMAT_NAMES[format]} asks for what no certificate says; write it into a file"
        super().__init__("particulars", f"{said}, a line each, and name the file with --particulars:{lines}")
        self.missing = missing


def what_to_write(field: Field) -> Phrase:
    """What a field expects, with a line that may be copied into the file."""
    expects, line = field.expects, f"{field.name} = {field.example}"
    one_of = ", ".join(field.choices)
    return Phrase(
        f"{expects.en}{f'; one of {one_of}' if one_of else ''}, such as {line}",
        f"{expects.zh}{f'（可选：{one_of}）' if one_of else ''}，如 {line}",
    )


def parse_particulars(record: Record) -> Particulars:
    """Read the table that the owner wrote; raise BadFields with all problems."""
    reads = [partial(_read, record, field) for field in FIELDS]
    values = check_all([partial(check_known, record, tuple(BY_NAME), _WHAT), *reads])[1:]
    found = Particulars(**{field.name: value for field, value in zip(FIELDS, values, strict=True)})
    if _ends_early(found.valid_from, found.valid_until):
        raise BadField(f"{_WHAT}: {ENDS_EARLY.en}")
    return found


def find_slips(record: Record) -> dict[str, Phrase]:
    """What is wrong with each field of a form; nothing is, when `parse_particulars` takes the record."""
    slips, values = {}, {}
    for field in FIELDS:
        try:
            values[field.name] = _read(record, field)
        except MethodError:
            slips[field.name] = field.expects
    if _ends_early(str(values.get("valid_from", "")), str(values.get("valid_until", ""))):
        slips["valid_until"] = ENDS_EARLY
    return slips


def _ends_early(first: str, last: str) -> bool:
    return bool(first and last and last < first)


def check_stated(format: str, particulars: Particulars, known: Mapping[str, object] | None = None) -> None:
    """Raise NotStated when a format needs what is neither stated nor `known` by the field's name."""
    known = known or {}
    missing = tuple(
        field
        for field in needed_fields(format)
        if getattr(particulars, field.name) in ("", (), None) and not known.get(field.name)
    )
    if missing:
        raise NotStated(format, missing)


# --- reading one field -----------------------------------------------------------------------------


def _read(record: Record, field: Field) -> object:
    """The field's value, empty where it is not stated; raise BadField."""
    name, is_there = field.name, field.name in record
    match field.kind:
        case Kind.TEXT | Kind.CHOICE:
            return _check_one(field, read_text(record, name, _WHAT, optional=True))
        case Kind.TEXTS | Kind.CHOICES:
            items = read_list(record, name, _WHAT, LONGEST_LIST) if is_there else []
            texts = [read_text({name: item}, name, _WHAT) for item in items]
            return tuple(dict.fromkeys(_check_one(field, text) for text in texts))
        case Kind.MASS:
            return _read_mass(record, field) if is_there else None
        case Kind.DAY:
            return read_date(record, name, _WHAT) if is_there else ""
        case Kind.FLAG:
            return read_bool(record, name, _WHAT) if is_there else None


def _check_one(field: Field, value: str) -> str:
    if value and field.choices and value not in field.choices:
        raise BadField(f"{_WHAT}: field {field.name!r}: expected one of {', '.join(field.choices)}")
    if value and field.shape is not None and field.shape.fullmatch(value) is None:
        raise BadField(f"{_WHAT}: field {field.name!r}: found {value!r}; expected {what_to_write(field).en}")
    return value


def _read_mass(record: Record, field: Field) -> Fraction:
    value = read_decimal(record, field.name, _WHAT)
    if value < 0 or (field.name == "mass_kg" and value == 0):
        raise BadField(f"{_WHAT}: field {field.name!r}: expected a mass in kg: {field.expects.en}")
    return value

"""A supplier's product and the company behind it: what a declaration is about. Protocol 5."""

from __future__ import annotations

from dataclasses import dataclass

from method.errors import BadField
from method.fields import Record, check_known, read_code, read_date, read_table, read_text
from method.units import parse_unit

COMPANY_FIELDS = ("name_zh", "name_en", "legal_entity", "parent")
PRODUCT_FIELDS = (
    "code", "name_zh", "name_en", "category", "declared_unit", "plant", "period_start", "period_end",
    "activity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity and its ultimate parent, as the enrolment authority will state them."""

    name_zh: str
    name_en: str
    legal_entity: str
    parent: str


@dataclass(frozen=True, slots=True)
class Product:
    """One product of one plant in one period (ISO dates, both included). `activity`: the spreadsheet."""

    code: str
    name_zh: str
    name_en: str
    category: str
    declared_unit: str
    plant: str
    period_start: str
    period_end: str
    activity: str


def parse_product_file(record: Record) -> tuple[Company, Product]:
    """Read a product description with its tables `company` and `product`; raise BadField or UnknownUnit."""
    check_known(record, ("company", "product"), "product description")
    return (
        _parse_company(read_table(record, "company", "product description")),
        _parse_product(read_table(record, "product", "product description")),
    )


def _parse_company(record: Record) -> Company:
    check_known(record, COMPANY_FIELDS, "company")
    name_zh, name_en, legal_entity, parent = (read_text(record, field, "company") for field in COMPANY_FIELDS)
    return Company(name_zh, name_en, legal_entity, parent)


def _parse_product(record: Record) -> Product:
    code = read_code(record, "code", "product")
    what = f"product {code}"
    check_known(record, PRODUCT_FIELDS, what)
    start, end = read_date(record, "period_start", what), read_date(record, "period_end", what)
    if end < start:
        raise BadField(f"{what}: period_end is before period_start")
    activity = read_text(record, "activity", what)
    if "/" in activity or "\\" in activity:
        raise BadField(f"{what}: activity: expected the name of a file in the same folder")
    return Product(
        code=code,
        name_zh=read_text(record, "name_zh", what),
        name_en=read_text(record, "name_en", what),
        category=read_code(record, "category", what),
        declared_unit=parse_unit(read_text(record, "declared_unit", what)).name,
        plant=read_text(record, "plant", what),
        period_start=start,
        period_end=end,
        activity=activity,
    )

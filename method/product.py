"""A supplier's product and the company behind it: what a declaration is about. Protocol 5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from method.errors import BadField
from method.fields import Record, check_all, check_known, read_code, read_date, read_table, read_text
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
    """Read a product description with its tables `company` and `product`; raise BadFields with all problems."""
    what = "product description"
    check_all([partial(read_table, record, table, what) for table in ("company", "product")])
    company, product = read_table(record, "company", what), read_table(record, "product", what)
    check_all(
        [
            partial(check_known, record, ("company", "product"), what),
            partial(check_known, company, COMPANY_FIELDS, "company"),
            *(partial(read_text, company, field, "company") for field in COMPANY_FIELDS),
            *_product_reads(product),
        ]
    )
    return _parse_company(company), _parse_product(product)


def parse_product(record: Record) -> Product:
    """Read a product without its company; raise BadFields with all problems."""
    check_all(_product_reads(record))
    return _parse_product(record)


def _parse_company(record: Record) -> Company:
    name_zh, name_en, legal_entity, parent = (read_text(record, field, "company") for field in COMPANY_FIELDS)
    return Company(name_zh, name_en, legal_entity, parent)


def _product_reads(record: Record) -> list[Callable[[], object]]:
    what = "product"
    return [
        partial(check_known, record, PRODUCT_FIELDS, what),
        *(partial(read_code, record, field, what) for field in ("code", "category")),
        *(partial(read_text, record, field, what) for field in ("name_zh", "name_en", "plant")),
        partial(_read_declared_unit, record),
        partial(_read_period, record),
        partial(_read_activity, record),
    ]


def _read_declared_unit(record: Record) -> str:
    return parse_unit(read_text(record, "declared_unit", "product")).name


def _read_period(record: Record) -> tuple[str, str]:
    check_all([partial(read_date, record, field, "product") for field in ("period_start", "period_end")])
    start, end = (read_date(record, field, "product") for field in ("period_start", "period_end"))
    if end < start:
        raise BadField("product: period_end is before period_start")
    return start, end


def _read_activity(record: Record) -> str:
    activity = read_text(record, "activity", "product")
    if "/" in activity or "\\" in activity:
        raise BadField("product: activity: expected the name of a file in the same folder")
    return activity


def _parse_product(record: Record) -> Product:
    what = "product"
    start, end = _read_period(record)
    return Product(
        code=read_code(record, "code", what),
        name_zh=read_text(record, "name_zh", what),
        name_en=read_text(record, "name_en", what),
        category=read_code(record, "category", what),
        declared_unit=_read_declared_unit(record),
        plant=read_text(record, "plant", what),
        period_start=start,
        period_end=end,
        activity=_read_activity(record),
    )

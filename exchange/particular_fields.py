"""What an owner may state of a pack that no certificate says: each field once, for its file, its form and its errors.

The one fact: a format asks for a field here and nowhere else (`needed_by`). docs/exchange.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from operation.phrases import Phrase

FORMAT_NAMES = {"pact": "PACT", "battery-pass": "Battery Pass", "catena-x": "Catena-X"}
REGIONS = (
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe",
)  # fmt: skip
WASTE_INCINERATION = ("cut-off", "reverse cut-off", "system expansion", "polluter pays principle")
REPORTS = ("AR4", "AR5", "AR6")
"""Assessment reports of the IPCC."""
STANDARDS = (
    "ISO14067", "ISO14083", "ISO14040-44", "GHGP-Product", "PEF", "PACT-1.0", "PACT-2.0", "PACT-3.0", "PAS2050",
)  # fmt: skip


class Kind(Enum):
    """How a field is written: one text, one of a list or several, a mass, a day, yes or no."""

    TEXT = "text"
    TEXTS = "texts"
    CHOICE = "choice"
    CHOICES = "choices"
    MASS = "mass"
    DAY = "day"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `expects`: what is to be written; `example`: as a TOML value; `needed_by`: formats that refuse
    without it; `is_shared`: a company states the same of all its models."""

    name: str
    kind: Kind
    title: Phrase
    expects: Phrase
    example: str
    needed_by: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    shape: re.Pattern[str] | None = None
    is_shared: bool = False


_URN = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[!-~]+")
_LINK = re.compile(r"https?://[!-~]+")
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_GTIN = '["urn:gtin:04712345060507"]'
_TEXT = Phrase("at most 400 characters", "最多 400 个字符")
_URNS = Phrase("identifiers as URNs, each beginning with urn:", "编号写成 URN，每个以 urn: 开头")
_A_LINK = Phrase("an address that begins with https:// or http://", "以 https:// 或 http:// 开头的网址")
_A_DAY = Phrase("a day, included, written 2025-12-31", "日期（含当日），写成 2025-12-31")

FIELDS = (
    Field(
        "mass_kg", Kind.MASS, Phrase("Mass of one pack, kg", "单包质量（千克）"),
        Phrase("mass of one pack without packaging, in kg, above 0", "不含包装的单包质量，千克，大于 0"),
        '"523"', ("pact", "catena-x"),
    ),
    Field(
        "fossil_carbon_kg", Kind.MASS, Phrase("Fossil carbon in one pack, kg", "单包所含化石碳（千克）"),
        Phrase(
            "fossil carbon in one pack, in kg, not negative; in plastics and electrolyte mostly",
            "单包中化石来源的碳，千克，不小于 0；主要在塑料和电解液里",
        ),
        '"110"', ("pact",),
    ),
    Field(
        "geography", Kind.TEXT, Phrase("Country or province of the last factory", "最后一道工厂所在国家或省份"),
        Phrase(
            "ISO 3166 code in capitals, such as CN or CN-JS; may stay empty where the certificate has one plant of "
            "yours and it names its province",
            "ISO 3166 代码，大写，如 CN 或 CN-JS；证书里您自己的那一个厂址写明了省份的，可不填",
        ),
        '"CN"', ("pact",), shape=_PLACE, is_shared=True,
    ),
    Field(
        "region", Kind.CHOICE, Phrase("Region of the last factory", "最后一道工厂所在地区"),
        Phrase("the region that the United Nations counts it to, for China Eastern Asia",
               "联合国划分的地区，中国为 Eastern Asia"),
        '"Eastern Asia"', ("catena-x",), REGIONS, is_shared=True,
    ),
    Field(
        "standards", Kind.CHOICES, Phrase("Standards you followed", "所遵循的标准"),
        Phrase("the standards that your footprint follows, at least one", "碳足迹所依据的标准，至少一项"),
        '["ISO14067"]', ("pact", "catena-x"), STANDARDS, is_shared=True,
    ),
    Field(
        "gwp_reports", Kind.CHOICES, Phrase("Source of warming potentials", "全球变暖潜势的出处"),
        Phrase(
            "the IPCC report behind factors that do not name one; ask your suppliers and factor providers",
            "没有注明的因子用的是哪一份 IPCC 评估报告；请询问供应商和因子提供方",
        ),
        '["AR6"]', ("pact",), REPORTS, is_shared=True,
    ),
    Field(
        "packaging_included", Kind.FLAG, Phrase("Packaging is in the figures", "数值是否含包装"),
        Phrase("whether the declarations, suppliers' and your own, count packaging",
               "供应商和您自己的申报是否计入了包装"),
        "false", ("catena-x",), is_shared=True,
    ),
    Field(
        "waste_incineration", Kind.CHOICE, Phrase("Allocation of waste incineration", "垃圾焚烧如何分配"),
        Phrase("how burning of waste is allocated", "焚烧垃圾的排放按哪种办法分配"),
        '"cut-off"', ("catena-x",), WASTE_INCINERATION, is_shared=True,
    ),
    Field(
        "public_study_link", Kind.TEXT, Phrase("Link to the public study", "公开研究报告的链接"), _A_LINK,
        '"https://example.org/study.pdf"', ("battery-pass",), shape=_LINK,
    ),
    Field("product_name", Kind.TEXT, Phrase("Product name", "产品名称"),
          Phrase("the model's code when empty", "不填则用型号"), '"HY-N100"'),
    Field("product_description", Kind.TEXT, Phrase("Product description", "产品说明"),
          Phrase("chemistry, model and energy when empty", "不填则写化学体系、型号和电量"), '"NCM pack, 100 kWh"'),
    Field("product_ids", Kind.TEXTS, Phrase("Product identifiers", "产品编号"), _URNS, _GTIN, shape=_URN),
    Field("product_classifications", Kind.TEXTS, Phrase("Product classifications", "产品分类编号"), _URNS,
          '["urn:pact:productclassification:un-cpc:464"]', shape=_URN, is_shared=True),
    Field("company_ids", Kind.TEXTS, Phrase("Company identifiers", "企业编号"), _URNS,
          '["urn:lei:5493001KJTIIGC8Y1R12"]', shape=_URN, is_shared=True),
    Field("performance_class", Kind.TEXT, Phrase("Carbon footprint performance class", "碳足迹性能等级"), _TEXT, '"A"'),
    Field("valid_from", Kind.DAY, Phrase("Valid from", "有效期起"), _A_DAY, '"2026-01-01"'),
    Field("valid_until", Kind.DAY, Phrase("Valid until", "有效期止"), _A_DAY, '"2028-12-31"'),
    Field(
        "extension_schema", Kind.TEXT, Phrase("Schema of PACT's extension", "PACT 扩展的模式文件"), _A_LINK,
        '"https://example.org/pack-footprint-1.json"', shape=_LINK, is_shared=True,
    ),
)  # fmt: skip
BY_NAME = {field.name: field for field in FIELDS}


def needed_fields(format: str) -> tuple[Field, ...]:
    """What a format refuses without."""
    return tuple(field for field in FIELDS if format in field.needed_by)

"""A certificate as a table: one row per figure, for spreadsheets.

The one fact: values are the certificate's own decimal texts, every stage with its sign, nothing rounded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from exchange.certified import Certified, PackResult
from exchange.gate import moment, rules_of, undeclared_of
from method.rules import STAGE_NAMES

NOT_DECLARED = "未申报 not declared"
"""The value of a stage that nobody declared anything for."""
TITLES = ("model", "code", "name_en", "name_zh", "value", "unit")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure or fact of one model; `unit` is "" for a text."""

    model: str
    code: str
    name_en: str
    name_zh: str
    value: str
    unit: str

    @property
    def is_share(self) -> bool:
        """Whether its value is a share of one."""
        return (self.code.startswith("share.") and self.unit == "1") or self.code == "primary_data_share"

    def cells(self) -> tuple[str, ...]:
        """The row as TITLES has it; a text that begins like a formula is made to stay one."""
        texts = (self.model, self.code, self.name_en, self.name_zh)
        value = self.value if self.unit else _as_text(self.value)
        return (*map(_as_text, texts), value, self.unit)


def list_rows(certified: Certified) -> list[Row]:
    """Every figure of every model, with what identifies the certificate."""
    return [
        row
        for unit, figures in certified.packs
        for row in (
            *_identification(PackResult(certified, unit, figures)),
            *_figures(PackResult(certified, unit, figures)),
        )
    ]


def encode_csv(certified: Certified) -> bytes:
    """The table as UTF-8 with a byte order mark, which Excel needs for Chinese."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow(TITLES)
    writer.writerows(row.cells() for row in list_rows(certified))
    return sink.getvalue().encode("utf-8-sig")


def _identification(pack: PackResult) -> Iterator[Row]:
    certified, model = pack.certified, pack.unit.model
    rules = rules_of(certified)
    for code, en, zh, value in (
        ("certificate_sha256", "Certificate, SHA-256", "证书 SHA-256", certified.sha256),
        ("request", "Request", "请求编号", certified.request),
        ("certified_at", "Certified at", "证书时间", moment(certified.certified_at)),
        ("manufacturer", "Manufacturer", "制造商", f"{certified.maker.name_zh} {certified.maker.name_en}"),
        ("chemistry", "Chemistry", "化学体系", pack.unit.chemistry),
        ("method", "Rule set", "规则集", certified.method),
        ("variant", "Variant", "方法变体", " ".join(rules.variant_of(certified.boundary)).strip()),
        ("boundary", "Boundary", "系统边界", certified.boundary),
        ("quality_band", "Data quality band", "数据质量评语", pack.figures.quality_band),
    ):
        yield Row(model, code, en, zh, value, "")
    for opinion in certified.opinions:
        says = opinion.says
        told = f"{opinion.verifier}: {opinion.kind}; {says.scope}"
        yield Row(model, "verification", "Verification of the result", "结果的核查意见", told, "")


def _figures(pack: PackResult) -> Iterator[Row]:
    model, figures = pack.unit.model, pack.figures
    yield from _stages(pack)
    for code, en, zh, value, unit in (
        ("total_kg", "Total", "合计", figures.total_kg, "kgCO2e"),
        ("total_energy_kwh", "Total energy", "总能量", figures.total_energy_kwh, "kWh"),
        ("per_kwh", "Footprint per kWh delivered", "每 kWh 碳足迹", figures.per_kwh, "kgCO2e/kWh"),
        ("per_kwh_capacity", "Per kWh of capacity", "每 kWh 容量", figures.per_kwh_capacity, "kgCO2e/kWh"),
        (
            "overstated_by_at_most",
            "Overstated by at most",
            "至多高估",
            figures.overstated_by_at_most,
            "kgCO2e",
        ),
        ("biogenic_kg", "Biogenic part", "生物源部分", figures.biogenic_kg, "kgCO2e"),
        ("secondary_kg", "From secondary data", "来自次级数据", figures.secondary_kg, "kgCO2e"),
        ("quality_rating", "Data quality rating", "数据质量等级", figures.quality_rating, "1"),
        (
            "primary_data_share",
            "Primary data, at least",
            "初级数据占比，至少",
            figures.primary_data_share,
            "1",
        ),
    ):
        yield Row(model, code, en, zh, value, unit)


def _stages(pack: PackResult) -> Iterator[Row]:
    model, counted = pack.unit.model, rules_of(pack.certified).stages_of(pack.certified.boundary)
    undeclared = undeclared_of(pack.certified)
    for stage in counted:
        zh, en = STAGE_NAMES[stage]
        told = (NOT_DECLARED, "") if stage in undeclared else (pack.stages[stage], "kgCO2e")
        yield Row(model, f"stage.{stage}", en, zh, *told)
    for stage in counted:
        zh, en = STAGE_NAMES[stage]
        told = (NOT_DECLARED, "") if stage in undeclared else (pack.shares[stage], "1")
        yield Row(model, f"share.{stage}", f"Share: {en}", f"占比：{zh}", *told)


def _as_text(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text

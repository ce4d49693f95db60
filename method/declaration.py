"""What an authority asks to be declared under a rule set, filled in or missing. Method: results and comparison.

The one fact: a field that nothing here can know is named as missing, never left out. `declaration_fields` of a rule
set lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from method.rules import Rules

STATED_FIELDS = ("eu_declaration_number", "public_study_link", "quality_measures")
"""What only the pack maker can say: the table `declaration` of its own file."""
FIELD_NAMES: dict[str, tuple[str, str]] = {
    "manufacturer": ("制造商", "Manufacturer"),
    "model": ("型号", "Model"),
    "plant": ("生产厂地点", "Plant"),
    "chemistry": ("化学体系", "Chemistry"),
    "functional_unit": ("功能单位", "Functional unit"),
    "boundary": ("系统边界", "Boundary"),
    "variant": ("方法变体", "Variant"),
    "total_energy_kwh": ("总能量 kWh", "Total energy, kWh"),
    "measured_cycles": ("实测循环次数", "Measured cycles"),
    "stages": ("各阶段 kgCO2e", "Stages, kgCO2e"),
    "stages_per_kwh": ("各阶段 kgCO2e/kWh", "Stages, kgCO2e/kWh"),
    "total_kg": ("合计 kgCO2e", "Total, kgCO2e"),
    "per_kwh": ("碳足迹 kgCO2e/kWh", "Footprint, kgCO2e/kWh"),
    "quality_rating": ("数据质量等级", "Data quality rating"),
    "quality_measures": ("数据质量保证措施", "Measures for data quality"),
    "cut_offs": ("截断清单", "Cut-offs"),
    "electricity_models": ("电力模型", "Electricity models"),
    "eu_declaration_number": ("欧盟符合性声明编号", "EU declaration of conformity, number"),
    "public_study_link": ("公开研究报告链接", "Link to the public study"),
}


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """One field that a rule set wants declared; `value` is "" where it is missing."""

    name: str
    name_zh: str
    name_en: str
    value: str


def list_declared(rules: Rules, known: Mapping[str, str]) -> tuple[DeclaredField, ...]:
    """The rule set's fields in its order, with what is known of each."""
    return tuple(
        DeclaredField(name, *FIELD_NAMES[name], known.get(name, "")) for name in rules.declaration_fields
    )

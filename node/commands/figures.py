"""Prints what a result says: stages, totals, bound, quality, and the rule set that they are of."""

from __future__ import annotations

from collections.abc import Container, Sequence
from fractions import Fraction
from typing import Any

import typer

from node.commands.output import KG_PLACES, ROUNDED, show_band, show_stage, show_table
from node.language import Phrase
from operation.told import tell, tell_name

SEALED = Phrase(
    "Amounts are sealed: how many kWh were bought under which electricity model is not known here; "
    "sealsum footprint tells whoever owns all the data.",
    "用量是密封的：此处不知各电力模型下用了多少千瓦时；掌握全部数据者可用 sealsum footprint 查看。",
)
_RULE_SET = Phrase("Rule set {}, {}", "规则集 {}，{}")
_VARIANT = Phrase("Variant: {}", "变体：{}")
_UNSAID = Phrase("What the source of this rule set does not say:", "来源未说明的事项：")
_BETWEEN = Phrase(", ", "、")


def show_figures(figures: dict[str, Any], counted: Sequence[str], declared: Container[str]) -> None:
    """Print one model's published figures by the stages that count; a bound keeps its side when it is rounded."""
    from exchange.report.numbers import show_percent
    from method.exact import encode_at_most
    from method.result import is_sum_as_shown
    from method.rules import STAGE_NAMES

    rows, undeclared = [], [stage for stage in counted if stage not in declared]
    for stage in counted:
        name_zh, name_en = STAGE_NAMES[stage]
        kg, share = f"{float(figures['stages'][stage]):.3f}", f"{float(figures['shares'][stage]) * 100:.1f} %"
        rows.append((f"{name_en} {name_zh}", *(("-", "-") if stage in undeclared else (kg, share))))
    rows.append(("Total 合计", f"{float(figures['total_kg']):.3f}", "100.0 %"))
    show_table(("stage 阶段", "kgCO2e", "share"), rows, right=("kgCO2e", "share"))
    if not is_sum_as_shown(figures["stages"], figures["total_kg"], KG_PLACES):
        typer.echo(ROUNDED.here())
    typer.echo(
        tell(
            "{} kgCO2e/kWh over {} kWh delivered; overstated by at most {} kg, never understated.",
            f"{float(figures['per_kwh']):.6f}",
            figures["total_energy_kwh"],
            f"{float(encode_at_most(Fraction(figures['overstated_by_at_most']), KG_PLACES)):.{KG_PLACES}f}",
        )
    )
    band = show_band(figures["quality_band"])
    primary = show_percent(figures["primary_data_share"], 1, "down")
    typer.echo(
        tell(
            "{} kgCO2e per kWh of capacity; data quality {}{}; at least {} % primary data.",
            f"{float(figures['per_kwh_capacity']):.3f}",
            figures["quality_rating"],
            band,
            primary,
        )
    )
    if undeclared:
        names = _BETWEEN.here().join(map(show_stage, undeclared))
        typer.echo(tell("Nothing was declared for: {}.", names))


def show_rules(rules: dict[str, Any]) -> None:
    """Print the rule set of a result, its variant, and what its source does not say."""
    typer.echo(_RULE_SET.here(rules["method"], tell_name(rules["boundary"])))
    if "variant" not in rules:
        return
    if rules["variant"]["en"]:
        typer.echo(_VARIANT.here(Phrase(rules["variant"]["en"], rules["variant"]["zh"]).here()))
    typer.echo(SEALED.here())
    typer.echo(_UNSAID.here())
    for one in rules["unknown"]:
        typer.echo(Phrase(f"  {one['topic']}: {one['en']}", f"  {one['zh']}").here())

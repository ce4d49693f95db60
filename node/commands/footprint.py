"""`sealsum footprint PACK_DIR`: the figures of a pack's models in the clear, as tables or as one JSON object.

The one fact: the keys of result.json stand at the top level, so a clear and a sealed result compare key by key; of
several models, each has them in a list.
"""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from method.electricity import MODEL_NAMES, is_accepted
from method.exact import encode_decimal
from method.quality import is_within_limit
from method.result import Figures, is_sum_as_shown, make_report, make_rules_report
from method.rules import RULES, STAGE_NAMES, Rules
from node.clear.chain_files import read_chains
from node.clear.comparing import Comparison, compare_chain, tell_apart
from node.clear.electricity import Finding, sum_models
from node.clear.footprint import PackFootprint, compute_footprints, weigh_chain
from node.commands.output import KG_PLACES, ROUNDED, show_band
from node.importers.pack import PACK_FILE
from node.importers.problem import ImportProblems
from node.language import Phrase, find_language
from operation.told import tell, tell_name

FIGURES = (
    "per_kwh_capacity", "shares", "biogenic_kg", "secondary_kg", "quality_rating", "quality_band",
    "primary_data_share",
)  # fmt: skip


def footprint(
    pack_dir: Annotated[
        Path, typer.Argument(help="Folder with pack.toml and one folder per supplier.", metavar="DIR")
    ],
    method: Annotated[
        str | None, typer.Option(help=f"{', '.join(RULES)}; the default is what pack.toml names.")
    ] = None,
    boundary: Annotated[
        str | None, typer.Option(help="partial or full; the default is what pack.toml names.")
    ] = None,
    compare: Annotated[
        bool,
        typer.Option("--compare", help="The same pack under every rule set and boundary, and what differs."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object with the keys of result.json, and more.")
    ] = False,
) -> None:
    """Compute a pack's footprint in the clear, for someone who owns all the data; of several models, each one's."""
    folder = pack_dir.parent if pack_dir.name == PACK_FILE else pack_dir
    try:
        results = _compute(folder, (method, boundary), compare)
    except ImportProblems as error:
        language = find_language(None, os.environ)
        if as_json:
            _echo({"problems": [one.as_fields(language) for one in error.problems]})
        for problem in error.problems:
            Console(stderr=True).print(problem.describe(language), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    if as_json:
        _echo(_make_all_fields(results))
        return
    for result, compared in results:
        _print(result, compared)


_Found = tuple[PackFootprint, Comparison | None]


def _compute(folder: Path, asked: tuple[str | None, str | None], compare: bool) -> list[_Found]:
    """Each model's figures, and those under every rule set when they are to be compared; the files are read once."""
    method, boundary = asked
    if not compare:
        return [(one, None) for one in compute_footprints(folder, method=method, boundary=boundary)]
    return [
        (
            weigh_chain(files, method or files.pack.method, boundary or files.pack.boundary),
            compare_chain(files),
        )
        for files in read_chains(folder)
    ]


def _make_all_fields(results: list[_Found]) -> dict[str, Any]:
    found = [
        make_fields(result) | ({} if compared is None else _comparison_fields(result, compared))
        for result, compared in results
    ]
    if len(found) == 1:
        return found[0]
    codes = [result.pack.functional_unit.model for result, _ in results]
    return {"models": [{"model": code, **fields} for code, fields in zip(codes, found, strict=True)]}


def _print(result: PackFootprint, compared: Comparison | None) -> None:
    console = Console()
    _print_figures(result, console)
    _print_electricity(result, console)
    _print_words(result, console)
    if compared is not None:
        _print_compared(compared, console)
        _print_differences(result, compared, console)


def _echo(fields: dict[str, Any]) -> None:
    typer.echo(json.dumps(fields, ensure_ascii=False, indent=2))


# --- for programs ------------------------------------------------------------------------------------


def make_fields(result: PackFootprint) -> dict[str, Any]:
    """Everything that the tables say: the keys of result.json first."""
    figures, rules = result.figures, result.rules
    return {
        **make_report(figures),
        **{name: getattr(figures, name) for name in FIGURES},
        "land_use_kg": encode_decimal(result.land_use),
        "fossil_kg": encode_decimal(result.fossil),
        **make_rules_report(rules.code, result.pack.boundary),
        "quality_within_limit": _is_within_limit(result),
        "electricity": [
            {"model": model, "kwh": encode_decimal(kwh), "kg": encode_decimal(kg), "accepted": accepted}
            for model, (kwh, kg, accepted) in _models(result).items()
        ],
        "conforms": result.conforms,
        "findings": [_finding_fields(finding) for finding in result.findings],
        "strict_total_kg": result.strict.total_kg,
        "strict_per_kwh": result.strict.per_kwh,
        "cut_offs": [
            {"item": one.item, "line": one.line, "kg": encode_decimal(one.kg), "reason": one.reason}
            for one in result.cut_offs
        ],
        "defaults": [
            {
                "item": use.item,
                "stage": use.stage,
                "factor": use.factor,
                "kg": encode_decimal(use.kg),
                "provided": use.is_provided,
            }
            for use in result.defaults
        ],
        "declaration": [
            {"field": one.name, "zh": one.name_zh, "en": one.name_en, "value": one.value}
            for one in result.declaration
        ],
        "declaration_missing": [one.name for one in result.declaration if not one.value],
        "notes": [{"zh": zh, "en": en} for zh, en in result.notes],
        "left_out": list(result.left_out),
        "warnings": list(result.warnings),
    }


def _models(result: PackFootprint) -> dict[str, tuple[Fraction, Fraction, bool]]:
    models = sum_models(result.electricity)
    return {model: (*sums, is_accepted(model, result.rules)) for model, sums in models.items()}


def _is_within_limit(result: PackFootprint) -> bool | None:
    """None without secondary data, or where the rule set sets no limit."""
    rating = Fraction(result.figures.quality_rating)
    return is_within_limit(rating, result.rules) if rating else None


def _finding_fields(finding: Finding) -> dict[str, str]:
    use = finding.use
    return {
        "item": use.item,
        "stage": use.stage,
        "line": use.line,
        "model": use.model,
        "kwh": encode_decimal(use.kwh),
        "kg": encode_decimal(use.kg),
        "national_average_kg": encode_decimal(finding.national_kg),
        "difference_kg": encode_decimal(finding.difference_kg),
    }


def _comparison_fields(chosen: PackFootprint, compared: Comparison) -> dict[str, Any]:
    return {
        "compared": [
            make_fields(one) | {"differences": [{"zh": zh, "en": en} for zh, en in tell_apart(chosen, one)]}
            for one in compared.counted
        ],
        "not_compared": [
            {
                "method": one.method,
                "boundary": one.boundary,
                "problems": [problem.as_fields(find_language(None, os.environ)) for problem in one.problems],
            }
            for one in compared.missing
        ],
    }


# --- for people --------------------------------------------------------------------------------------

_TITLE = Phrase("{} {}: {}, {} life cycle", "{} {}：{}，{}")
_UNDECLARED = Phrase("not declared", "未申报")
_QUALITY = Phrase(
    "Primary data {} of the footprint; secondary data {} kg, quality rating {}",
    "初级数据占碳足迹的 {}；次级数据 {} kg，数据质量 {}",
)
_DIFFERENCES = Phrase("What differs from {} {}, and why 与所选结果的差异及原因:", "与 {} {}的差异及原因：")
_LIMIT = Phrase(", limit {}", "，上限 {}")
_ABOVE = Phrase(", above it 超过上限", "，超过上限")
_DEFAULT = Phrase(
    "Default factor 默认因子: {}: {} kg by {}, secondary data", "默认因子：{}：{} kg，按 {} 计，属次级数据"
)
_CUT_OFF = Phrase("Cut-off 截断: {}: {} kg, now on line {}; {}", "截断：{}：{} kg，计入项目 {}；{}")
_TO_DECLARE = Phrase(
    "{} fields to declare under {}, see --json; missing 申报还缺: {}",
    "{1} 要申报 {0} 个字段，见 --json；申报还缺：{2}",
)


def _print_figures(result: PackFootprint, console: Console) -> None:
    figures, pack, rules = result.figures, result.pack, result.rules
    name, boundary = Phrase(pack.name_en, pack.name_zh).here(), tell_name(pack.boundary)
    table = Table(title=_TITLE.here(name, pack.functional_unit.model, pack.method, boundary))
    for title in ("Stage 阶段", "kgCO2e", Phrase("Share", "占比").here()):
        table.add_column(title, justify="left" if title.startswith("Stage") else "right")
    for stage in rules.stages_of(pack.boundary):
        name_zh, name_en = STAGE_NAMES[stage]
        shown = _show(figures.stages[stage], 3), _percent(figures.shares[stage])
        table.add_row(
            f"{name_en} {name_zh}", *((_UNDECLARED.here(), "") if stage in result.undeclared else shown)
        )
    table.add_section()
    table.add_row("Total 合计", _show(figures.total_kg, 3), "100.0 %")
    console.print(table)
    if not is_sum_as_shown(figures.stages, figures.total_kg, KG_PLACES):
        console.print(ROUNDED.here())
    variant_zh, variant_en = rules.variant_of(pack.boundary)
    if variant_en:
        console.print(f"Variant 变体: {variant_en} {variant_zh}", markup=False)
    console.print(
        tell(
            "Total energy {} kWh, {} kgCO2e/kWh delivered, {} kgCO2e/kWh of capacity",
            figures.total_energy_kwh,
            _show(figures.per_kwh, 6),
            _show(figures.per_kwh_capacity, 3),
        )
    )
    if result.land_use:
        console.print(
            f"Of the total 其中: fossil 化石 {encode_decimal(result.fossil, 3)} kg, biogenic 生物源 "
            f"{_show(figures.biogenic_kg, 3)} kg, land use 土地利用 {encode_decimal(result.land_use, 3)} kg"
        )
    console.print(_describe_quality(figures, rules))


def _describe_quality(figures: Figures, rules: Rules) -> str:
    limit = "" if rules.quality_limit is None else _LIMIT.here(encode_decimal(rules.quality_limit))
    if is_within_limit(Fraction(figures.quality_rating), rules) is False:
        limit += _ABOVE.here()
    return _QUALITY.here(
        _percent(figures.primary_data_share),
        _show(figures.secondary_kg, 3),
        _show(figures.quality_rating, 4) + show_band(figures.quality_band) + limit,
    )


def _print_electricity(result: PackFootprint, console: Console) -> None:
    table = Table(title="Electricity by model 电力模型", title_justify="left")
    for title in ("Model 模型", "kWh", "kgCO2e", "Accepted 认可"):
        table.add_column(title, justify="right" if title.startswith("k") else "left")
    for model, (kwh, kg, accepted) in _models(result).items():
        said = "yes 是" if accepted else "NO 否"
        name_zh, name_en = MODEL_NAMES[model]
        table.add_row(f"{name_en} {name_zh}", encode_decimal(kwh, 3), encode_decimal(kg, 3), said)
    console.print(table)
    for finding in result.findings:
        use = finding.use
        console.print(
            tell(
                "Finding: {}, line {}: {} kWh under {}, which {} does not accept; {} kg, "
                "by the national average {} kg, {} kg",
                use.item,
                use.line,
                encode_decimal(use.kwh, 3),
                use.model,
                result.rules.code,
                encode_decimal(use.kg, 3),
                encode_decimal(finding.national_kg, 3),
                _signed(finding.difference_kg),
            ),
            style="yellow",
            markup=False,
        )
    if result.findings:
        console.print(
            f"This result does not conform to {result.rules.code}: read strictly the total is "
            f"{_show(result.strict.total_kg, 3)} kg, {_show(result.strict.per_kwh, 6)} kgCO2e/kWh. "
            "本结果不符合该规则集；以上为严格口径的合计。",
            style="bold yellow",
            markup=False,
        )


def _print_words(result: PackFootprint, console: Console) -> None:
    if result.left_out:
        console.print(f"Beyond this boundary, left out 超出边界，未计入: {', '.join(result.left_out)}")
    for use in result.defaults:
        console.print(_DEFAULT.here(use.item, encode_decimal(use.kg, 3), use.factor), markup=False)
    for cut in result.cut_offs:
        kg = encode_decimal(cut.kg, 6)
        console.print(_CUT_OFF.here(cut.item, kg, cut.line, cut.reason), markup=False)
    missing = [one for one in result.declaration if not one.value]
    lacking = ", ".join(f"{one.name_en} {one.name_zh} ({one.name})" for one in missing)
    shown = lacking or Phrase("none 无", "无").here()
    console.print(_TO_DECLARE.here(len(result.declaration), result.rules.code, shown), markup=False)
    from node.words.refusals import say_message

    unknown = result.rules.unknown_of(result.pack.boundary)
    if unknown:
        console.print("What the source of this rule set does not say 来源未说明的事项:")
    for one in unknown:
        console.print(f"  {one.topic}: {one.text_en} {one.text_zh}", markup=False)
    for zh, en in result.notes:
        console.print(f"Note 说明: {en} {zh}", markup=False)
    for warning in result.warnings:
        console.print(tell("Warning: {}", say_message(warning).here()), style="yellow", markup=False)


def _print_compared(compared: Comparison, console: Console) -> None:
    table = Table(title="The same pack under each rule set 各规则集对比", title_justify="left")
    for title in ("Rule set 规则集", "Boundary 边界", "kgCO2e", "kWh", "kgCO2e/kWh", "Conforms 符合"):
        table.add_column(
            title, justify="right" if title.startswith("k") else "left", no_wrap=title.startswith("Rule")
        )
    for one in compared.counted:
        figures = one.figures
        table.add_row(
            one.rules.code,
            tell_name(one.pack.boundary),
            _show(figures.total_kg, 3),
            figures.total_energy_kwh,
            _show(figures.per_kwh, 6),
            "yes 是" if one.conforms else "no 否",
        )
    console.print(table)
    for missing in compared.missing:
        for problem in missing.problems:
            told = problem.describe(find_language(None, os.environ))
            console.print(
                f"{missing.method} {tell_name(missing.boundary)}: {told}", style="yellow", markup=False
            )


def _print_differences(chosen: PackFootprint, compared: Comparison, console: Console) -> None:
    console.print(_DIFFERENCES.here(chosen.rules.code, tell_name(chosen.pack.boundary)))
    for other in compared.counted:
        # Two things at once are told in --json only: here either the rule set or the boundary is another one.
        if other.rules.code != chosen.rules.code and other.pack.boundary != chosen.pack.boundary:
            continue
        told = tell_apart(chosen, other)
        if told:
            heading = f"{other.rules.code} {tell_name(other.pack.boundary)}"
            console.print(heading, style="bold", markup=False)
        for zh, en in told:
            console.print(f"  {en} {zh}", markup=False)


def _show(figure: str, places: int) -> str:
    # Rounded for the eye only: --json prints every digit.
    whole, _, part = encode_decimal(Fraction(figure), places).partition(".")
    return f"{whole}.{part.ljust(places, '0')}"


def _signed(value: Fraction) -> str:
    return f"{'+' if value >= 0 else ''}{encode_decimal(value, 3)}"


def _percent(share: str) -> str:
    return f"{_show(encode_decimal(Fraction(share) * 100), 1)} %"

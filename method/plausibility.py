"""Cautions: what an owner should look at before declaring. Method: traps. Nothing here refuses anything.

The one fact: a caution is about public things (line, factor, category) and says no amount, so it may be shown, logged
and tested; only lines with an amount are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from method.activity import LineAmount
from method.category import Category, TemplateLine
from method.electricity import NATIONAL_AVERAGE, REGIONAL_GRID, RESIDUAL, SPECIFIC_SUPPLY
from method.exact import encode_decimal
from method.factor import ASSUMPTION, Factor
from method.fuels import FUELS
from method.gases import UNKNOWN_SET
from method.grid_factors import DIRECT
from method.provinces import find_province
from method.regions import name_region
from method.rules import DEFAULT_METHOD, FULL, RULES
from method.substances import ratio_of_forms, read_form
from method.units import parse_unit

OLDEST_YEARS = 5
FARTHEST = 3
"""A unit footprint more than so many times above or below the category's reference is far from it."""
REFERENCE, GEOGRAPHY = "reference", "geography"
_ABOVE = (
    (
        "高于",
        "请检查单位和产量。客户另向上游供应商要数的材料（例如正极用的锂盐），由那家申报，不填在这里；请向客户确认",
    ),
    (
        "above",
        "check units and output. A material that the customer asks its own suppliers for (for instance lithium salt "
        "for a cathode) belongs in their declaration, not here; ask your customer",
    ),
)
_BELOW = (("低于", "请检查单位、产量和漏填的行"), ("below", "check units, output and lines left empty"))
"""Where a footprint lies beside its reference and what may be the reason, in Chinese and in English."""
"""The topic of the caution about that."""
LIGHTEST_PER_KWH, HEAVIEST_PER_KWH = Fraction(5, 2), Fraction(25)
"""kg of a pack per kWh of its energy: from 400 Wh/kg down to 40 Wh/kg, wider than any pack on the road."""
_HIGHER_WORDS = ("hhv", "gcv", "higher heating", "gross calorific", "高位")
_WHOLE_WORLD = ("GLO", "RoW")
_WITHOUT_CHINA = re.compile(r"\bexcl\w*\.?\s.*\bCN\b")


@dataclass(frozen=True, slots=True)
class Caution:
    """Something to look at: which line ("" for the whole product), which rule of thumb, in two languages."""

    line: str
    topic: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a product is made: the plant as its owner wrote it, the period's last day (ISO date).

    `notes`: what the owner's records say beside each line, where a form or a heating value may be named.
    """

    plant: str
    last_day: str
    notes: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, repr=False)
class _Use:
    """A line with an amount above 0 and the factor that it is under."""

    line: TemplateLine
    factor: Factor
    amount: Fraction = field(repr=False)


def find_cautions(
    category: Category, amounts: Sequence[LineAmount], factors: Mapping[str, Factor], setting: Setting
) -> tuple[Caution, ...]:
    """Every caution: of the unit footprint first, since it tells of gross mistakes, then line by line, then the whole.

    Unknown factors are passed over.
    """
    uses = [
        _Use(line, factors[one.factor], one.amount)
        for line, one in zip(category.lines, amounts, strict=True)
        if one.amount and one.factor in factors
    ]
    found: list[Caution | None] = [check_reference(category, _footprint(uses))]
    for use in uses:
        notes = setting.notes.get(use.line.code, ())
        found += [
            check_form(use.line, use.factor, notes),
            check_heating_value(use.line, use.factor, notes),
            check_age(use.line, use.factor, setting.last_day, _offered(use.line, factors)),
            check_geography(use.line, use.factor, setting.plant, category.lines),
        ]
    found += [_check_boundaries(uses), _check_rest(uses), _check_potentials(uses)]
    found.append(_check_assumed(uses, factors))
    return tuple(caution for caution in found if caution is not None)


def _offered(line: TemplateLine, factors: Mapping[str, Factor]) -> list[Factor]:
    return [factors[code] for code in line.accepts if code in factors]


def check_form(line: TemplateLine, factor: Factor, notes: Sequence[str] = ()) -> Caution | None:
    """A hydrate counted with the factor of another form: NiSO4·6H2O weighs 1.7 times the anhydrous salt."""
    stated = read_form(*notes) or read_form(line.name_zh, line.name_en)
    meant = factor.basis if read_form(factor.basis) else read_form(factor.name_zh, factor.name_en)
    if not stated or not meant or stated == meant:
        return None
    ratio = ratio_of_forms(f"{line.name_zh} {line.name_en} {factor.name_zh} {factor.name_en}", stated, meant)
    times = "" if ratio is None else encode_decimal(ratio, 2)
    return Caution(
        line.code,
        "form",
        f"用量是 {stated} 形态，因子 {factor.code} 是 {meant} 形态"
        + (f"：同样的金属量，质量相差 {times} 倍" if times else "")
        + "；请换算用量或换用因子",
        f"the amount is {stated}, factor {factor.code} is {meant}"
        + (f": the same metal weighs {times} times as much" if times else "")
        + "; convert the amount or use another factor",
    )


def check_heating_value(line: TemplateLine, factor: Factor, notes: Sequence[str] = ()) -> Caution | None:
    """Energy on one heating value and a factor on the other: 5 % apart for coal and oil, 10 % for gas."""
    if line.kind not in (*FUELS, "heat") or parse_unit(line.unit).kind != "energy":
        return None
    higher = any(word in note.lower() for note in notes for word in _HIGHER_WORDS)
    if (factor.basis == "HHV") == higher:
        return None
    stated, meant = ("HHV", "LHV") if higher else ("LHV", "HHV")
    return Caution(
        line.code,
        "heating value",
        f"能量按{'高' if higher else '低'}位热值计，因子 {factor.code} 按{'低' if higher else '高'}位热值"
        "（煤、油约差5%，气约差10%）；请统一",
        f"the energy is {stated}, factor {factor.code} per MJ of {meant} (5 % apart for coal and oil, 10 % for gas); "
        "use one basis",
    )


def check_age(
    line: TemplateLine, factor: Factor, last_day: str, offered: Iterable[Factor] = ()
) -> Caution | None:
    """A factor whose year lies more than five years before the period's last day; `offered`: what the line accepts."""
    years = int(last_day[:4]) - factor.year
    if years <= OLDEST_YEARS:
        return None
    newer = max(offered, key=lambda one: one.year, default=factor)
    if newer.year > factor.year:
        do = f"可换用“{newer.name_zh}”（{newer.code}）", f"{newer.name_en} ({newer.code}) is newer"
    elif line.accepts:
        do = "这个项目还没有更新的因子，照用即可", "the line has no newer one, so keep it"
    else:
        do = "有更新的请换用", "use a newer one if there is"
    return Caution(
        line.code,
        "age",
        f"因子“{factor.name_zh}”是 {factor.year} 年的，比本期早 {years} 年；{do[0]}",
        f"factor {factor.name_en} is of {factor.year}, {years} years before this period; {do[1]}",
    )


def check_geography(
    line: TemplateLine, factor: Factor, plant: str, lines: Iterable[TemplateLine] = ()
) -> Caution | None:
    """Energy with the factor of another province, grid region or country; a material of another country.

    `lines`: of the template, among them that of the national average.
    """
    province, region = find_province(plant), factor.region
    if province is None or line.kind in ("transport", "direct_emission"):
        return None
    energy = line.kind in ("electricity", "heat", *FUELS)
    fits = region in province.region_codes if energy else region.startswith("CN")
    world = region.startswith(_WHOLE_WORLD) and _WITHOUT_CHINA.search(region) is None
    if fits or (world and line.kind != "electricity") or region == "-":
        return None
    place_zh, place_en = name_region(region)
    do = "请确认来源或换用当地因子", "confirm the origin or use a local factor"
    average = next((one for one in lines if one.model == NATIONAL_AVERAGE), None)
    if line.model == REGIONAL_GRID and average is not None:
        do = (
            f"没有当地的因子，就改填“{average.name_zh}”（全国平均）",
            f"without a local factor use the line {average.name_en} (national average)",
        )
    return Caution(
        line.code,
        GEOGRAPHY,
        f"工厂在{province.name_zh}，因子“{factor.name_zh}”代表{place_zh}；{do[0]}",
        f"the plant is in {province.name_en}, factor {factor.name_en} stands for {place_en}; {do[1]}",
    )


def check_reference(category: Category, footprint: Fraction) -> Caution | None:
    """A unit footprint more than three times above or below the category's published reference, which is shown."""
    reference = abs(category.reference[0])
    if reference / FARTHEST <= abs(footprint) <= reference * FARTHEST:
        return None
    zh, en = _ABOVE if abs(footprint) > reference else _BELOW
    value = f"{encode_decimal(category.reference[0])} kgCO2e/{category.declared_unit}"
    return Caution(
        "",
        REFERENCE,
        f"单位产品足迹{zh[0]}类别“{category.name_zh}”参考值（{value}）的 {FARTHEST} 倍范围；{zh[1]}",
        f"the unit footprint is more than {FARTHEST} times {en[0]} the reference of the category {category.name_en}, "
        f"{value}; {en[1]}",
    )


def _check_boundaries(uses: Iterable[_Use]) -> Caution | None:
    """Direct grid factors, alone or beside life-cycle ones: they leave out fuel supply and plants."""
    direct = [use for use in uses if use.line.kind == "electricity" and use.factor.system_boundary == DIRECT]
    if not direct:
        return None
    named = ", ".join(dict.fromkeys(use.factor.code for use in direct))
    return Caution(
        direct[0].line.code,
        "grid factors",
        f"电力因子 {named} 只含直接排放，不含燃料上游；足迹应采用全生命周期因子，两者不应混用",
        f"electricity factor {named} has direct emissions only, without fuel supply; a footprint wants life-cycle "
        "factors, and the two should not be mixed",
    )


def _check_rest(uses: Iterable[_Use]) -> Caution | None:
    """Certificates beside the national average: what they leave of a supply is the residual mix."""
    by_model = {use.line.model: use for use in uses}
    if SPECIFIC_SUPPLY not in by_model or NATIONAL_AVERAGE not in by_model:
        return None
    counting = [rules.code for rules in RULES.values() if rules.electricity_rest == RESIDUAL]
    return Caution(
        by_model[NATIONAL_AVERAGE].line.code,
        "rest of the supply",
        f"同一供电有绿证覆盖时，其余电量应按剩余电力因子计（{'、'.join(counting)}）；若为另一供电，请在备注中说明",
        "where certificates cover part of a supply, its rest counts as the residual mix "
        f"({', '.join(counting)}); if this is another supply, say so in the notes",
    )


def _check_potentials(uses: Iterable[_Use]) -> Caution | None:
    sets = sorted({use.factor.gwp_set for use in uses} - {UNKNOWN_SET})
    if len(sets) < 2:
        return None
    named = "、".join(sets), " and ".join(sets)
    return Caution(
        "",
        "warming potentials",
        f"因子分别采用 {named[0]} 的全球变暖潜势；请尽量统一",
        f"factors use the warming potentials of {named[1]}; use one report where you can",
    )


def _check_assumed(uses: Iterable[_Use], factors: Mapping[str, Factor]) -> Caution | None:
    """Factors that their provider calls assumptions: plausible numbers without a published source."""
    assumed = [use.line for use in uses if use.factor.status == ASSUMPTION]
    if not assumed:
        return None
    offered = [one for line in assumed for one in _offered(line, factors) if one.status != ASSUMPTION]
    codes = ", ".join(dict.fromkeys(one.code for one in offered))
    chinese, english = (
        "、".join(line.name_zh for line in assumed),
        ", ".join(line.name_en for line in assumed),
    )
    return Caution(
        "",
        "assumption",
        f"这些项目的因子是假设值，没有公开来源：{chinese}。现在可以照常申报、试算；正式对外使用前须换成有来源的因子："
        + (f"在“因子代码”列填写 {codes}" if codes else "因子库里还没有，请平台运营方增补后再申报一次"),
        f"these lines rest on factors that are assumptions without a published source: {english}. They may be "
        "declared meanwhile, for a trial; before any real use put factors with a source in their place: "
        + (
            f"write {codes} in the column Factor"
            if codes
            else "the library has none yet, so ask the operator"
        ),
    )


def _footprint(uses: Iterable[_Use]) -> Fraction:
    # References are of the full boundary under the default rule set, credits of recycling included.
    rules, total = RULES[DEFAULT_METHOD], Fraction(0)
    for use in uses:
        weight = rules.weight_of(use.line.role, use.line.material, FULL)
        total += use.amount * use.line.coefficient * weight * use.factor.total
    return total

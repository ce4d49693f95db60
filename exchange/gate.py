"""What PACT and Catena-X both take from a result: cradle to gate, delivery beside it, and what both cannot carry.

The one fact: end of life is in neither's figure. Nothing is clamped, and nothing is split that the certificate shows
as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from exchange.certified import Certified, Member, PackResult
from exchange.particulars import Particulars
from method.exact import encode_at_most, encode_decimal, round_down
from method.provinces import find_province
from method.rules import END_OF_LIFE, RULES, STAGE_NAMES, Rules
from protocol.errors import Refused

GATE = ("raw_material_and_parts", "battery_production")
DELIVERY = "distribution"
VALID_YEARS = 3
"""PACT 3.0: a footprint without a validity period is valid for three years after its reference period."""
_PERCENT_PLACES = 4
_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Gate:
    """Cradle to gate of one pack, kg: what leaves the factory, and its delivery, None where nothing stands for it."""

    kg: Fraction
    delivery_kg: Fraction | None


def make_gate(pack: PackResult) -> Gate:
    """The pack's figure at the gate; Refused("stage" | "negative" | "biogenic") where both have no place for it."""
    _check_declared(pack.certified)
    stages = {stage: Fraction(kg) for stage, kg in pack.stages.items()}
    delivered = any(member.stage == DELIVERY for member in pack.certified.members)
    gate = Gate(sum((stages[stage] for stage in GATE), Fraction(0)), stages[DELIVERY] if delivered else None)
    _check_not_negative("cradle to gate (raw materials and parts, battery production)", gate.kg)
    _check_not_negative("distribution", gate.delivery_kg or Fraction(0))
    _check_fossil(pack.certified)
    return gate


def _check_declared(certified: Certified) -> None:
    """Both formats ask what share of cradle to gate is left out; of a stage that nobody declared nobody knows it."""
    missing = next((one for one in GATE if one in undeclared_of(certified)), None)
    if missing is not None:
        raise Refused(
            "stage",
            f"nothing was declared for {STAGE_NAMES[missing][1].lower()}, so this is no figure from cradle to gate, "
            "which is what this format carries. Add what belongs there to the bill of materials, request it again, or "
            "use --format battery-pass, csv or xlsx",
        )


def _check_not_negative(what: str, kg: Fraction) -> None:
    if kg < 0:
        raise Refused(
            "negative",
            f"{what} is {encode_decimal(kg, 3)} kg: this format takes no negative emissions, and a credit is neither "
            "cut off nor moved elsewhere. Use --format battery-pass, csv or xlsx, which carry it",
        )


def _check_fossil(certified: Certified) -> None:
    """Fossil emissions are the whole only where no factor has another part: a sealed sum does not show them apart."""
    found = sorted(
        {
            factor.code
            for member in counted(certified)
            for factor in member.factors
            if factor.biogenic or factor.land_use
        }
    )
    if found:
        raise Refused(
            "biogenic",
            f"factors {', '.join(found)} have biogenic or land-use parts, and a sealed result does not show how much "
            "of each stage is fossil, as this format asks. Use --format battery-pass, csv or xlsx",
        )


def counted(certified: Certified) -> tuple[Member, ...]:
    """The members behind what these formats carry: all but the end of life."""
    return tuple(member for member in certified.members if member.stage != END_OF_LIFE)


def undeclared_of(certified: Certified) -> tuple[str, ...]:
    """The stages that the boundary counts and nobody declared anything for: their 0 kg is nobody's figure."""
    declared = {member.stage for member in certified.members}
    return tuple(one for one in rules_of(certified).stages_of(certified.boundary) if one not in declared)


def rules_of(certified: Certified) -> Rules:
    """The rule set; Refused("method") for one that this version does not know."""
    rules = RULES.get(certified.method)
    if rules is None:
        raise Refused("method", f"this version does not know rule set {certified.method}; update it")
    return rules


def primary_percent(pack: PackResult, stages: Sequence[str]) -> Fraction:
    """At least so many percent of these stages rest on primary data, were all secondary data in them; rounded down."""
    figures = pack.figures
    size = sum((abs(Fraction(pack.stages[stage])) for stage in stages), Fraction(0))
    size -= Fraction(figures.overstated_by_at_most)
    secondary = Fraction(figures.secondary_kg)
    if secondary == 0:
        return Fraction(100)
    share = max(Fraction(0), 1 - secondary / size) if size > 0 else Fraction(0)
    scale = 10**_PERCENT_PLACES
    return Fraction(round_down(100 * share * scale), scale)


def geography_of(pack: PackResult, particulars: Particulars) -> str:
    """ISO 3166-1 or 3166-2 of the last factory: as stated, else where the maker's one plant is; "" if neither."""
    own = {
        _find_place(member.plant)
        for member in pack.certified.members
        if member.is_makers and member.stage == "battery_production"
    } - {""}
    return particulars.geography or (own.pop() if len(own) == 1 else "")


def _find_place(plant: str) -> str:
    """The code that a plant is given by, or of the province that its name tells; "" if neither."""
    if _PLACE.fullmatch(plant):
        return plant
    province = find_province(plant)
    return "" if province is None else f"CN-{province.code}"


def gwp_reports_of(certified: Certified, particulars: Particulars) -> tuple[str, ...]:
    """Whose warming potentials were used: as factors say; the owner's word for those that do not. () when unknown."""
    sets = {factor.gwp_set for member in counted(certified) for factor in member.factors}
    if "unknown" in sets and not particulars.gwp_reports:
        return ()
    return tuple(
        sorted((sets - {"unknown"}) | (set(particulars.gwp_reports) if "unknown" in sets else set()))
    )


def factor_sources(members: Iterable[Member]) -> tuple[tuple[str, str], ...]:
    """Source and year of every factor cited, each once."""
    found = {(factor.source, str(factor.year)) for member in members for factor in member.factors}
    return tuple(sorted(found))


def company_urn(certified: Certified) -> str:
    """The maker's registry identifier as a name that no other scheme claims."""
    return f"urn:sealsum:legal-entity:{_quote(certified.maker.legal_entity)}"


def product_urn(pack: PackResult) -> str:
    """Maker and model as a name that no other scheme claims."""
    return f"urn:sealsum:model:{_quote(pack.certified.maker.legal_entity)}:{_quote(pack.unit.model)}"


def _quote(text: str) -> str:
    """Percent-encoding of all but letters, digits, dot and dash."""
    kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
    return "".join(chr(byte) if chr(byte) in kept else f"%{byte:02X}" for byte in text.encode("utf-8"))


# --- times -----------------------------------------------------------------------------------------


def reference_period(certified: Certified) -> tuple[str, str]:
    """First moment and first moment after the period of all activity data behind the figure."""
    members = counted(certified)
    first = min(member.first_day for member in members)
    last = max(member.last_day for member in members)
    return _midnight(date.fromisoformat(first)), _midnight(date.fromisoformat(last) + timedelta(days=1))


def validity_period(certified: Certified, particulars: Particulars) -> tuple[str, str]:
    """From when to when the figure may be used: as stated, else from its certificate, three years after the data."""
    end = max(member.last_day for member in counted(certified))
    start = particulars.valid_from
    until = date.fromisoformat(particulars.valid_until or end) + timedelta(days=1)
    if not particulars.valid_until:
        until = _years_later(until, VALID_YEARS)
    return moment(certified.certified_at) if not start else _midnight(date.fromisoformat(start)), _midnight(
        until
    )


def moment(at: int) -> str:
    """Unix seconds as RFC 3339."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


# --- words -----------------------------------------------------------------------------------------


def describe_pack(pack: PackResult) -> str:
    """The product in one line."""
    unit = pack.unit
    return f"{unit.chemistry} traction battery pack, model {unit.model}, {unit.pack_energy_kwh} kWh"


def describe_processes() -> str:
    """What stands behind the figure at the gate."""
    return "Cradle to gate: " + "; ".join(STAGE_NAMES[stage][1].lower() for stage in GATE)


def describe_cut_off(rules: Rules) -> str:
    """Why nothing is exempted."""
    if rules.cut_off is None:
        return "Nothing is exempted."
    percent = encode_decimal(rules.cut_off * 100, 3)
    return (
        f"Nothing is exempted: a material below {percent} % of its component's mass may be left out of the inventory, "
        "and its mass is then counted at the highest factor of that component."
    )


def name_rules(certified: Certified) -> str:
    """The rule set by its code and name, and what sets it apart over the boundary."""
    rules = rules_of(certified)
    named = f"{rules.code}: {rules.name_en}"
    return "; ".join(filter(None, (named, rules.variant_of(certified.boundary)[1])))


def comment_on(pack: PackResult) -> str:
    """What a reader must know of the figure, in both languages: rule set, boundary, bound, end of life, certificate."""
    certified, figures = pack.certified, pack.figures
    rules, bound = rules_of(certified), encode_at_most(Fraction(figures.overstated_by_at_most), 3)
    marked = zip(("；", "; "), rules.variant_of(certified.boundary), strict=True)
    variant_zh, variant = (said and mark + said for mark, said in marked)
    undeclared = undeclared_of(certified)
    summed, summed_zh = (
        ("the sum of the stages of that boundary that were declared", "该边界内已申报的各阶段合计")
        if undeclared
        else ("all stages of that boundary", "该边界内各阶段合计")
    )
    english = (
        f"Computed under {rules.name_en} ({certified.method}), {certified.boundary} boundary{variant}. "
        f"{_shown(figures.per_kwh, 6)} kgCO2e per kWh over {figures.total_energy_kwh} kWh of total energy, {summed}. "
        f"Overstated by at most {bound} kg, never understated. "
    )
    chinese = (
        f"按{rules.name_zh}（{certified.method}）计算，边界为 {certified.boundary}{variant_zh}。"
        f"{summed_zh}，总能量 {figures.total_energy_kwh} kWh，每 kWh {_shown(figures.per_kwh, 6)} kgCO2e。"
        f"至多高估 {bound} kg，不会低估。"
    )
    if undeclared:
        chinese_names, english_names = zip(*(STAGE_NAMES[stage] for stage in undeclared), strict=True)
        english += f"Nothing was declared for: {', '.join(english_names).lower()}. "
        chinese += f"以下阶段没有申报：{'、'.join(chinese_names)}。"
    if END_OF_LIFE in rules.stages_of(certified.boundary) and END_OF_LIFE not in undeclared:
        kg = _shown(pack.stages[END_OF_LIFE])
        english += f"End of life and recycling, {kg} kg, stays outside this figure; see the extension. "
        chinese += f"回收利用阶段 {kg} kg 不计入本数值，见扩展部分。"
    english += f"Certificate SHA-256 {certified.sha256}, verifiable offline with: sealsum verify. "
    return english + chinese + f"证书 SHA-256 {certified.sha256}，可用 sealsum verify 离线核验。"


def _shown(text: str, places: int = 3) -> str:
    return encode_decimal(Fraction(text), places)

"""What the report says, in one language, ready to be set: headings, pairs, tables, a bar, a code.

The one fact: PDF and HTML are two settings of this one content; every number that is rounded here stands exactly as
signed in the table at its end. docs/certificate.md, "The report".
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from exchange.report import words
from exchange.report.font import has_missing
from exchange.report.labels import BANDS, LABELS
from exchange.report.meanings import NOT_PROVEN
from exchange.report.numbers import show_number, show_percent
from exchange.report.summary import make_code_at, make_summary
from exchange.report.telling import find_standing, find_verdict, tell_beside, tell_checks
from exchange.report.words import Words
from method.errors import MethodError
from method.exact import PLACES, encode_decimal
from method.functional_unit import LifeEnergy, life_energy_of, parse_functional_unit
from method.rules import RULES, STAGE_NAMES, Rules, counted_stages
from operation.moments import tell_day
from operation.phrases import Language
from protocol.certificate import Report
from protocol.payloads import STAGES

Pairs = list[tuple[str, str]]
_NONE = "—"


class Wording:
    """Labels of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def label(self, name: str, **values: str) -> str:
        """A label by its name, with values put in."""
        return self.said(LABELS[name]).format(**values)

    def said(self, sentence: Words) -> str:
        """One sentence in this language."""
        return sentence.zh if self.language == "zh" else sentence.en

    def pick(self, names: dict[str, str]) -> str:
        """A name in this language, a dash where there is none."""
        return names[self.language] or _NONE

    def join(self, parts: Iterable[str]) -> str:
        """What is said one after the other, with the language's own semicolon."""
        return ("；" if self.language == "zh" else "; ").join(parts)

    def about(self, title: str, text: str) -> str:
        """What a text is, then the text, with the language's own colon."""
        return f"{title}{'：' if self.language == 'zh' else ': '}{text}"

    def stage(self, stage: str) -> str:
        """A stage's name."""
        zh, en = STAGE_NAMES[stage]
        return zh if self.language == "zh" else en


def make_content(report: Report, data: bytes, language: Language, page: str = "") -> dict[str, Any] | None:
    """The whole report as JSON values; None when the file holds no result to tell of.

    `page`: the address of a certificate page, "" where none is known.
    """
    summary = make_summary(report, data)
    if summary is None:
        return None
    say = Wording(language)
    opinions = [make_verification(one, say) for one in summary["verifications"]]
    beside = tell_beside(report)
    content = {
        "lang": "zh-CN" if language == "zh" else "en",
        "title": say.label("title"),
        "subtitle": say.label("subtitle"),
        "verdict": say.said(find_verdict(report)),
        "standing": say.said(find_standing(report)),
        "file": f"{say.label('file')} {summary['sha256'][:16]}…",
        "is_good": report.is_good,
        "certified_at": summary["certified_at"] or 0,
        "labels": {name: say.said(LABELS[name]) for name in _HEADINGS}
        | {"no_verification": say.label("hidden_verification" if report.redacted else "no_verification")},
        "models": [
            {**_model(model, number, summary, say), "code": make_code_at(model["code"], page)}
            for number, model in enumerate(summary["models"], 1)
        ],
        **_method(summary, say),
        "participants": _participants(summary, say),
        "check_page": say.label("check_page", page=page) if page else "",
        "verifications": opinions,
        "beside": "" if beside is None else say.said(beside),
        "reserved": [one for one in opinions if not one["is_plain"]],
        "checks": _checks(report, say),
        "not_proven": [say.said(one) for one in NOT_PROVEN],
    }
    return content | {"font_note": say.label("font_note") if has_missing(content) else ""}


_HEADINGS = (
    "identification", "functional_unit", "stages", "quality", "method", "exclusions", "unknown", "participants",
    "hidden_parties", "verification", "reserved", "checks", "check_how", "check_steps", "qr",
    "not_proven", "exact", "unit_per_kwh", "per_kwh", "credit",
)  # fmt: skip


def _model(model: dict[str, Any], number: int, summary: dict[str, Any], say: Wording) -> dict[str, Any]:
    figures, unit = model["figures"], model["unit"]
    name = unit["model"] if unit else say.label("withheld_model", number=str(number))
    total = Fraction(figures["total_kg"])
    bound = figures["overstated_by_at_most"]
    percent = encode_decimal(abs(Fraction(bound) / total)) if total else "0"
    kg, shares = figures["stages"], figures["shares"]
    said = _say_empty_stages(summary, say)
    rows = [
        (f"{at} {say.stage(stage)}", said[stage], _NONE)
        if stage in said
        else (f"{at} {say.stage(stage)}", _kg(kg.get(stage, "0")), show_percent(shares.get(stage, "0")))
        for at, stage in enumerate(STAGES, 1)
    ]
    is_open = summary["declared"] is None and any(kg.get(one) == "0" for one in STAGES if one not in said)
    return {
        "name": name,
        "per_kwh": show_number(figures["per_kwh"], 3),
        "bound": say.label("bound", kg=show_number(bound, 1, "up"), percent=show_percent(percent, 2, "up")),
        "bar": make_bar([figures["stages"].get(stage, "0") for stage in STAGES]),
        "has_credit": any(Fraction(kg) < 0 for kg in figures["stages"].values()),
        "maybe_declared": say.label("maybe_declared") if is_open else "",
        "stage_heads": [say.label("stage"), say.label("kg"), say.label("share") + " %"],
        "stage_rows": [*rows, (say.label("total"), _kg(figures["total_kg"]), "100" if total else "0")],
        "identification": _identification(summary, unit, say),
        "functional_unit": _functional_unit(unit, summary["method"], say),
        "quality": make_quality(figures, summary["method"], say),
        "exact": _exact(figures, said, say),
    }


def _say_empty_stages(summary: dict[str, Any], say: Wording) -> dict[str, str]:
    """By stage why there is no figure of it: outside the boundary, or nothing was declared for it."""
    counted, declared = counted_stages(summary["method"], summary["boundary"]), summary["declared"]
    return {
        stage: say.label("not_declared" if stage in counted else "outside_boundary")
        for stage in STAGES
        if stage not in counted or (declared is not None and stage not in declared)
    }


def make_bar(stages: list[str]) -> list[dict[str, Any]]:
    """Segments of the four stages, burdens right of zero and credits left: number, start and width in percent."""
    sizes = [Fraction(kg) for kg in stages]
    below = sum((-size for size in sizes if size < 0), Fraction(0))
    above = sum((size for size in sizes if size > 0), Fraction(0))
    scale = Fraction(100) / (below + above or 1)
    left = right = below * scale
    segments = []
    for number, size in enumerate(sizes, 1):
        width = abs(size) * scale
        if not width:
            continue
        if size < 0:
            left -= width
        segments.append(
            {"number": number, "start": float(left if size < 0 else right), "width": float(width)}
        )
        right += width if size > 0 else 0
    return segments


def _kg(text: str) -> str:
    return show_number(text, 1)


def _identification(summary: dict[str, Any], unit: dict[str, Any] | None, say: Wording) -> Pairs:
    at = summary["certified_at"]
    day = _NONE if at is None else tell_day(at, say.language)
    own = [
        (say.label("model"), unit["model"]), (say.label("chemistry"), unit["chemistry"]),
        (say.label("vehicle"), unit["vehicle_category"]),
    ] if unit else []  # fmt: skip
    public = [] if summary["redacted"] else [(say.label("redacted_file"), summary["public_sha256"])]
    return [
        *own,
        (say.label("maker"), say.pick(summary["maker"])),
        (say.label("operator"), say.pick(summary["operator"])),
        (say.label("log"), summary["log"]),
        (say.label("certified"), day),
        (say.label("request"), summary["request"]),
        (say.label("file"), summary["sha256"]),
        *public,
    ]


def _functional_unit(unit: dict[str, Any] | None, method: str, say: Wording) -> Pairs:
    first = [(say.label("functional_unit"), say.label("unit_is"))]
    if unit is None:
        return first
    life, measured = _find_life(unit, method), unit["measured_cycles"]
    total = f"{_kg(unit['total_energy_kwh'])} kWh"
    if life is not None:
        factors = [f"{_factor(life.usable_energy_kwh)} kWh", _factor(life.cycles)]
        factors += [] if life.years is None else [say.label("in_years", years=_years(life.years))]
        total = f"{total} = {' × '.join(factors)}"
    return [
        *first,
        (say.label("pack_energy"), f"{_kg(unit['pack_energy_kwh'])} kWh"),
        (say.label("usable_energy"), f"{_kg(unit['usable_energy_kwh'])} kWh"),
        (say.label("cycles"), _say_cycles(unit, life, say)),
        *_warranty(unit, life, say),
        (say.label("measured_cycles"), show_number(measured, 0) if measured else _NONE),
        (say.label("total_energy"), total),
    ]


def _find_life(unit: dict[str, Any], method: str) -> LifeEnergy | None:
    """How the energy over the pack's life comes about; None where the file's is not the rule set's."""
    fields = {name: value for name, value in unit.items() if name != "total_energy_kwh"}
    try:
        life = life_energy_of(parse_functional_unit(fields), RULES[method])
    except (KeyError, MethodError):
        return None
    return life if encode_decimal(life.total_kwh) == unit["total_energy_kwh"] else None


def _say_cycles(unit: dict[str, Any], life: LifeEnergy | None, say: Wording) -> str:
    if life is not None and not life.is_stated:
        return say.label("by_rule_set", cycles=_factor(life.cycles))
    return show_number(unit["cycles_per_year"], 1) if unit["cycles_per_year"] else _NONE


def _warranty(unit: dict[str, Any], life: LifeEnergy | None, say: Wording) -> Pairs:
    """The limits of the warranty; of two, which one counts."""
    years, km = unit["warranty_years"], unit["warranty_km"]
    limits = {} if life is None else life.limits
    said = [say.label("in_years", years=show_number(years, 1))] if years else []
    if life is not None and "warranty_km" in limits:
        shown = {"km": show_number(km, 0), "yearly": show_number(str(life.yearly_km), 0)}
        said.append(say.label("mileage_in_years", **shown, years=_years(limits["warranty_km"])))
    elif km:
        said.append(f"{show_number(km, 0)} km")
    found = [(say.label("warranty"), "; ".join(said) or _NONE)]
    if len(set(limits.values())) > 1:
        first = min(limits, key=lambda one: limits[one])
        found.append((say.label("counted_years"), say.label(f"{first}_first", years=_years(limits[first]))))
    return found


def _factor(value: Fraction) -> str:
    """To the letter, so that who multiplies gets what is shown."""
    return show_number(encode_decimal(value), PLACES)


def _years(value: Fraction) -> str:
    return show_number(encode_decimal(value), 4)


def make_quality(figures: dict[str, Any], method: str, say: Wording) -> Pairs:
    """Rating and shares; the primary share holds "at least", so it is never rounded up."""
    rules, band = RULES.get(method), BANDS.get(figures["quality_band"])
    rating = say.label("none_secondary")
    if Fraction(figures["secondary_kg"]):
        rating = show_number(figures["quality_rating"], 2) + (f" ({say.said(band)})" if band else "")
    limit = rules.quality_limit if rules else None
    return [
        (say.label("quality_rating"), rating),
        (say.label("quality_limit"), _NONE if limit is None else encode_decimal(limit)),
        (say.label("primary_share"), f"{show_percent(figures['primary_data_share'], 1, 'down')} %"),
        (say.label("secondary"), f"{_kg(figures['secondary_kg'])} kgCO₂e"),
        (say.label("biogenic"), f"{_kg(figures['biogenic_kg'])} kgCO₂e"),
        (say.label("capacity"), f"{show_number(figures['per_kwh_capacity'], 3)} kgCO₂e/kWh"),
    ]


def _exact(figures: dict[str, Any], said: dict[str, str], say: Wording) -> Pairs:
    """Every figure as the certificate has it, to the letter; `said`: by stage why it has none of its own."""
    stages = [
        (
            f"{say.stage(one)}, kgCO₂e" + (f" ({said[one]})" if one in said else ""),
            figures["stages"].get(one, ""),
        )
        for one in STAGES
    ]
    shown = {**figures, "quality_band": _band(figures["quality_band"], say)}
    rest = [
        (say.said(label).replace("CO2e", "CO₂e"), shown[field]) for field, label in words.FIGURE_WORDS.items()
    ]
    return [*stages, *((label, value) for label, value in rest if value)]


def _band(code: str, say: Wording) -> str:
    """A band in words, with what is signed where that is another word."""
    said = say.said(BANDS[code]) if code in BANDS else code
    return code if said == code else f"{said} ({code})"


def _method(summary: dict[str, Any], say: Wording) -> dict[str, Any]:
    rules = RULES.get(summary["method"])
    boundary = say.label(summary["boundary"])
    if rules is not None and summary["boundary"] not in rules.declared_boundaries:
        boundary = f"{boundary} ({say.label('comparison')})"
    if rules is None:
        named = [(say.label("method"), summary["method"]), (say.label("boundary"), boundary)]
        return {"method": named, "exclusions": [say.label("use_phase")], "unknown": []}
    variant = say.said(Words(*reversed(rules.variant_of(summary["boundary"]))))
    return {
        "method": [
            (say.label("method"), f"{say.said(Words(rules.name_en, rules.name_zh))} ({rules.code})"),
            *([(say.label("variant"), variant)] if variant else []),
            (say.label("boundary"), boundary),
        ],
        "exclusions": [
            _cut_off(rules, say),
            *(f"{say.stage(stage)} ({why})" for stage, why in _say_empty_stages(summary, say).items()),
            say.label("use_phase"),
        ],
        "unknown": [
            say.said(Words(one.text_en, one.text_zh)) for one in rules.unknown_of(summary["boundary"])
        ],
    }


def _cut_off(rules: Rules, say: Wording) -> str:
    if rules.cut_off is None:
        return say.label("no_cut_off")
    return say.label("cut_off", percent=show_percent(encode_decimal(rules.cut_off)))


def _participants(summary: dict[str, Any], say: Wording) -> dict[str, Any]:
    heads = [say.label(name) for name in ("company", "stage", "product", "plant", "period")]
    rows = [
        (
            say.pick(one["company"]),
            say.stage(one["stage"]),
            f"{one['product']} ({say.pick(one['category'])})",
            one["plant"],
            f"{one['period']['start']} – {one['period']['end']}",
        )
        for one in summary["participants"]
    ]
    return {"heads": heads, "rows": rows}


def make_verification(one: dict[str, Any], say: Wording) -> dict[str, Any]:
    """One opinion of the summary: what was found, by whom, how far and about what, and the verifier's own words."""
    return {
        "finding": say.said(words.FINDINGS[one["finding"]]),
        "is_plain": one["finding"] == "unmodified",
        "text": say.join(
            (
                say.pick(one["verifier"]),
                say.said(words.ASSURANCES[one["level"]]),
                say.about(say.label("about"), _say_subject(one, say)),
                one["scope"],
            )
        ),
        "opinion": one["opinion"],
    }


def _say_subject(one: dict[str, Any], say: Wording) -> str:
    """The product and whose it is: two suppliers may sell what is called the same."""
    if not one["product"]:
        return say.label("of_result")
    return say.label("of_owner", product=one["product"], owner=say.pick(one["owner"]))


def _checks(report: Report, say: Wording) -> list[tuple[str, str, str]]:
    return [
        (str(check["number"]), say.said(check["title"]), say.said(check["said"]))
        for check in tell_checks(report)
    ]

"""How a verification is told: a table of the numbered checks and of the figures, or one JSON object.

The one fact: figures of a bundle that failed are shown as what the file says, never as what was verified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from crypto.certificates import fingerprint, parse_certificate
from exchange.report import words
from exchange.report.labels import BANDS, LABELS
from exchange.report.summary import find_declared, name_parties, name_subject
from exchange.report.telling import HIDDEN, find_standing, find_verdict, tell_beside, tell_checks
from exchange.report.words import Words
from method.electricity import MODEL_NAMES
from method.result import make_rules_report
from method.rules import RULES, STAGE_NAMES, counted_stages
from operation.moments import tell_day
from protocol.bundle import Bundle
from protocol.certificate import CHECK_TITLES, REDACTED_CHECKS, Pins, Report, Status
from protocol.payloads import STAGES, Figures, Request, Result, Verification
from verifier.pins import FoundPins, Origin

Said = tuple[Verification, str, str]
"""What a verifier said, its name, and the kind of its subject."""
_PINNED = ("log key 日志密钥", "authority's root, SHA-256 登记机构根证书 SHA-256")
_RESULT_WIDTH = 13
"""Longer words of a result are folded, so that the claims beside them have the room."""
_STYLES = {"passed": "green", "failed": "bold red", "not_reached": "yellow"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A file's SHA-256, the report on it, and the pins it was held against."""

    sha256: str
    report: Report
    pins: FoundPins


def make_finding(data: bytes, report: Report, pins: FoundPins) -> Finding:
    """Put together what there is to tell."""
    return Finding(hashlib.sha256(data).hexdigest(), report, pins)


def model_names(report: Report) -> list[str]:
    """The pack models in the order of the results; numbers where the bundle does not name them."""
    names = [str(number) for number in range(1, len(report.models) + 1)]
    for item in () if report.bundle is None else report.bundle.statements:
        payload = item.logged.payload
        if isinstance(payload, Request) and len(payload.models) == len(names):
            return [unit.model for unit in payload.models]
    return names


def _not_shown() -> list[tuple[int, str, str]]:
    return [title for title in CHECK_TITLES if title[0] not in REDACTED_CHECKS]


# --- for programs ------------------------------------------------------------------------------------


def as_json(finding: Finding) -> dict[str, Any]:
    """Everything that the tables say, as one object."""
    report = finding.report
    bundle = report.bundle
    return {
        "good": report.is_good,
        "redacted": report.redacted,
        "sha256": finding.sha256,
        "request": None if bundle is None else bundle.request,
        **(
            {"maker": None, "operator": None, "certified_at": None}
            if bundle is None
            else name_parties(bundle)
        ),
        "full_sha256": bundle.full if bundle is not None and bundle.is_redacted else None,
        "pins": {
            "from": finding.pins.origin.value,
            "place": finding.pins.place,
            **dict(zip(("log_key", "authority_root_sha256"), _pinned(finding.pins.pins), strict=True)),
        },
        "warnings": [words.PINS_BESIDE.en] if finding.pins.origin is Origin.BESIDE else [],
        "checks": [_check_as_json(check) for check in tell_checks(report) if check["status"] != HIDDEN],
        "verifications": [_verification_as_json(one, bundle) for one in report.verifications],
        "not_shown": [number for number, _, _ in _not_shown()] if report.redacted else [],
        **(
            {"method": None, "boundary": None}
            if report.result is None
            else make_rules_report(report.result.method, report.result.boundary)
        ),
        "declared_stages": None if bundle is None else find_declared(bundle),
        "models": [
            {"model": name, **part.figures.model_dump(mode="json")}
            for name, part in zip(model_names(report), report.models, strict=True)
        ],
    }


def _pinned(pins: Pins) -> tuple[str, str]:
    """The log's key, and the SHA-256 of the authority's root certificate, as both are published and shown."""
    return pins.log_key, fingerprint(parse_certificate(pins.authority_root.encode())).hex()


def _check_as_json(check: Mapping[str, Any]) -> dict[str, Any]:
    meaning, named = check["meaning"] or Words("", ""), check["named"] or Words("", "")
    return {
        "number": check["number"],
        "name": check["name"],
        "title_en": check["title"].en,
        "title_zh": check["title"].zh,
        "status": check["status"],
        "said_en": check["said"].en,
        "said_zh": check["said"].zh,
        "meaning_en": meaning.en,
        "meaning_zh": meaning.zh,
        "named_en": named.en,
        "named_zh": named.zh,
        "detail": check["detail"],
    }


def _verification_as_json(said: Said, bundle: Bundle | None) -> dict[str, Any]:
    payload, verifier, kind = said
    product, owner = name_subject(bundle, payload)
    return {
        "verifier": verifier,
        "subject": payload.subject,
        "kind": kind,
        "product": product,
        "supplier": owner["legal_entity"],
        **payload.says.model_dump(mode="json"),
    }


# --- for people --------------------------------------------------------------------------------------


def show_finding(finding: Finding, console: Console) -> None:
    """Print the checks, the figures, what the pins are worth, and the verdict last."""
    report = finding.report
    console.print(_check_table(report))
    _show_parties(report, console)
    for number, name in enumerate(model_names(report)):
        shown = _withheld(name) if report.redacted else name
        console.print(_figure_table(shown, report.models[number].figures, report))
    if report.result is not None:
        _show_rules(report.result, console)
    if report.verifications and not report.is_good:
        _show(find_standing(report), console, "yellow")
    reserved = [one for one in report.verifications if one[0].says.finding != "unmodified"]
    for one in report.verifications:
        if not (report.is_good and one in reserved):
            console.print(_verification_text(one, report), soft_wrap=True)
    console.print(f"SHA-256 {finding.sha256}", soft_wrap=True)
    if report.redacted:
        _show_redacted(report, console)
    console.print(f"pins 锁定信息: {escape(finding.pins.place)}", soft_wrap=True)
    for label, value in zip(_PINNED, _pinned(finding.pins.pins), strict=True):
        console.print(f"  {label}: {escape(value)}", soft_wrap=True)
    if finding.pins.origin is Origin.BESIDE:
        _show(words.PINS_BESIDE, console, "bold yellow")
    _show(words.OUTSIDE, console, "dim")
    _show(find_verdict(report), console, "bold green" if report.is_good else "bold red")
    beside = tell_beside(report)
    if beside is not None:
        _show(beside, console, "")
    if report.is_good and reserved:
        _show(LABELS["reserved"], console, "bold yellow")
        for said in reserved:
            console.print(_verification_text(said, report), soft_wrap=True)


def _show_parties(report: Report, console: Console) -> None:
    """Whose pack it is, who certified it and when; a stranger's good certificate is good as well."""
    if report.bundle is None:
        return
    parties = name_parties(report.bundle)
    at = parties["certified_at"]
    days = Words("", "") if at is None else Words(tell_day(at, "en"), tell_day(at, "zh"))
    maker, operator = (Words(parties[name]["en"], parties[name]["zh"]) for name in ("maker", "operator"))
    told = {"maker": maker, "operator": operator, "certified": days}
    if not report.is_good:
        _show(find_standing(report), console, "yellow")
    for name, said in told.items():
        label = LABELS[name]
        console.print(Text(f"{label.zh} / {label.en}: {said.zh or '—'} / {said.en or '—'}"), soft_wrap=True)


def _withheld(number: str) -> str:
    """A model of the public form, which has no name in it."""
    said = LABELS["withheld_model"]
    return f"{said.zh} / {said.en}".format(number=number)


def _show_rules(result: Result, console: Console) -> None:
    """Under which rule set the figures stand, and what it leaves open."""
    named = f"{words.RULE_SET.zh} / {words.RULE_SET.en}: {result.method}, {result.boundary}"
    rules = RULES.get(result.method)
    if rules is None:
        console.print(Text(f"{named} ({words.NO_SUCH_RULES.zh} / {words.NO_SUCH_RULES.en})", "yellow"))
        return
    console.print(Text(f"{named}. {rules.name_zh} / {rules.name_en}"))
    zh, en = rules.variant_of(result.boundary)
    if en:
        console.print(Text(f"{words.VARIANT.zh} / {words.VARIANT.en}: {zh} / {en}"))
    taken = [MODEL_NAMES[model] for model in rules.electricity]
    console.print(Text(words.SEALED_ELECTRICITY.zh + "、".join(zh for zh, _ in taken), "dim"))
    console.print(Text(f"{words.SEALED_ELECTRICITY.en} {', '.join(en for _, en in taken)}", "dim"))
    console.print(Text(f"{words.UNKNOWN.zh} / {words.UNKNOWN.en}"))
    for one in rules.unknown_of(result.boundary):
        console.print(Text(f"  {one.text_zh} / {one.text_en}"))


def _verification_text(said: Said, report: Report) -> Text:
    """One verification, its finding in colour; an adverse one must not be overlooked."""
    payload, verifier, kind = said
    says, finding = payload.says, words.FINDINGS[payload.says.finding]
    subject = words.KINDS.get(kind, words.KINDS["unknown"])
    assurance = words.ASSURANCES[says.level]
    style = "green" if says.finding == "unmodified" and report.is_good else "bold yellow"
    product, owner = name_subject(report.bundle, payload)
    text = Text(f"核查 {subject.zh} / verified {subject.en} {payload.subject[:16]}")
    if product:
        text.append(f" {product}（{owner['zh']} / {owner['en']}）")
    text.append(": ")
    text.append(f"{finding.zh} / {finding.en}", style)
    text.append(f"\n  {verifier}; {assurance.zh} / {assurance.en}; {says.scope}")
    if says.opinion:
        text.append(f"\n  {says.opinion}")
    return text


def _show(sentence: Words, console: Console, style: str) -> None:
    console.print(Text(sentence.zh, style))
    console.print(Text(sentence.en, style))


def _show_redacted(report: Report, console: Console) -> None:
    if report.bundle is not None:
        sentence = f"{words.FULL_HASH.zh} / {words.FULL_HASH.en}:"
        console.print(sentence, soft_wrap=True)
        console.print(Text(report.bundle.full), soft_wrap=True)
    counted = _list_counted(report)
    shown = (part.figures.stages for part in report.models)
    if any(kg == "0" for stages in shown for stage, kg in stages.items() if stage in counted):
        _show(LABELS["maybe_declared"], console, "yellow")
    _show(words.CANNOT_SHOW, console, "yellow")
    for number, title_en, title_zh in _not_shown():
        console.print(f"  {number:>2}  {title_zh} / {title_en}")


def _check_table(report: Report) -> Table:
    table = Table("", "检查 / check", "结果 / result")
    table.columns[1].overflow = table.columns[2].overflow = "fold"
    table.columns[2].max_width = _RESULT_WIDTH
    found = LABELS["found"]
    for check in tell_checks(report):
        if check["status"] in (Status.NOT_REACHED, HIDDEN):
            continue
        title, said = Text(f"{check['title'].zh}\n{check['title'].en}"), check["said"]
        is_failed = check["status"] == Status.FAILED
        for said_of in filter(None, (check["meaning"], check["named"])):
            title.append(f"\n{said_of.zh}\n{said_of.en}", style="red" if is_failed else "yellow")
        if is_failed:
            title.append(f"\n{found.zh} / {found.en}: {check['detail']}", style="dim")
        style = _STYLES[check["status"]] if check["counts"] else "dim"
        table.add_row(str(check["number"]), title, Text(f"{said.zh} {said.en}", style=style))
    left = [check.number for check in report.checks if check.status is Status.NOT_REACHED]
    if left:
        said = words.STATUS_WORDS[Status.NOT_REACHED]
        title = Text(f"{words.EARLIER_FAILED.zh}\n{words.EARLIER_FAILED.en}")
        table.add_row(
            _tell_numbers(left), title, Text(f"{said.zh} {said.en}", style=_STYLES[Status.NOT_REACHED])
        )
    return table


def _tell_numbers(numbers: Sequence[int]) -> str:
    """Rising numbers, each run of them by its ends: 12-16, 18."""
    runs = [
        [number for _, number in run] for _, run in groupby(enumerate(numbers), lambda one: one[1] - one[0])
    ]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _figure_table(name: str, figures: Figures, report: Report) -> Table:
    standing, counted, declared = find_standing(report), _list_counted(report), _list_declared(report)
    title = Text(f"{name}: {standing.zh} / {standing.en}")
    table = Table("", "", "%", title=title, title_justify="left")
    table.columns[0].overflow = "fold"
    table.columns[1].justify = table.columns[2].justify = "right"
    for stage in STAGES:
        title_zh, title_en = STAGE_NAMES[stage]
        named, share = f"{title_zh} / {title_en}, kgCO2e", figures.shares.get(stage, "")
        if stage not in counted or stage not in declared:
            why = LABELS["not_declared" if stage in counted else "outside_boundary"]
            table.add_row(named, f"{why.zh} / {why.en}", "")
            continue
        shown = f"{float(Fraction(share)) * 100:.1f}" if share else ""
        table.add_row(named, figures.stages.get(stage, ""), shown)
    table.add_section()
    for field, said_in in words.FIGURE_WORDS.items():
        table.add_row(f"{said_in.zh} / {said_in.en}", _shown(field, figures), _bound_share(field, figures))
    return table


def _list_counted(report: Report) -> Sequence[str]:
    return STAGES if report.result is None else counted_stages(report.result.method, report.result.boundary)


def _list_declared(report: Report) -> Collection[str]:
    """The stages that something was declared for; all, where the file does not say."""
    declared = None if report.bundle is None else find_declared(report.bundle)
    return STAGES if declared is None else declared


def _shown(field: str, figures: Figures) -> str:
    """A figure as the file has it; the band of data quality in both languages."""
    value = str(getattr(figures, field))
    band = BANDS.get(value) if field == "quality_band" else None
    return value if band is None else f"{band.zh} / {band.en}"


def _bound_share(field: str, figures: Figures) -> str:
    total = Fraction(figures.total_kg)
    if field != "overstated_by_at_most" or total == 0:
        return ""
    return f"{float(abs(Fraction(figures.overstated_by_at_most) / total)) * 100:.2f}"

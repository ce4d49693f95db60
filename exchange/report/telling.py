"""What a file and each of its checks are worth, in words that certificate page, node, command line and report share.

The one fact: the verdict of a public form is never that of a full certificate, whoever tells it.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from typing import Any

from exchange.report import words
from exchange.report.grounds import FAILS_WITH, PINS, RESTS_ON
from exchange.report.labels import LABELS
from exchange.report.meanings import MEANINGS
from exchange.report.summary import name_statement
from exchange.report.words import Words
from protocol.certificate import CHECK_NAMES, CHECK_TITLES, CheckResult, Report, Status

HIDDEN = "hidden"


def find_verdict(report: Report) -> Words:
    """The last word on a file."""
    if not report.is_good:
        return LABELS["bad"]
    return LABELS["good_redacted" if report.redacted else "good"]


def find_standing(report: Report) -> Words:
    """What its figures are worth after these checks."""
    if not report.is_good:
        return words.NOT_VERIFIED
    return words.SIGNED_ONLY if report.redacted else words.VERIFIED


def tell_beside(report: Report) -> Words | None:
    """What stands beside the verdict, None if nothing does.

    Of a full certificate that holds: how many opinions of verifiers it carries, and that there may be others; whoever
    hands a file on can leave them out, and no check finds that. Of one that neither pin fits: that the pins may be
    another platform's; of one that a single pin does not fit: which.
    """
    failed = _find_failed(report)
    unfit = [failed[name] for name in failed if name in PINS]
    if unfit:
        return LABELS["other_platform"] if len(unfit) == len(PINS) else _put_numbers(LABELS["one_pin"], unfit)
    if not report.is_good or report.redacted:
        return None
    count = len(report.verifications)
    said = LABELS["opinions_some" if count else "opinions_none"]
    return Words(said.en.format(count=count), said.zh.format(count=count))


def looks_like_certificate(data: bytes) -> bool:
    """Whether a file may be a certificate, whole or damaged; a PDF, a spreadsheet or pins given by mistake are none."""
    text = data.removeprefix(codecs.BOM_UTF8).lstrip()
    return text.startswith(b"{") and (b'"checkpoint"' in data or b'"statements"' in data)


def tell_checks(report: Report) -> list[dict[str, Any]]:
    """Every numbered check: `number`, `name`, `status` and its Words: `title`, `said`, `meaning` (None if it holds),
    `named` (of a statement that is not the company's own, else None).

    A check that the public form cannot have has the status "hidden". `counts`: False for one that passed and proves
    nothing: there was nothing to check, or what it rests on fails.
    """
    found = {check.number: check for check in report.checks}
    told = []
    for (number, en, zh), name in zip(CHECK_TITLES, CHECK_NAMES, strict=True):
        check = found.get(number)
        row = {
            "number": number,
            "name": name,
            "title": Words(en, zh),
            "meaning": None,
            "named": None,
            "detail": "",
            "counts": True,
        }
        if check is None:
            told.append({**row, "status": HIDDEN, "said": LABELS["needs_full"]})
        else:
            told.append({**row, **_tell_check(check, report)})
    return told


def _tell_check(check: CheckResult, report: Report) -> dict[str, Any]:
    said, meaning, counts = words.STATUS_WORDS[check.status], None, True
    failed = _find_failed(report)
    grounds = [failed[name] for name in RESTS_ON[check.name] if name in failed]
    if check.status is Status.FAILED:
        meaning = _tell_failed(check, report, failed)
    elif check.status is Status.NOT_REACHED:
        meaning = LABELS["not_reached_means"]
    elif check.name == "witnesses" and not report.threshold:
        said, counts = LABELS["no_witnesses"], False
    elif check.name == "verifications" and not report.verifications:
        said, counts = LABELS["no_opinions"], False
    elif grounds:
        said, counts = LABELS["proves_nothing"], False
        meaning = _put_numbers(LABELS["rests_on_failed"], grounds)
    told = {"status": check.status.value, "said": said, "meaning": meaning, "detail": check.detail}
    return {**told, "counts": counts, "named": _name_first(check, report, failed)}


def _name_first(check: CheckResult, report: Report, failed: Mapping[str, int]) -> Words | None:
    """The statement that a check failed at; None under pins that no statement fits."""
    if check.statement is None or report.bundle is None or not failed.keys().isdisjoint(PINS):
        return None
    kind, names = name_statement(report.bundle, check.statement)
    said, kinds = LABELS["first_found"], words.KINDS.get(kind, words.KINDS["unknown"])
    en = said.en.format(index=check.statement, kind=kinds.en, name=names["en"] or "—")
    return Words(en, said.zh.format(index=check.statement, kind=kinds.zh, name=names["zh"] or "—"))


def _tell_failed(check: CheckResult, report: Report, failed: Mapping[str, int]) -> Words:
    if report.is_resaved:
        return LABELS["resaved"]
    cause = FAILS_WITH.get(check.name, "")
    if cause in failed:
        return _put_numbers(LABELS["fails_with"], [failed[cause]])
    return MEANINGS[check.name]


def _find_failed(report: Report) -> dict[str, int]:
    """The numbers of the checks that failed, by their names."""
    return {check.name: check.number for check in report.checks if check.status is Status.FAILED}


def _put_numbers(sentence: Words, numbers: Sequence[int]) -> Words:
    shown = [str(number) for number in numbers]
    return Words(sentence.en.format(checks=", ".join(shown)), sentence.zh.format(checks="、".join(shown)))

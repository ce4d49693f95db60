"""How an audit is told, and how a certificate is held against an audited log. Protocol section 7.

The one fact: what could not be read is said before the verdict: a log of which only leaves were seen is not
vouched for.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from auditor.running import Report
from crypto.merkle import leaf_hash
from node.commands.output import show_lines, show_table
from protocol.bundle import MAX_BUNDLE, Bundle, parse_bundle
from protocol.errors import Refused
from protocol.statements import encode_leaf

SHOWN = 50
"""Findings shown to people; --json has all."""


def hold_bundle(report: Report, path: Path) -> list[str]:
    """What speaks against a certificate bundle, given its log; empty when nothing does.

    1. Each of its statements is the leaf it says. 2. The audit found nothing wrong with any of them.
    3. The log's own fold ends in this certificate: nothing that ended or changed the calculation was left out.
    """
    try:
        with path.open("rb") as file:
            bundle = parse_bundle(file.read(MAX_BUNDLE + 1))
    except OSError as error:
        raise Refused("file", f"{path} cannot be read: {error.strerror}") from error
    return _misplaced(report, bundle) + _doubted(report, bundle)


def _misplaced(report: Report, bundle: Bundle) -> list[str]:
    found = []
    for item in bundle.statements:
        logged, leaves = item.logged, report.audit.leaves
        leaf = leaf_hash(encode_leaf(logged.id, logged.signed.data, logged.logged_at))
        if logged.index >= report.audit.size or leaves.read(0, logged.index) != leaf:  # 1
            found.append(f"{logged.payload.type} {logged.id} is not at {logged.index} in this log")
    return found


def _doubted(report: Report, bundle: Bundle) -> list[str]:
    ids = {item.logged.id for item in bundle.statements}
    found = [
        f"{finding.statement} at {finding.index}: {finding.check}: {finding.message}"
        for finding in report.findings
        if finding.statement in ids  # 2
    ]
    phase = report.audit.phases.get(bundle.request)
    if phase is None:
        found.append("its calculation could not be read: read as its party, a verifier or the operator")
    elif phase != "certified":  # 3
        found.append(f"by the log its calculation is {phase}, not certified")
    return found


def _not_seen(report: Report) -> list[str]:
    counts = report.audit.counts
    said = []
    if counts.unread:
        said.append(
            f"{counts.unread} statements could not be read: of these only place, time and hash were checked, not "
            "who signed them, what they say, or which rules they follow"
        )
    if counts.half_judged:
        said.append(
            f"{counts.half_judged} answers to verifiers and findings of theirs rest on statements that could not be "
            "read: who signed them was checked, not what they rest on"
        )
    if not report.proofs:
        said.append("proofs were not checked")
    if not report.witnesses:
        said.append("no witness is pinned: this shows what the log showed here, not what it showed to others")
    return said


def as_fields(report: Report, held: list[str] | None, seconds: float) -> dict[str, Any]:
    """Everything, for programs."""
    audit = report.audit
    return {
        "good": not report.findings and not held,
        "log": report.checkpoint.origin,
        "size": report.checkpoint.size,
        "root": report.checkpoint.root.hex(),
        "time": report.checkpoint.time,
        "witnesses": list(report.witnesses),
        "statements": dict(audit.counts.kinds),
        "unread": audit.counts.unread,
        "calculations": dict(audit.counts.phases),
        "proofs": report.proofs,
        "findings": [
            {"index": item.index, "statement": item.statement, "check": item.check, "message": item.message}
            for item in report.findings
        ],
        "certificate": held,
        "evidence": report.evidence is not None,
        "not_seen": _not_seen(report),
        "seconds": round(seconds, 3),
    }


def show_report(report: Report, held: list[str] | None, seconds: float) -> None:
    """The same for people."""
    audit = report.audit
    show_lines(
        [
            ("log", report.checkpoint.origin),
            ("leaves", str(report.checkpoint.size)),
            ("root", report.checkpoint.root.hex()),
            ("witnesses", ", ".join(report.witnesses) or "none"),
            ("read", _listed(audit.counts.kinds)),
            ("calculations", _listed(audit.counts.phases)),
            ("seconds", f"{seconds:.1f}"),
        ]
    )
    for sentence in _not_seen(report):
        typer.echo(f"Not seen: {sentence}.")
    if report.findings:
        rows = [
            (str(item.index), item.statement, item.check, item.message) for item in report.findings[:SHOWN]
        ]
        show_table(("index", "statement", "check", "what"), rows)
    for sentence in held or ():
        typer.echo(f"Certificate: {sentence}.")
    if held == []:
        typer.echo("Certificate: every statement of it stands in this log, and nothing in the log ends it.")
    if report.evidence is not None:
        typer.echo("The log contradicts itself; write the evidence to a file with --evidence.")
    if report.findings:
        more = f", {SHOWN} of them shown" if len(report.findings) > SHOWN else ""
        typer.echo(f"{len(report.findings)} things are wrong{more}.")
    else:
        typer.echo("Nothing wrong was found in what was read.")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"

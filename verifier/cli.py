"""`sealsum verify FILE`: is this certificate good? Protocol section 7.

The one fact: it needs the file and two pins, no network and no account.
Exit codes: 0 good, 1 a check failed, 2 wrong usage, unreadable pins or a file that is no certificate.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from exchange.report.making import PAGE
from operation.refusals import say_refused
from protocol.certificate import CHECK_TITLES, CheckResult, Report, verify_bundle
from protocol.errors import Refused
from verifier.exporting import ExportWanted, make_wanted, say_lacking, write_export
from verifier.files import ToldInBoth
from verifier.pins import FoundPins, PinSource, find_pins
from verifier.reading import read_bundle_file, write_redacted
from verifier.report import Finding, as_json, make_finding, show_finding
from verifier.showing import PageWanted, choose_language, open_page, write_report, write_wanted_page

BundleFile = Annotated[Path, typer.Argument(help="The certificate bundle.", metavar="FILE")]
PinsFile = Annotated[
    Path | None,
    typer.Option(
        "--pins",
        help='{"log_key": ..., "authority_root": ...}. Default: pins.json beside FILE, with a warning: whoever made '
        "FILE can have made it too, so it proves nothing until you have compared it.",
    ),
]
LogKey = Annotated[str | None, typer.Option(help="The log's verifier key: name+hash+base64.")]
AuthorityRoot = Annotated[Path | None, typer.Option(help="PEM file with the authority's root certificate.")]
Redacted = Annotated[
    Path | None, typer.Option("--redact", help="Write the public form, totals only, to this new file.")
]
Export = Annotated[
    str | None,
    typer.Option(
        "--export",
        help="Write the result as pact, battery-pass, catena-x or csv to the file of --out. See docs/exchange.md.",
        metavar="FORMAT",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", help="With --export: the new file to write.")]
ParticularsFile = Annotated[
    Path | None,
    typer.Option("--particulars", help="With --export: TOML file with what no certificate says of the pack."),
]
Model = Annotated[
    str | None, typer.Option("--model", help="With --export: which model, where there are several.")
]
PageFolder = Annotated[
    Path | None,
    typer.Option("--page", help="Write the certificate page, with FILE and the pins in it, to this folder."),
]
Open = Annotated[bool, typer.Option("--open", help="Open the certificate page in the browser.")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", help="Write the report for people to this new .pdf or .html file."),
]
Lang = Annotated[
    str | None, typer.Option("--lang", help="Language of the report: zh or en.", metavar="zh|en")
]
VerifyPage = Annotated[
    str,
    typer.Option(
        "--verify-page",
        envvar=PAGE,
        help="With --report: address of a certificate page, which report and code then carry.",
        metavar="URL",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

_WRITTEN = {"redacted": "公开版", "exported": "已导出", "report": "报告"}


def verify(
    file: BundleFile,
    pins: PinsFile = None,
    log_key: LogKey = None,
    authority_root: AuthorityRoot = None,
    redact: Redacted = None,
    export: Export = None,
    out: Out = None,
    particulars: ParticularsFile = None,
    model: Model = None,
    page: PageFolder = None,
    open_in_browser: Open = False,
    report: ReportFile = None,
    lang: Lang = None,
    verify_page: VerifyPage = "",
    json_output: Json = False,
) -> None:
    """Check a certificate bundle offline: every signature, proof and total, against two pins.

    The pins (log key, authority root) must have reached you by another way than the file.

    Written only when it was asked for: a page that repeats every check in a browser (--page, --open), a report for
    people (--report), the public form (--redact), other formats (--export).

    Exit codes: 0 good, 1 a check failed, 2 wrong usage, or a file that is no certificate.
    """
    try:
        wanted, language = make_wanted(export, out, particulars, model), choose_language(lang)
        data = read_bundle_file(file)
        found = find_pins(PinSource(pins, log_key, authority_root), file)
        finding = make_finding(data, _run(data, found), found)
        written = {
            "redacted": _redact(finding, redact),
            "exported": _export(finding, data, wanted),
            "report": write_report(finding.report, data, report, (language, verify_page)),
        }
        index = write_wanted_page(data, file.name, found.pins, PageWanted(page, open_in_browser))
    except Refused as error:
        _fail(error, json_output)
    if json_output:
        _show_json(finding, written)
    else:
        show_finding(finding, Console())
        _say_written(written, {"redacted": redact, "exported": out, "report": report})
    if index is not None:
        _say_page(index, open_in_browser)
    raise typer.Exit(0 if finding.report.is_good else 1)


def _say_written(written: Mapping[str, str | None], places: Mapping[str, Path | None]) -> None:
    for name, digest in written.items():
        if digest is not None:
            typer.echo(f"{name} {_WRITTEN[name]}: {places[name]}, SHA-256 {digest}")
        elif places[name] is not None:
            # Whoever asked for a file must not look for it, or find an old one and take it for this one's.
            typer.echo(
                f"nothing written to {places[name]}: not every check holds 未写入：并非所有检查均成立",
                err=True,
            )


def _say_page(index: Path, is_opened: bool) -> None:
    typer.echo(f"page 证书页: {index}", err=True)
    if is_opened and not open_page(index):
        typer.echo(
            "no browser could be started: open this page yourself 无法启动浏览器：请自行打开这个页面",
            err=True,
        )


def _run(data: bytes, found: FoundPins) -> Report:
    """Run the checks, saying on a terminal which one is under way."""
    titles = {number: f"{number}/{len(CHECK_TITLES)} {zh} / {en}" for number, en, zh in CHECK_TITLES}
    with Console(stderr=True).status(titles[1]) as status:

        def hear(check: CheckResult) -> None:
            status.update(titles.get(check.number + 1, ""))

        return verify_bundle(data, found.pins, os.urandom, hear)


def _redact(finding: Finding, out: Path | None) -> str | None:
    """Write the redacted form when it was asked for and the full one is good; return its SHA-256."""
    bundle = finding.report.bundle
    if out is None or bundle is None or not finding.report.is_good:
        return None
    return write_redacted(bundle, out)


def _export(finding: Finding, data: bytes, wanted: ExportWanted | None) -> str | None:
    """Write the result in another format when it was asked for and is good; return its SHA-256."""
    if wanted is None or not finding.report.is_good:
        return None
    digest = write_export(finding.report, data, wanted)
    if (lacking := say_lacking(finding.report, data, wanted)) is not None:
        typer.echo(f"{lacking.zh}\n{lacking.en}", err=True)
    return digest


def _show_json(finding: Finding, written: Mapping[str, str | None]) -> None:
    told = {**as_json(finding), **{f"{name}_sha256": digest for name, digest in written.items()}}
    typer.echo(json.dumps(told, ensure_ascii=False))


def _fail(error: Refused, is_json: bool) -> NoReturn:
    if is_json:
        typer.echo(json.dumps({"error": error.message}, ensure_ascii=False))
    said = say_refused(error)
    is_whole = isinstance(error, ToldInBoth) or said.zh == said.en
    typer.echo(error.message if is_whole else f"{said.zh}\n{error.message}", err=True)
    raise typer.Exit(2)

"""`sealsum log`: replay a whole log, and judge evidence against one. Protocol sections 5, 7 and 8.

Exit codes: 0 nothing is wrong, 1 something is, or refused, 2 wrong usage, 3 the log could not be read, try again.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from node.commands.output import reported, say, show_json, show_lines
from operation.told import tell
from protocol.certificate import Pins
from protocol.errors import Refused
from protocol.pins import parse_pins

if TYPE_CHECKING:
    from auditor.readers import Reader
    from auditor.running import Auditor, Hear, Report

app = typer.Typer(
    name="log", help="Hold a log to account: replay all of it, judge evidence.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
PinsFile = Annotated[
    Path, typer.Option("--pins", help="pins.json: log key, authority root, perhaps witnesses.")
]


@app.command()
def audit(
    url: Annotated[str, typer.Argument(help="The log over HTTP: http://HOST:PORT", metavar="URL")],
    pins: PinsFile,
    node: Annotated[
        Path | None, typer.Option(help="Read statements as the organisation of this node's folder.")
    ] = None,
    coordinator: Annotated[
        Path | None,
        typer.Option(help="Read every statement from this coordinator's folder: for its operator."),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(envvar="SEALSUM_DATABASE_URL", help="Where that store is, if not in its folder."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Hold this certificate bundle against the log as well.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Keep what was read and checked in this file, and go on from there.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Write evidence against the log here, should there be any.")
    ] = None,
    no_proofs: Annotated[bool, typer.Option("--no-proofs", help="Check everything but the proofs.")] = False,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = min(2, os.cpu_count() or 1),
    as_json: Json = False,
) -> None:
    """Replay a log from its first leaf: tiles, envelopes, signatures, every rule, every proof, every certificate.

    Anyone may audit the leaves; statements are read as a node's organisation (verifiers may read all), or by the
    operator. What could not be read is counted and said.
    """
    from auditor.report import as_fields, hold_bundle, show_report
    from auditor.running import Options

    with reported(), _opened(url, _read_pins(pins), (node, coordinator, database_url), state) as auditor:
        started = time.monotonic()
        report = auditor.run(Options(not no_proofs, jobs))
        held = None if certificate is None else hold_bundle(report, certificate)
        seconds = time.monotonic() - started
        if evidence is not None and report.evidence is not None:
            _write_evidence(report, evidence)
        if as_json:
            show_json(as_fields(report, held, seconds))
        else:
            show_report(report, held, seconds)
        if report.findings or held:
            raise typer.Exit(1)


@app.command("evidence")
def evidence_(
    file: Annotated[
        Path, typer.Argument(help="The evidence, as a node or an audit wrote it.", metavar="FILE")
    ],
    pins: PinsFile,
    as_json: Json = False,
) -> None:
    """Judge evidence that a log shows two histories: exit code 0 when it holds against the pinned log."""
    from protocol.log_evidence import EVIDENCE_LIMIT, judge, parse_evidence

    with reported():
        try:
            with file.open("rb") as opened:
                data = opened.read(EVIDENCE_LIMIT + 1)
        except OSError as error:
            raise Refused("evidence", f"{file} cannot be read: {error.strerror}") from error
        found = judge(parse_evidence(data), _read_pins(pins).log_key)
        if as_json:
            sizes = {"older": found.older.size, "newer": found.newer.size}
            show_json({"kind": found.kind.value, "proven": found.is_proven, "words": found.words, **sizes})
            return
        show_lines(
            [
                ("log", found.older.origin),
                ("shows", found.kind.value),
                (
                    "older",
                    f"{found.older.size} leaves, root {found.older.root.hex()}, time {found.older.time}",
                ),
                (
                    "newer",
                    f"{found.newer.size} leaves, root {found.newer.root.hex()}, time {found.newer.time}",
                ),
            ]
        )
        typer.echo(f"{found.words[0].upper()}{found.words[1:]}.")
        typer.echo(
            tell("Proven by the log's own signatures.")
            if found.is_proven
            else tell("The log owes a proof that holds.")
        )


def _read_pins(path: Path) -> Pins:
    try:
        return parse_pins(path.read_bytes()[: 64 * 1024])
    except OSError as error:
        raise Refused("pins", f"{path} cannot be read: {error.strerror}") from error


def _write_evidence(report: Report, path: Path) -> None:
    from node.commands.request import write_file
    from protocol.log_evidence import encode_evidence

    if report.evidence is not None:
        write_file(path, encode_evidence(report.evidence))
        say(
            tell(
                "Evidence against the log is in {}; anyone judges it with: sealsum log "
                "evidence {} --pins FILE",
                path,
                path,
            )
        )


@contextmanager
def _opened(
    url: str, pins: Pins, who: tuple[Path | None, Path | None, str | None], state: Path | None
) -> Iterator[Auditor]:
    from auditor.running import Auditor
    from auditor.state import State
    from auditor.tiles import HttpLog

    log = HttpLog(url)
    reader, name = _open_reader(*who)
    with tempfile.TemporaryDirectory(prefix="sealsum-audit-") as folder:
        kept = State(state or Path(folder) / "state", pins.log_key, name)
        try:
            with _progress() as hear:
                yield Auditor(log, reader, kept, pins, hear)
        finally:
            kept.close()
            reader.close()
            log.close()


def _open_reader(node: Path | None, coordinator: Path | None, url: str | None) -> tuple[Reader, str]:
    from auditor.readers import NodeReader, PublicReader, open_store

    if node is not None and coordinator is not None:
        raise Refused("usage", "expected one of --node and --coordinator")
    if node is not None:
        return NodeReader(node), f"node {node.resolve()}"
    if coordinator is not None:
        return open_store(coordinator, url), f"coordinator {coordinator.resolve()}"
    return PublicReader(), "public"


_STEPS = {"read": "reading", "replay": "replaying", "tiles": "tiles", "calculations": "calculations"}


@contextmanager
def _progress() -> Iterator[Hear]:
    """A bar on a terminal's stderr; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, done, total: None
        return
    with Progress(console=console, transient=True) as bar:
        tasks = {step: bar.add_task(words, total=None) for step, words in _STEPS.items()}
        yield lambda step, done, total: bar.update(tasks[step], completed=done, total=total)

"""The command that writes a certified result in a format that others read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from node.commands.output import Folder, Json, RequestId, opened, report_problems, say, show_json, working
from node.importers.problem import ImportProblems
from operation.told import tell

ParticularsFile = Annotated[
    Path | None,
    typer.Option(
        "--particulars",
        help="TOML file with what no certificate says: mass, identifiers, place, study. See docs/exchange.md.",
        metavar="FILE",
    ),
]
Model = Annotated[
    str | None, typer.Option(help="Which model, where one certificate is of several.", show_default=False)
]


def mount(app: typer.Typer) -> None:
    """Add this command to `sealsum node`."""
    app.command("export")(export)


def export(
    folder: Folder,
    request: RequestId,
    format: Annotated[str, typer.Option("--format", help="pact, battery-pass, catena-x, csv or xlsx.")],
    out: Annotated[Path, typer.Option(help="Write it to this file.")],
    particulars: ParticularsFile = None,
    model: Model = None,
    as_json: Json = False,
) -> None:
    """Write a certified result for others: PACT, Battery Pass, Catena-X, csv or xlsx. Nothing is sent.

    The certificate is verified first. A format that cannot carry the result, a negative stage for one, refuses and
    says what to do.
    """
    from node.commands.request import write_file
    from node.exporting import Wanted, export_file, read_particulars, tell_left_out
    from node.maker.requesting import resolve_request

    with opened(folder) as node:
        try:
            wanted = Wanted(format, model, read_particulars(particulars))
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
        full = resolve_request(node, request)
        with working(tell("verifying")):
            data = export_file(node, full, wanted)
        write_file(out, data)
        sha256 = hashlib.sha256(data).hexdigest()
        if (left_out := tell_left_out(node, full, format)) is not None:
            say(left_out.here())
        if as_json:
            show_json(
                {"request": full, "format": format, "file": str(out), "bytes": len(data), "sha256": sha256}
            )
        else:
            typer.echo(
                tell("The result is in {} as {} ({} bytes, SHA-256 {}).", out, format, len(data), sha256)
            )

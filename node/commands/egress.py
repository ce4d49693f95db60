"""Commands about the ledger of what left this node."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from node.commands.output import Folder, Json, opened, show_json, show_table, show_time
from node.store.tables import EGRESS
from operation.told import tell
from protocol.errors import Refused

egress_app = typer.Typer(
    help="What left this node: when, to whom, what it holds, in words.", no_args_is_help=True
)
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From this day or minute on, UTC."),
]
To = Annotated[str, typer.Option(help="Only what went to this address, or to any that contains this text.")]


@egress_app.command("list")
def list_rows(
    folder: Folder,
    kind: Annotated[str, typer.Option(help="Only this kind, for example declaration.")] = "",
    after: Annotated[int, typer.Option(help="Only rows behind this number.")] = 0,
    since: Since = None,
    to: To = "",
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write a table to this file.")] = None,
    as_json: Json = False,
) -> None:
    """List everything that left this node, oldest first: when, to whom, why, and what it holds in words."""
    from node.egress import Filter, list_egress

    with opened(folder) as node:
        rows = list_egress(node.store, Filter(after, _seconds(since), to, kind))
    if csv_file is not None:
        _write_table(csv_file, rows)
    if as_json:
        show_json({"egress": rows})
        return
    for row in rows:
        typer.echo(
            tell(
                "{}  {}  to {}  {}, {} bytes",
                f"{row['id']:>4}",
                show_time(row["at"]),
                row["receiver"],
                row["kind"],
                row["size"],
            )
        )
        typer.echo(f"      {row['holds_en']}\n      {row['holds_zh']}")


@egress_app.command("wire")
def wire(
    folder: Folder,
    after: Annotated[int, typer.Option(help="Only messages behind this number.")] = 0,
    since: Since = None,
    to: To = "",
    as_json: Json = False,
) -> None:
    """List every message as it was sent, to be compared with a capture of the wire: method, bytes, SHA-256.

    A message is what gRPC frames: an HTTP/2 DATA frame's content behind its 5 bytes of length. `parcel` is the number
    of the row of `egress list` that says what it holds.
    """
    from node.egress import Filter, list_wire

    with opened(folder) as node:
        rows = list_wire(node.store, Filter(after, _seconds(since), to))
    if as_json:
        show_json({"wire": rows})
        return
    columns = ("id", "at", "parcel", "method", "size", "sha256")
    show_table(
        columns, [(str(row["id"]), show_time(row["at"]), *(str(row[c]) for c in columns[2:])) for row in rows]
    )


@egress_app.command("export")
def export(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The table to write: .csv or .xlsx.", metavar="FILE")],
    since: Since = None,
    to: To = "",
    as_json: Json = False,
) -> None:
    """Write the whole ledger, or a part of it, as a table for your records."""
    from node.egress import Filter, list_egress

    with opened(folder) as node:
        rows = list_egress(node.store, Filter(0, _seconds(since), to))
        _write_table(file, rows)
    if as_json:
        show_json({"file": str(file), "rows": len(rows)})
    else:
        typer.echo(tell("{} rows are in {}.", len(rows), file))


def _seconds(since: datetime | None) -> int:
    return 0 if since is None else int(since.replace(tzinfo=UTC).timestamp())


def _write_table(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    from node.commands.request import write_file

    titles = [column.name for column in EGRESS.columns]
    told = [{**row, "at": show_time(row["at"])} for row in rows]
    if file.suffix == ".xlsx":
        write_file(file, _as_workbook(titles, told))
        return
    if file.suffix != ".csv":
        raise Refused("usage", f"{file}: expected a file name that ends in .csv or .xlsx")
    sink = io.StringIO()
    writer = csv.DictWriter(sink, fieldnames=titles)
    writer.writeheader()
    writer.writerows(told)
    write_file(file, sink.getvalue().encode("utf-8-sig"))


def _as_workbook(titles: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    from openpyxl import Workbook

    book, sink = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("egress")
    sheet.append(list(titles))
    for row in rows:
        # A receiver's name that begins like a formula stays a text.
        sheet.append(
            [f"'{value}" if str(value)[:1] in "=+-@" else value for value in (row[t] for t in titles)]
        )
    book.save(sink)
    return sink.getvalue()

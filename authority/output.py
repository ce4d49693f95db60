"""How the authority's commands print: tables for people, one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from authority.listing import Invited
from operation.told import fill, tell_name, width_of

_WIDEST = 10_000


def show_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line, at once."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def show_lines(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, whole: they are there to be copied."""
    told = [(tell_name(name), value) for name, value in pairs]
    width = max(width_of(name) for name, _ in told)
    for name, value in told:
        typer.echo(f"{fill(name, width)}  {value}")


def show_invited(invited: Sequence[Invited]) -> None:
    """Print invitations as a table."""
    titles = ("no.", "state", "organisation", "legal entity", "roles", "expires", "enrolment")
    table = Table(*map(tell_name, titles), box=None)
    for item in invited:
        invitee = item.invitation.invitee
        ends = datetime.fromtimestamp(item.invitation.expires_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
        table.add_row(
            str(item.invitation.number),
            tell_name(item.state),
            invitee.name_zh,
            invitee.legal_entity,
            ", ".join(invitee.roles),
            "" if item.enrolment else ends,
            item.enrolment or "",
        )
    console = Console(markup=False, emoji=False)
    # As wide as it is: enrolments are there to be copied.
    needed = Measurement.get(console, console.options.update(max_width=_WIDEST), table)
    console.width = max(console.width, needed.maximum)
    console.print(table)

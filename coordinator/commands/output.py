"""How the coordinator's commands speak: one table from errors to exit codes, JSON for programs, tables for people.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 try again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from crypto.errors import CryptoError
from operation.refusals import say_error
from operation.told import fill, tell_name, tell_value, width_of
from protocol.errors import NetworkError, PeerError, Refused, SealsumError, StoreError

DONE, REFUSED, USAGE, TRY_AGAIN = 0, 1, 2, 3
_WIDEST = 10_000


@contextmanager
def reported() -> Iterator[None]:
    """The one table from our errors to exit codes, told in the machine's language."""
    try:
        yield
    except (PeerError, Refused) as error:
        say(say_error(error))
        raise typer.Exit(REFUSED) from error
    except (StoreError, NetworkError) as error:
        say(say_error(error))
        raise typer.Exit(TRY_AGAIN) from error
    except (SealsumError, CryptoError) as error:
        say(str(error))
        raise typer.Exit(REFUSED) from error


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something is under way."""
    with Console(stderr=True).status(what):
        yield


def say(text: str) -> None:
    """A word to the person at the terminal, on stderr."""
    typer.echo(text, err=True)


def show_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line, at once."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def show_lines(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, whole: they are there to be copied."""
    told = [(tell_name(name), tell_value(name, value)) for name, value in pairs]
    width = max(width_of(name) for name, _ in told)
    for name, value in told:
        typer.echo(f"{fill(name, width)}  {value}")


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as wide as it is: ids are there to be copied."""
    table = Table(*map(tell_name, columns), box=None)
    for row in rows:
        table.add_row(*map(tell_value, columns, row))
    console = Console(markup=False, emoji=False)
    needed = Measurement.get(console, console.options.update(max_width=_WIDEST), table)
    console.width = max(console.width, needed.maximum)
    console.print(table)


def moment(seconds: int | None) -> str:
    """A time for people, UTC; a dash for none."""
    if seconds is None:
        return "-"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

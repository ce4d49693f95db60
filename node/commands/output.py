"""How the node's commands speak: one table from errors to exit codes, JSON for programs, tables for people.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the other side could not be reached, try again.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crypto.errors import CryptoError
from method.errors import MethodError
from node.importers.problem import ImportProblems
from node.importers.words import ITEMS, TAKEN_OVER
from node.language import LANGUAGES, Phrase, find_language
from operation.told import fill, tell, tell_name, tell_value, width_of
from protocol.errors import NetworkError, PeerError, Refused, SealsumError, StoreError

if TYPE_CHECKING:
    from node.organisation import Node
    from node.store.locks import Choice

# What is heavy is imported where it is used: --help and wrong usage answer at once.
Folder = Annotated[Path, typer.Argument(help="The node's data folder.", metavar="DIR", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def _read_language(text: str) -> str:
    if text not in LANGUAGES:
        raise typer.BadParameter(f"{text!r}: expected zh or en")
    return text


Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        parser=_read_language,
        metavar="zh|en",
        help="Language of what is said about a file; SEALSUM_LANG or the locale without it.",
        show_default=False,
    ),
]
RequestId = Annotated[
    str, typer.Argument(help="The request's id, or its first characters.", metavar="REQUEST")
]
KG_PLACES = 3
"""Decimals of kg in tables for people; programs get every digit."""
ROUNDED = Phrase(
    "Rounded for display, the stages do not sum to the total; --json is exact.",
    "显示值经过修约，各阶段相加与合计有尾差；精确值见 --json。",
)
_KNOWN_LAST = Phrase("{}; showing what this node knew last", "{}；以下是本节点上次所知的内容")
DONE, FAILED, USAGE, TRY_AGAIN = 0, 1, 2, 3
_WHOLE = re.compile(r"[!-~]*")
_WIDEST = 10_000


@contextmanager
def reported(asked: str | None = None) -> Iterator[None]:
    """The one table from our errors to exit codes, told in the user's language: `asked`, or the machine's."""
    try:
        yield
    except (PeerError, Refused) as error:
        from node.words.refusals import say_refusal

        say(say_refusal(error).say(find_language(asked, os.environ)))
        raise typer.Exit(FAILED) from error
    except (NetworkError, StoreError) as error:
        from node.words.refusals import say_message

        say(say_message(str(error)).say(find_language(asked, os.environ)))
        raise typer.Exit(TRY_AGAIN) from error
    except (SealsumError, CryptoError, MethodError) as error:
        from node.words.refusals import say_message

        say(say_message(str(error)).say(find_language(asked, os.environ)))
        raise typer.Exit(FAILED) from error


@contextmanager
def opened(folder: Path, choice: Choice | None = None, asked: str | None = None) -> Iterator[Node]:
    """The node in a data folder, with every error reported; `choice` holds the passphrase when it is known already.

    `asked`: the language of refusals, where the command was given one.
    """
    with reported(asked):
        from node.organisation import open_node
        from node.store.locks import BESIDE

        node = open_node(folder, choice or BESIDE)
        try:
            yield node
        finally:
            node.close()


def report_problems(error: ImportProblems, as_json: bool, asked: str | None = None) -> typer.Exit:
    """Print every problem of a file in the user's language, and the exit to raise."""
    language = find_language(asked, os.environ)
    if as_json:
        show_json({"problems": [problem.as_fields(language) for problem in error.problems]})
    for problem in error.problems:
        say(problem.describe(language))
    for items in dict.fromkeys(dict(problem.values).get("items") for problem in error.problems):
        if isinstance(items, Phrase):
            say(ITEMS.say(language).format(items.say(language)))
    say(TAKEN_OVER.say(language).format(len(error.problems)))
    return typer.Exit(FAILED)


def refresh(node: Node) -> None:
    """Bring the store up to date when no agent does; says so and goes on when the coordinator is out of reach."""
    from node.agent import Agent
    from node.guard import is_served

    if is_served(node.store.folder):
        return
    try:
        with working(tell("asking the coordinator")):
            Agent(node).catch_up()
    except NetworkError as error:
        say_unreached(str(error))


def settle(node: Node, statement: str) -> tuple[str, str]:
    """Send what waits, and what became of one statement: ("logged", words). Refused when the door refused it.

    NetworkError says that the statement is stored and will be sent.
    """
    with working(tell("sending")):
        return node.settle(statement)


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on a terminal's stderr; nothing elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(what):
        yield


def ask_to_sign(question: str, show: Callable[[], None], as_json: bool) -> None:
    """Show what would be signed, and ask: typer.Abort for a no.

    Where nobody can answer, at --json or without any input, it says so and exits as wrong usage.
    """
    agreed = None if as_json else _ask(question, show)
    if agreed is None:
        say(tell("Nothing was signed: nobody is here to answer. Add --yes to sign without being asked."))
        raise typer.Exit(USAGE)
    if not agreed:
        raise typer.Abort


def _ask(question: str, show: Callable[[], None]) -> bool | None:
    """What was answered; None when the input ended and is no terminal."""
    show()
    try:
        return typer.confirm(question)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo("")
        return None


def show_json(value: Any) -> None:
    """Print one JSON value on one line, at once."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def show_lines(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, whole: they are there to be copied."""
    show_codes([(tell_name(name), tell_value(name, value)) for name, value in pairs])


def show_codes(told: Sequence[tuple[str, str]]) -> None:
    """The same of names that are typed as they stand, such as those of fields."""
    width = max((width_of(name) for name, _ in told), default=0)
    for name, value in told:
        typer.echo(f"{fill(name, width)}  {value}")


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> None:
    """Print a table; `right` names the columns of numbers.

    Ids, codes and numbers stay whole, for they are there to be copied: prose beside them folds, and a terminal that is
    too narrow wraps the line. What goes into a file or another program is not folded at all.
    """
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for place, title in enumerate(titles):
        whole = all(_WHOLE.fullmatch(row[place]) for row in rows)
        justify: Literal["left", "right"] = "right" if title in right else "left"
        table.add_column(tell_name(title), justify=justify, overflow="fold", no_wrap=whole)
    for row in rows:
        table.add_row(*map(tell_value, titles, row))
    console = Console(markup=False, emoji=False)
    needed = Measurement.get(console, console.options.update(max_width=_WIDEST), table)
    console.width = max(console.width, needed.minimum if console.is_terminal else needed.maximum)
    console.print(table)


def say(line: str) -> None:
    """A line for a person, on stderr."""
    typer.echo(line, err=True)


def say_unreached(failure: str = "the coordinator does not answer") -> None:
    """Why the coordinator was not asked, and that what follows is as this node knew it last."""
    from node.words.refusals import say_message

    language = find_language(None, os.environ)
    say(_KNOWN_LAST.say(language).format(say_message(failure).say(language)))


def show_time(at: int) -> str:
    """Unix seconds as 2026-11-20 12:00 UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def show_stage(stage: str) -> str:
    """The name of a stage in the user's language; a code without one as it is."""
    from method.rules import STAGE_NAMES

    return Phrase(*reversed(STAGE_NAMES[stage])).here() if stage in STAGE_NAMES else stage


def show_band(band: str) -> str:
    """The name of a data quality rating, in brackets behind it and in the user's language; "" for none."""
    from exchange.report.labels import BANDS

    words = BANDS.get(band)
    name = band if words is None else Phrase(words.en, words.zh).here()
    return Phrase(" ({})", "（{}）").here(name) if name else ""


def parse_pairs(items: Sequence[str] | None, what: str) -> dict[str, str]:
    """ITEM=VALUE options as a mapping; BadParameter names the one that is not."""
    pairs = {}
    for item in items or ():
        name, sign, value = item.partition("=")
        if not sign or not name or not value:
            raise typer.BadParameter(f"{item!r}: expected {what}")
        pairs[name.strip()] = value.strip()
    return pairs

"""Commands of factor providers and experts: submit and withdraw factors, write opinions, see citations.

The one fact: what is signed here is public and stays, so it is shown first, and signed once somebody says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from node.commands.library import item_row, or_stored
from node.commands.output import (
    USAGE,
    Folder,
    Json,
    ask_to_sign,
    opened,
    report_problems,
    say,
    settle,
    show_json,
    show_lines,
    show_table,
    working,
)
from node.commands.reviewing import list_waiting, show_subjects, show_waiting, tell_waiting
from node.importers.problem import ImportProblems
from node.language import Phrase
from operation.told import tell
from protocol.errors import Refused
from web.numbers import show_unit

if TYPE_CHECKING:
    from method.factor import Factor
    from node.organisation import Node
    from protocol.shelf import Item

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask again.")]
_VERDICTS = {
    "accept": Phrase(
        "accept: it may be published as it is, without conditions", "同意：按现状即可发布，不附条件"
    ),
    "return": Phrase("return: something must be mended first", "退回：须先更正"),
}


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.command("submit-factors")(submit_factors)
    app.command("review")(review)
    app.command("withdraw-factor")(withdraw_factor)
    app.command("citations")(citations)


def submit_factors(
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(
            help="An .xlsx, .csv or .toml, openLCA's .zip, or a folder with factors.toml.", metavar="FILE"
        ),
    ],
    fill: Annotated[
        Path | None, typer.Option(help="A .toml with the fields that openLCA's results lack, such as region.")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Submit factors as their provider. They count once two experts accepted them and the operator published them.

    A factor that only repeats what you submitted last is left out, whatever its version.
    """
    from node.importers.factors import read_any_factors
    from node.library import fetch_submissions
    from node.reviewing import check_factors, judge_factor, leave_unchanged, list_withdrawn
    from node.reviewing import submit_factors as sign_factors

    with opened(folder) as node:
        or_stored(lambda: fetch_submissions(node))
        try:
            factors = read_any_factors(file, fill, partial(judge_factor, node))
        except ImportProblems as error:
            raise report_problems(error, as_json) from error
        fresh, unchanged = leave_unchanged(node, factors)
        again = list_withdrawn(node, fresh)
        check_factors(node, fresh)
        _warn_of_units(node, fresh)
        if fresh and not yes:
            ask_to_sign(tell("Sign and submit them?"), partial(_show_factors, fresh, again), as_json)
        with working(tell("signing")):
            submitted = sign_factors(node, fresh)
        for item in submitted:
            settle(node, item.id)
        if as_json:
            left_out = [one.code for one in unchanged]
            show_json({"factors": [asdict(item) for item in submitted], "unchanged": left_out})
        else:
            show_table(("code", "id"), [(item.code, item.id) for item in submitted])
            typer.echo(tell("{} factors are in the log and wait for reviews.", len(submitted)))
            if again:
                typer.echo(tell("Withdrawn before, put forward again: {}", ", ".join(again)))
            if unchanged:
                typer.echo(tell("{} say what you submitted last; nothing was sent for them.", len(unchanged)))


def _warn_of_units(node: Node, fresh: Sequence[Factor]) -> None:
    """What is per another unit than the lines that accept its code, or than the version before."""
    from node.library import read_library
    from node.reviewing import find_before_in_other_unit

    library = read_library(node)
    for one in fresh:
        unit, others = show_unit(one.unit), library.lines_in_other_units(one.code, one.unit)
        if others and not library.lines_for(one.code, one.unit):
            taken = ", ".join(dict.fromkeys(show_unit(line.unit) for _, line in others))
            lines = dict.fromkeys(f"{category.code}/{line.code}" for category, line in others)
            say(tell("{} is per {}, but is accepted per {}: {}", one.code, unit, taken, ", ".join(lines)))
        before = find_before_in_other_unit(node, one)
        if before is not None:
            was = show_unit(before.unit)
            say(tell("{} is per {}, but its version {} per {}", one.code, unit, before.version, was))


def _show_factors(fresh: Sequence[Factor], again: Sequence[str]) -> None:
    """Every factor as it would be signed, and what follows from the signature."""
    from method.exact import encode_decimal

    rows = [
        (
            one.code,
            str(one.version),
            Phrase(one.name_en, one.name_zh).here(),
            f"{encode_decimal(one.total)} kgCO2e/{show_unit(one.unit)}",
            one.region,
            str(one.year),
            one.source,
        )
        for one in fresh
    ]
    show_table(("code", "version", "factor", "value", "region", "year", "source"), rows)
    if again:
        typer.echo(tell("Withdrawn before, to be put forward again: {}", ", ".join(again)))
    typer.echo(
        tell("Once logged they are public under your name and stay; a correction is a new, higher version.")
    )


def withdraw_factor(
    folder: Folder,
    code: Annotated[str, typer.Argument(help="The code of a published factor of yours.", metavar="CODE")],
    reason: Annotated[str, typer.Option(help="Why, in words; everyone will read it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Withdraw a factor that you published: new declarations may not cite it, those that do keep counting."""
    from node.library import fetch_submissions
    from node.reviewing import find_published
    from node.reviewing import withdraw_factor as sign_withdrawal

    with opened(folder) as node:
        fetch_submissions(node)
        if not yes:
            shown = partial(_show_withdrawal, find_published(node, code), reason)
            ask_to_sign(tell("Withdraw it?"), shown, as_json)
        statement = sign_withdrawal(node, code, reason)
        settle(node, statement)
        if as_json:
            show_json({"retirement": statement, "code": code})
        else:
            typer.echo(tell("{} is withdrawn: {}", code, statement))


def _show_withdrawal(published: Sequence[Item], reason: str) -> None:
    """What a withdrawal ends, and what follows from it; the version that counts is the last."""
    payload = published[-1].payload
    name, value = Phrase(payload.name_en, payload.name_zh).here(), item_row(published[-1], None)[5]
    told = [("code", payload.code), ("version", str(payload.version)), ("factor", name)]
    show_lines([*told, ("value", value), ("why", reason)])
    typer.echo(tell("Declarations that cite it keep counting; new ones may not cite it."))
    if len(published) > 1:
        typer.echo(tell("Version {} may be cited again.", published[-2].payload.version))
    else:
        typer.echo(tell("Nothing of this code may be cited then."))
    typer.echo(tell("The withdrawal is public under your name and stays; nobody can take it back."))


def citations(folder: Folder, as_json: Json = False) -> None:
    """How often your factors were cited in certificates: by version, rule set and month, not by whom."""
    with opened(folder) as node:
        with working(tell("asking the coordinator")):
            found = node.egress.citations()
        if as_json:
            show_json({"citations": [asdict(one) for one in found]})
            return
        rows = [(one.month, one.code, str(one.version), one.method, str(one.certificates)) for one in found]
        show_table(("month", "code", "version", "method", "certificates"), rows, right=("certificates",))
        typer.echo(tell("{} citations in certificates", sum(one.certificates for one in found)))


def review(
    folder: Folder,
    ids: Annotated[
        list[str] | None,
        typer.Argument(help="Codes or statement ids of factors and categories.", metavar="CODE|ID..."),
    ] = None,
    verdict: Annotated[str, typer.Option(help="accept or return.")] = "accept",
    opinion: Annotated[str, typer.Option(help="Your opinion in words; everyone will read it.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Everything submitted that waits for your opinion.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Review factors and categories as an expert: your written opinion is logged under your name.

    Without CODE and --all it shows what waits for your opinion, as `inbox` does, and signs nothing.
    """
    from node.reviewing import check_unjudged
    from node.reviewing import review as sign_review

    if verdict not in ("accept", "return"):
        raise typer.BadParameter(f"--verdict {verdict!r}: expected accept or return")
    if not (ids or everything):
        raise _show_what_waits(folder, as_json)
    if not opinion:
        raise typer.BadParameter(tell("--opinion: say in words what you checked"))
    with opened(folder) as node:
        subjects = _choose_subjects(node, ids or ())
        chosen: Literal["accept", "return"] = "accept" if verdict == "accept" else "return"
        check_unjudged(node, subjects)
        if not yes:
            shown = partial(_show_opinion, node, subjects, (chosen, opinion))
            ask_to_sign(tell("Sign it?"), shown, as_json)
        statement = sign_review(node, subjects, chosen, opinion)
        settle(node, statement)
        if as_json:
            show_json({"review": statement, "subjects": subjects})
        else:
            typer.echo(tell("Your review of {} submissions is in the log: {}", len(subjects), statement))


def _show_opinion(node: Node, subjects: Sequence[str], said: tuple[str, str]) -> None:
    """Each submission, the verdict and opinion that are `said` of it, and what follows from the signature."""
    from node.library import read_submissions

    items = {item.id: item for item in read_submissions(node)}
    show_subjects([items[one] for one in subjects if one in items])
    show_lines([("id", one) for one in subjects if one not in items])
    verdict, opinion = said
    show_lines([("verdict", _VERDICTS[verdict].here()), ("opinion", opinion)])
    typer.echo(
        tell("Your opinion is public under your name and stays; nobody can change it or take it back.")
    )


def _show_what_waits(folder: Path, as_json: bool) -> typer.Exit:
    """What could be reviewed, where nothing was named, and the exit to raise: nothing was signed."""
    from node.library import fetch_submissions

    with opened(folder) as node:
        or_stored(lambda: fetch_submissions(node))
        waiting = list_waiting(node)
        if as_json:
            show_json({"to_review": tell_waiting(node, waiting)})
        else:
            show_waiting(node, waiting)
        say(tell("Nothing was signed: name codes or ids, or --all."))
    return typer.Exit(USAGE)


def _choose_subjects(node: Node, named: Sequence[str]) -> list[str]:
    """The ids of what to review: those named, by code or id, or all that wait for this one's opinion; Refused."""
    from node.library import fetch_submissions, read_submissions
    from node.reviewing import find_subjects, find_waiting

    fetch_submissions(node)
    if named:
        return find_subjects(find_waiting(node, read_submissions(node)), named)
    subjects = [item.id for item in list_waiting(node)]
    if not subjects:
        raise Refused("review", "nothing waits for your opinion")
    return subjects

"""Commands about tokens: what the owner's own programs call the REST API with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from node.commands.output import Folder, Json, opened, show_json, show_lines, show_table, show_time
from operation.told import tell

tokens_app = typer.Typer(help="Tokens for your own programs, which call the REST API.", no_args_is_help=True)


@tokens_app.command("add")
def add(
    folder: Folder,
    label: Annotated[str, typer.Argument(help="What the token is for, in your words.", metavar="LABEL")],
    scope: Annotated[list[str], typer.Option(help="read, prepare, decide or share; repeatable.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 90,
    account: Annotated[
        str, typer.Option(help="Whose it is; it may never more than that account.", metavar="NAME")
    ] = "owner",
    as_json: Json = False,
) -> None:
    """Make a token. It is shown this once; only its hash is kept."""
    from node.tokens import SCOPES, issue_token

    unknown = sorted(set(scope) - set(SCOPES))
    if unknown:
        said = "; ".join(f"{name}: {what}" for name, what in SCOPES.items())
        raise typer.BadParameter(f"{unknown[0]!r} is no scope. There are {said}")
    with opened(folder) as node:
        secret, made = issue_token(node, account, label, scope, days)
    if as_json:
        show_json({"token": secret, "scopes": sorted(scope), "expires": made.expires})
        return
    show_lines([("token", secret), ("may", ", ".join(sorted(scope))), ("until", show_time(made.expires))])
    typer.echo(tell("Keep it now: it is not shown again."))


@tokens_app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """List tokens: what each may do, until when, and when it was used last."""
    from node.tokens import all_tokens

    with opened(folder) as node:
        found = all_tokens(node)
    if as_json:
        show_json({"tokens": [{**asdict(one), "scopes": sorted(one.scopes)} for one in found]})
        return
    rows = [
        (
            one.id,
            one.account,
            one.label,
            ", ".join(sorted(one.scopes)),
            show_time(one.expires),
            "never" if one.used is None else show_time(one.used),
        )
        for one in found
    ]
    show_table(("id", "account", "label", "may", "until", "used"), rows)


@tokens_app.command("revoke")
def revoke(
    folder: Folder,
    token: Annotated[str, typer.Argument(help="The token's id, from `tokens list`.", metavar="ID")],
    as_json: Json = False,
) -> None:
    """Let nobody in by a token any more."""
    from node.tokens import end_token

    with opened(folder) as node:
        end_token(node, token)
    if as_json:
        show_json({"revoked": token})
    else:
        typer.echo(tell("It opens nothing any more."))

"""Commands about tokens: what the owner's own programs call the REST API with."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Annotated

import typer

from node.output import Folder, Json, opened, show_json, show_lines, show_table, show_time
from protocol.errors import Refused

DAY = 86_400
tokens_app = typer.Typer(help="Tokens for your own programs, which call the REST API.", no_args_is_help=True)


@tokens_app.command("add")
def add(
    folder: Folder,
    label: Annotated[str, typer.Argument(help="What the token is for, in your words.", metavar="LABEL")],
    scope: Annotated[list[str], typer.Option(help="read, prepare, decide or share; repeatable.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 90,
    as_json: Json = False,
) -> None:
    """Make a token. It is shown this once; only its hash is kept."""
    from node.web.api.calling import SCOPES
    from node.web.desk import OWNER, OWNER_NAME
    from web.accounts import Account, find_account, make_account
    from web.tokens import Token, make_token

    unknown = sorted(set(scope) - set(SCOPES))
    if unknown:
        said = "; ".join(f"{name}: {what}" for name, what in SCOPES.items())
        raise typer.BadParameter(f"{unknown[0]!r} is no scope. There are {said}")
    with opened(folder) as node:
        now = node.clock()
        made = Token("", OWNER_NAME, label.strip()[:100], frozenset(scope), now, now + days * DAY, None)
        with node.store.write() as connection:
            if find_account(connection, OWNER_NAME) is None:
                make_account(connection, Account(OWNER_NAME, frozenset({OWNER})), now)
            secret = make_token(connection, made, os.urandom)
    if as_json:
        show_json({"token": secret, "scopes": sorted(scope), "expires": made.expires})
        return
    show_lines([("token", secret), ("may", ", ".join(sorted(scope))), ("until", show_time(made.expires))])
    typer.echo("Keep it now: it is not shown again.")


@tokens_app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """List tokens: what each may do, until when, and when it was used last."""
    from web.tokens import list_tokens

    with opened(folder) as node, node.store.read() as connection:
        found = list_tokens(connection)
    if as_json:
        show_json({"tokens": [{**asdict(one), "scopes": sorted(one.scopes)} for one in found]})
        return
    rows = [
        (
            one.id,
            one.label,
            ", ".join(sorted(one.scopes)),
            show_time(one.expires),
            "never" if one.used is None else show_time(one.used),
        )
        for one in found
    ]
    show_table(("id", "label", "may", "until", "used"), rows)


@tokens_app.command("revoke")
def revoke(
    folder: Folder,
    token: Annotated[str, typer.Argument(help="The token's id, from `tokens list`.", metavar="ID")],
    as_json: Json = False,
) -> None:
    """Let nobody in by a token any more."""
    from web.tokens import list_tokens, revoke_token

    with opened(folder) as node, node.store.write() as connection:
        owners = [one.account for one in list_tokens(connection) if one.id == token]
        if not owners:
            raise Refused("unknown", f"there is no token {token}; see: sealsum node tokens list {folder}")
        revoke_token(connection, token, owners[0])
    if as_json:
        show_json({"revoked": token})
    else:
        typer.echo("It opens nothing any more.")

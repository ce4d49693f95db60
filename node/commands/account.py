"""Commands about accounts: who may open this node's pages, as what."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from node.commands.output import Folder, Json, opened, show_json, show_lines, show_table, show_time
from operation.told import tell, tell_name
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.organisation import Node

account_app = typer.Typer(help="Who may open this node's pages, as what.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The account's name.", metavar="NAME")]
Role = Annotated[
    str, typer.Option(help="owner: administers; preparer: products and imports; reader: looks only.")
]


@account_app.command("add")
def add(folder: Folder, name: Name, role: Role, as_json: Json = False) -> None:
    """Make an account, and print a link that lets its holder in once, to set a password."""
    from node.accounts import add_account

    with opened(folder) as node:
        add_account(node, name, role)
        _show_link(node, name, as_json)


@account_app.command("link")
def link(folder: Folder, name: Name, as_json: Json = False) -> None:
    """Print a link that lets an account's holder in once, to set a password."""
    with opened(folder) as node:
        _show_link(node, name, as_json)


def _show_link(node: Node, name: str, as_json: bool) -> None:
    from node.accounts import invite
    from node.store.settings import find_value
    from node.web.desk import ADDRESS

    with node.store.read() as connection:
        address = find_value(connection, ADDRESS)
    if address is None:
        folder = node.store.folder
        raise Refused(
            "web",
            f"the account {name} is there, but no pages were opened on {folder} yet: sealsum node web {folder}, "
            "then: sealsum node account link",
        )
    entry = f"{address}/enter#{invite(node, name)}"
    if as_json:
        show_json({"account": name, "entry": entry})
    else:
        show_lines([("account", name), ("open this once", entry)])
        typer.echo(tell("It works once, within a quarter of an hour."))


@account_app.command("list")
def list_all(folder: Folder, as_json: Json = False) -> None:
    """List accounts: their roles, how each is opened, and who came in when."""
    from node.accounts import list_accounts

    with opened(folder) as node:
        found = list_accounts(node)
    if as_json:
        show_json({"accounts": [asdict(one) for one in found]})
        return
    rows = [
        (
            one.name,
            tell_name("closed") if one.is_closed else one.role,
            tell_name("yes" if one.has_password else "no"),
            tell_name("yes" if one.has_code else "no"),
            tell_name("never") if one.entered is None else show_time(one.entered),
            one.address,
        )
        for one in found
    ]
    show_table(("account", "role", "password", "app", "came in last", "from"), rows)


@account_app.command("role")
def role(
    folder: Folder,
    name: Name,
    role: Annotated[str, typer.Argument(help="owner, preparer or reader.", metavar="ROLE")],
    as_json: Json = False,
) -> None:
    """Give an account another role, at once."""
    from node.accounts import change_role

    with opened(folder) as node:
        change_role(node, name, role)
    if as_json:
        show_json({"account": name, "role": role})
    else:
        typer.echo(tell("{} is {} from now on.", name, role))


@account_app.command("password")
def password(
    folder: Folder,
    name: Name,
    password_file: Annotated[
        Path | None, typer.Option(help="Take the password from this file's first line instead of asking.")
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Set none: no password opens the account until another is set.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Set an account's password; its sessions end. Better: `account link`, and its holder sets one alone."""
    from node.accounts import drop_password, give_password
    from operation.passphrases import read_passphrase

    with opened(folder) as node:
        if forget:
            drop_password(node, name)
        elif password_file is not None:
            give_password(node, name, read_passphrase(password_file))
        else:
            typed = typer.prompt(tell("Password"), hide_input=True, confirmation_prompt=True, err=True)
            give_password(node, name, typed)
    if as_json:
        show_json({"account": name, "has_password": not forget})
    else:
        typer.echo(
            tell("No password opens it any more.")
            if forget
            else tell("The password is set; its sessions have ended.")
        )


@account_app.command("totp-reset")
def totp_reset(folder: Folder, name: Name, as_json: Json = False) -> None:
    """Ask an account for no code of an app any more: its holder lost the app."""
    from node.accounts import reset_code

    with opened(folder) as node:
        reset_code(node, name)
    if as_json:
        show_json({"account": name, "has_code": False})
    else:
        typer.echo(tell("{} is asked for no code any more.", name))


@account_app.command("remove")
def remove(folder: Folder, name: Name, as_json: Json = False) -> None:
    """Close an account at once: sessions, password, app, links and tokens end; the record of its logins stays."""
    from node.accounts import close

    with opened(folder) as node:
        close(node, name)
    if as_json:
        show_json({"closed": name})
    else:
        typer.echo(tell("Nobody comes in as {} any more.", name))


@account_app.command("reopen")
def reopen_(folder: Folder, name: Name, as_json: Json = False) -> None:
    """Open a closed account again, and print a link for its holder: nothing else of it is left."""
    from node.accounts import reopen

    with opened(folder) as node:
        reopen(node, name)
        _show_link(node, name, as_json)

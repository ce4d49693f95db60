"""`sealsum coordinator account`: who may enter the console.

The one fact: an account is made here, on the coordinator's own machine, and its holder gets in by a link that works
once; a password is typed in the browser and never on this command line.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coordinator.commands.output import reported, show_json, show_lines, show_table
from coordinator.enrolled import ANYWHERE, Enrolled
from coordinator.folder import SERVING, open_folder
from coordinator.starting import open_ready
from operation.told import tell
from protocol.errors import Refused

if TYPE_CHECKING:
    from coordinator.service import Stores

app = typer.Typer(name="account", help="Who may enter the console.", no_args_is_help=True)
Directory = Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Name = Annotated[str, typer.Argument(help="The account's name.", metavar="NAME")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(envvar="SEALSUM_DATABASE_URL", help="Where the store is. Default: a SQLite file in DIR."),
]
_ROLES = ("operator", "verifier", "provider", "expert")


@app.command()
def add(
    folder: Directory,
    name: Name,
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(_ROLES)}; repeat for more.")],
    party: Annotated[
        str | None,
        typer.Option(
            help="Whom it speaks for: enrolment, its beginning, or legal entity; operators need none."
        ),
    ] = None,
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Make an account, and print a link that lets its holder in once."""
    from web.accounts import Account, make_account

    with reported():
        for one in role:
            if one not in _ROLES:
                raise Refused("role", f"no role {one}; there are: {', '.join(_ROLES)}")
        stores = open_ready(database_url or open_folder(folder).database_url)
        made = Account(name, frozenset(role), _enrolment(stores, role, party))
        with stores.accounts.write() as connection:
            make_account(connection, made, int(time.time()))
    link(folder, name, "/", database_url, as_json)


@app.command()
def link(
    folder: Directory,
    name: Name,
    to: Annotated[str, typer.Option(help="The page it leads to.")] = "/",
    database_url: DatabaseUrl = None,
    as_json: Json = False,
) -> None:
    """Print a link that lets the account's holder in once, within a quarter of an hour."""
    from web.accounts import find_account
    from web.sessions import make_link

    with reported():
        store = open_ready(database_url or open_folder(folder).database_url).accounts
        with store.write() as connection:
            if find_account(connection, name) is None:
                raise Refused("account", f"there is no account {name}; sealsum coordinator account list")
            secret = make_link(connection, name, to, int(time.time()), os.urandom)
        entry = f"{_address(folder)}/console/enter#{secret}"
        if as_json:
            show_json({"account": name, "entry": entry})
        else:
            show_lines([("open this once", entry)])
            if not (folder / SERVING).exists():
                typer.echo(
                    tell(
                        "Nothing serves from {} now: the link opens once the coordinator runs there, on "
                        "that address.",
                        folder,
                    ),
                    err=True,
                )


@app.command("list")
def list_(folder: Directory, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Show every account with its roles."""
    from web.accounts import list_accounts

    with reported():
        store = open_ready(database_url or open_folder(folder).database_url).accounts
        with store.read() as connection:
            found = [
                (one.name, ", ".join(sorted(one.roles)), one.party or "") for one in list_accounts(connection)
            ]
        if as_json:
            names = ("name", "roles", "party")
            show_json({"accounts": [dict(zip(names, row, strict=True)) for row in found]})
        else:
            show_table(("account", "roles", "party"), found)


@app.command()
def close(folder: Directory, name: Name, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Let nobody in under this name any more, at once; the name is not given again."""
    from web.accounts import close_account, find_account

    with reported():
        store = open_ready(database_url or open_folder(folder).database_url).accounts
        with store.write() as connection:
            if find_account(connection, name) is None:
                raise Refused("account", f"there is no account {name}; sealsum coordinator account list")
            close_account(connection, name)
        if as_json:
            show_json({"closed": name})
        else:
            show_lines([("closed", name)])


def _enrolment(stores: Stores, roles: Sequence[str], party: str | None) -> str | None:
    """The whole id of the enrolment that was named; Refused("party") for none where a role needs one."""
    if party is None:
        if set(roles) == {"operator"}:
            return None
        raise Refused(
            "party",
            "say which organisation the account speaks for: --party with its enrolment; see "
            "sealsum coordinator list DIR --kind enrolment",
        )
    found = [row.id for row in stores.log.beginning(party.casefold(), 2) if row.kind == "enrolment"]
    if not found:
        rows = [stores.log.statement_at(leaf) for leaf in Enrolled(stores.log).find(party, ANYWHERE)]
        found = [row.id for row in rows if row is not None and row.audience == f"entity:{party}"]
    if len(found) != 1:
        raise Refused("party", f"{len(found)} enrolments begin with {party[:64]!r}; expected exactly one")
    return found[0]


def _address(folder: Path) -> str:
    """Where the HTTP door is, from the running server's note; its public name in front of a proxy may differ."""
    import json

    path = folder / SERVING
    found = json.loads(path.read_text("utf-8"))["http"] if path.exists() else "127.0.0.1:7445"
    return f"http://{found}"

"""Commands about what opens this node: its passphrase, and its backup.

The one fact: these commands work while no agent serves the folder, for they change the key that it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from node.output import Folder, Json, reported, say, show_json, working
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.locks import Choice, Kind
    from node.store import Store

passphrase_app = typer.Typer(
    help="What opens this node's keys and records: the system's keyring, a passphrase, or a file beside them.",
    no_args_is_help=True,
)
NewFile = Annotated[
    Path | None,
    typer.Option(
        "--new-passphrase-file", help="File whose first line is the new passphrase; without it you are asked."
    ),
]
WARNING = (
    "The key that opens this node's secrets lies beside them in {folder}: whoever takes the disk reads everything. "
    "For real data: sealsum node passphrase set {folder}"
)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(passphrase_app, name="passphrase")


def warn_of_clear(folder: Path, kind: Kind | None) -> None:
    """Say so on stderr when the key lies beside the data."""
    from node.locks import Kind

    if kind is Kind.FILE:
        say(WARNING.format(folder=folder))


@contextmanager
def _opened_alone(folder: Path) -> Iterator[Store]:
    """The store of a folder that no agent serves; Refused("served") otherwise."""
    with reported():
        from node.guard import serving
        from node.store import open_store

        store = open_store(folder)
        try:
            with serving(folder):
                yield store
        finally:
            store.close()


@passphrase_app.command("status")
def status(folder: Folder, as_json: Json = False) -> None:
    """Who keeps the key of this node: keyring, passphrase, or file (beside the data)."""
    from node.locks import kind_of

    with reported():
        from node.store import open_store

        store = open_store(folder)
        kind = kind_of(store)
        store.close()
    if as_json:
        show_json({"kept_by": kind})
    else:
        typer.echo(f"The key of {folder} is kept by: {kind}")
        warn_of_clear(folder, kind)


@passphrase_app.command("set")
def set_(folder: Folder, new_file: NewFile = None, as_json: Json = False) -> None:
    """Lock this node with a passphrase instead of the keyring or the file beside it."""
    from node.locks import Choice, Kind, kind_of
    from node.passphrases import choose_passphrase

    with _opened_alone(folder) as store:
        if kind_of(store) is Kind.PASSPHRASE:
            raise Refused("passphrase", f"{folder} has one already: sealsum node passphrase change {folder}")
        choice = Choice(Kind.PASSPHRASE, choose_passphrase(str(folder), new_file))
        _lock(store, choice, as_json)


@passphrase_app.command("change")
def change(folder: Folder, new_file: NewFile = None, as_json: Json = False) -> None:
    """Change the passphrase; every secret is locked anew under a new key. Backups keep their own passphrase."""
    from node.locks import Choice, Kind, kind_of
    from node.passphrases import choose_passphrase

    with _opened_alone(folder) as store:
        if kind_of(store) is not Kind.PASSPHRASE:
            raise Refused("passphrase", f"{folder} has none yet: sealsum node passphrase set {folder}")
        choice = Choice(Kind.PASSPHRASE, choose_passphrase(str(folder), new_file))
        _lock(store, choice, as_json)


@passphrase_app.command("remove")
def remove(
    folder: Folder,
    to_file: Annotated[
        bool, typer.Option("--to-file", help="Keep the key beside the data, even where there is a keyring.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Keep the key in the system's keyring; where there is none, beside the data (--to-file)."""
    from node import keyrings
    from node.locks import BESIDE, Choice, Kind

    with _opened_alone(folder) as store:
        if not to_file and not keyrings.is_available():
            raise Refused(
                "keyring", "this machine has no keyring; --to-file keeps the key beside the data, for demos"
            )
        _lock(store, BESIDE if to_file else Choice(Kind.KEYRING), as_json)


def _lock(store: Store, choice: Choice, as_json: bool) -> None:
    from node.locks import lock_store

    with working("locking every secret anew"):
        lock_store(store, choice)
    if as_json:
        show_json({"kept_by": choice.kind})
    else:
        typer.echo(f"Locked anew; the key is kept by: {choice.kind}")
        warn_of_clear(store.folder, choice.kind)

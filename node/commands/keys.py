"""Commands about what opens this node: its passphrase, and its backup.

The one fact: these commands work while no agent serves the folder, for they change the key that it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from node.commands.output import Folder, Json, opened, reported, say, show_json, show_time, working
from node.language import Phrase
from operation.told import tell, tell_name
from protocol.errors import Refused

if TYPE_CHECKING:
    from node.store.database import Store
    from node.store.locks import Choice, Kind

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
WARNING = Phrase(
    "The key that opens this node's secrets lies beside them in {}: whoever takes the disk reads everything. "
    "For real data: sealsum node passphrase set {}",
    "打开本节点秘密的密钥就放在它们旁边（{}）：拿到磁盘的人什么都能读。真实数据请先：sealsum node passphrase set {}",
)


def mount(app: typer.Typer) -> None:
    """Add these commands to `sealsum node`."""
    app.add_typer(passphrase_app, name="passphrase")
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("reconcile")(reconcile)


def warn_of_clear(folder: Path, kind: Kind | None) -> None:
    """Say so on stderr when the key lies beside the data."""
    from node.store.locks import Kind

    if kind is Kind.FILE:
        say(WARNING.here(folder, folder))


@contextmanager
def _opened_alone(folder: Path) -> Iterator[Store]:
    """The store of a folder that no agent serves; Refused("served") otherwise."""
    with reported():
        from node.guard import serving
        from node.store.opening import open_store

        store = open_store(folder)
        try:
            with serving(folder):
                yield store
        finally:
            store.close()


@passphrase_app.command("status")
def status(folder: Folder, as_json: Json = False) -> None:
    """Who keeps the key of this node: keyring, passphrase, or file (beside the data)."""
    from node.store.locks import kind_of

    with reported():
        from node.store.opening import open_store

        store = open_store(folder)
        kind = kind_of(store)
        store.close()
    if as_json:
        show_json({"kept_by": kind})
    else:
        typer.echo(tell("The key of {} is kept by: {}", folder, tell_name(str(kind))))
        warn_of_clear(folder, kind)


@passphrase_app.command("set")
def set_(folder: Folder, new_file: NewFile = None, as_json: Json = False) -> None:
    """Lock this node with a passphrase instead of the keyring or the file beside it."""
    from node.store.locks import Choice, Kind, kind_of
    from operation.passphrases import choose_passphrase

    with _opened_alone(folder) as store:
        if kind_of(store) is Kind.PASSPHRASE:
            raise Refused("passphrase", f"{folder} has one already: sealsum node passphrase change {folder}")
        choice = Choice(Kind.PASSPHRASE, choose_passphrase(str(folder), new_file))
        _lock(store, choice, as_json)


@passphrase_app.command("change")
def change(folder: Folder, new_file: NewFile = None, as_json: Json = False) -> None:
    """Change the passphrase; every secret is locked anew under a new key. Backups keep their own passphrase."""
    from node.store.locks import Choice, Kind, kind_of
    from operation.passphrases import choose_passphrase

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
    from node.store import keyrings
    from node.store.locks import BESIDE, Choice, Kind

    with _opened_alone(folder) as store:
        if not to_file and not keyrings.is_available():
            raise Refused(
                "keyring", "this machine has no keyring; --to-file keeps the key beside the data, for demos"
            )
        _lock(store, BESIDE if to_file else Choice(Kind.KEYRING), as_json)


def _lock(store: Store, choice: Choice, as_json: bool) -> None:
    from node.store.locks import lock_store

    with working(tell("locking every secret anew")):
        lock_store(store, choice)
    if as_json:
        show_json({"kept_by": choice.kind})
    else:
        typer.echo(tell("Locked anew; the key is kept by: {}", tell_name(choice.kind)))
        warn_of_clear(store.folder, choice.kind)


# --- backup ----------------------------------------------------------------------------------------

BackupPassphrase = Annotated[
    Path | None,
    typer.Option(
        "--backup-passphrase-file",
        help="File whose first line is the backup's own passphrase; without it you are asked.",
    ),
]


def backup(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", metavar="FILE")],
    passphrase_file: BackupPassphrase = None,
    as_json: Json = False,
) -> None:
    """Write everything this node knows into one encrypted file, while it goes on serving.

    Its passphrase is all that protects it: keep both, apart. Back up after each declaration at least.
    """
    from node.backup import make_backup, note_backup
    from node.organisation import wall_clock
    from node.private_files import write_private
    from node.store.opening import open_store
    from operation.passphrases import choose_passphrase

    with reported():
        passphrase = choose_passphrase(f"the backup {file}", passphrase_file)
        store = open_store(folder)
        try:
            with working(tell("encrypting")):
                data = make_backup(store, passphrase, wall_clock())
                write_private(file, data)
                note_backup(store, wall_clock())
        finally:
            store.close()
    if as_json:
        show_json({"backup": str(file), "bytes": len(data)})
    else:
        typer.echo(
            tell("{} holds this node, {} bytes, encrypted. Try it before you need it.", file, len(data))
        )


def restore(
    folder: Folder,
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.", metavar="FILE")],
    backup_passphrase_file: BackupPassphrase = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(
            help="Lock the new folder with the passphrase on this file's first line. Default: the keyring."
        ),
    ] = None,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="For demos: keep the key that opens it beside the data.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a node's folder anew from a backup. Never run two nodes from one backup.

    One-time keys of calculations under way are void, so that no mask is used twice: the node withdraws from what it had
    not contributed to. Your policies are removed: set them again once you have looked at the inbox.
    """
    from node.backup import open_backup, read_backup, restore_backup
    from node.organisation import wall_clock
    from node.store.locks import choose_lock
    from operation.passphrases import read_passphrase, type_passphrase

    with reported():
        data = read_backup(file)
        named = None if backup_passphrase_file is None else read_passphrase(backup_passphrase_file)
        found = open_backup(data, named or type_passphrase(f"the backup {file}"))
        choice = choose_lock(folder, no_passphrase, passphrase_file)
        with working(tell("restoring")):
            restore_backup(found, folder, choice, wall_clock())
    warn_of_clear(folder, choice.kind)
    if as_json:
        show_json({"folder": str(folder), "made": found.made})
    else:
        typer.echo(
            tell(
                "Restored as of {}. Nothing is signed before the log was read: sealsum node reconcile {}",
                show_time(found.made),
                folder,
            )
        )


def reconcile(folder: Folder, as_json: Json = False) -> None:
    """After a restore: read the log to its end, take over what this node signed since, withdraw from what is lost."""
    with opened(folder) as node:
        from node.agent import Agent
        from node.restoring import find_restored

        lines: list[str] = []
        with working(tell("reading the log")):
            Agent(node, lines.append).catch_up()
        with node.store.read() as connection:
            found = find_restored(connection)
        if as_json:
            show_json({"restored": found is not None, "did": lines})
        else:
            for line in lines or [
                tell("Nothing was to be done: this store knows all that the log knows of it.")
            ]:
                typer.echo(line)

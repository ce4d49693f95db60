"""`sealsum coordinator backup` and `restore`: a copy of a coordinator, and what forbids going on from it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from coordinator.commands.output import moment, reported, say, show_json, show_lines, working
from coordinator.folder import LOG_KEY, open_folder
from coordinator.objects import open_objects
from operation.key_files import is_locked
from operation.phrases import Phrase, find_language
from operation.told import tell

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(envvar="SEALSUM_DATABASE_URL", help="Where the store is, if it is not a file in DIR."),
]
BlobsUrl = Annotated[
    str | None, typer.Option(envvar="SEALSUM_BLOBS_URL", help="Where the blobs are, if not in DIR.")
]


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="The coordinator's data folder.", metavar="DIR")],
    target: Annotated[Path, typer.Argument(help="A new folder for the backup.", metavar="BACKUP")],
    database_url: DatabaseUrl = None,
    blobs_url: BlobsUrl = None,
    blobs: Annotated[
        bool,
        typer.Option(help="Copy blobs too; leave them out where the object store keeps its own versions."),
    ] = True,
    as_json: Json = False,
) -> None:
    """Copy keys, store and blobs into a new folder, beside a running `serve`.

    It ends where the log ends now. What is acknowledged afterwards only a synchronous standby keeps.
    `sealsum coordinator doctor BACKUP` says whether a backup is whole and can be restored.
    """
    from coordinator.backup import make_backup

    with reported(), working(tell("copying")):
        made = open_folder(folder)
        objects = open_objects(blobs_url, made.blobs) if blobs else None
        done = make_backup(made, database_url or made.database_url, objects, target, int(time.time()))
        if as_json:
            show_json({"backup": str(target), "size": done.size, "blobs": done.blobs, "absent": done.absent})
        else:
            show_lines(
                [("backup", str(target)), ("statements", str(done.size)), ("blobs", str(done.blobs))]
                + ([("blobs that are gone", str(done.absent))] if done.absent else [])
            )
            say(tell("To check it at any time: sealsum coordinator doctor {}", target))
        if not is_locked(made.path / LOG_KEY):
            unlocked = Phrase(
                f"The backup is whole. Its keys are not locked: whoever takes {target} can sign as this log. Lock them "
                f"with `sealsum coordinator lock-keys {folder}` and make another one.",
                f"备份已经完成。其中的密钥没有上锁：谁拿到 {target}，谁就能冒充本日志签名。请先用 "
                f"`sealsum coordinator lock-keys {folder}` 上锁，再备份一次。",
            )
            say(unlocked.say(find_language(None, os.environ)))


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(help="The folder of a backup.", metavar="BACKUP")],
    folder: Annotated[Path, typer.Argument(help="A new data folder.", metavar="DIR")],
    database_url: DatabaseUrl = None,
    blobs_url: BlobsUrl = None,
    known: Annotated[
        list[str] | None,
        typer.Option(
            help="A newer checkpoint of this log: a file, or the URL of a mirror. It is what the platform's address "
            "answered under /checkpoint, or `sealsum coordinator log checkpoint` printed, before the loss; who mirrors "
            "or audits the log has one. May be repeated."
        ),
    ] = None,
    nothing_newer: Annotated[
        bool, typer.Option("--nothing-newer", help="The coordinator was stopped before the backup was made.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a coordinator anew from a backup; refused when anybody holds a checkpoint beyond it.

    Its witnesses are asked, and the blob store. Such a copy lacks statements that were acknowledged, and every node and
    witness would take its log for one that went back.
    """
    from coordinator.restoring import Goal, restore_backup

    with reported(), working(tell("restoring")):
        objects = None if blobs_url is None else open_objects(blobs_url, folder)
        goal = Goal(folder, database_url, objects)
        done, shown = restore_backup(source, goal, known or [], nothing_newer)
        reached = [{"source": one.source, "size": one.checkpoint.size} for one in shown]
        if as_json:
            show_json({"folder": str(folder), "size": done.size, "made": done.made, "known": reached})
            return
        show_lines(
            [("restored", str(folder)), ("statements", str(done.size)), ("of", moment(done.made))]
            + [
                (tell("known to {}", one["source"]), tell("{} statements, all here", one["size"]))
                for one in reached
            ]
        )

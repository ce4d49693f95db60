"""Makes a coordinator anew from a backup, unless somebody outside knows of a newer log.

The one fact: nodes and witnesses hold checkpoints, and take a log that goes on from an older copy for one that went
back; so a copy that lacks statements is never made to serve, and the refusal says which are lost. docs/decisions/0021.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coordinator.backup import LIST, Backup, made_whole, read_backup
from coordinator.blobs import object_name
from coordinator.folder import BLOBS, DATABASE, Folder, open_folder
from coordinator.known import Known, ask_witnesses, check_reaches, find_beside_blobs, read_known
from coordinator.objects import FolderObjects, Objects
from coordinator.starting import check_log
from coordinator.store.copying import copy_in
from coordinator.store.database import Database, sqlite_url
from coordinator.store.log import SqlLog
from coordinator.store.migrating import migrate
from coordinator.witnessing import read_witnesses
from crypto.merkle import Frontier, leaf_hash
from crypto.note import parse_checkpoint, split_note
from operation.files import read_file, write_file
from protocol.errors import Refused
from protocol.statements import encode_leaf

LEAVES = 1000


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a coordinator is restored to: a new folder, and its database and blobs where they are not in there."""

    folder: Path
    url: str | None = None
    objects: Objects | None = None


def restore_backup(
    source: Path, goal: Goal, known: Sequence[str], nothing_newer: bool
) -> tuple[Backup, list[Known]]:
    """The restored backup, and the checkpoints from outside that it reaches; Refused, StoreError, NetworkError.

    1. The backup is whole, and the folder new. 2. Keys, pins and log belong together. 3. The statements are those that
    were signed. 4. Somebody outside says how far the log had come, or the operator that it was stopped before.
    5. The copy reaches every checkpoint that anybody showed. Only then 6. blobs, database and folder, in this order.
    """
    backup = read_backup(source)  # 1
    if goal.folder.exists() and (not goal.folder.is_dir() or any(goal.folder.iterdir())):
        raise Refused(
            "folder", f"{goal.folder} is not empty: restore into a new folder, and keep this one as it is"
        )
    with made_whole(goal.folder) as making:
        for path in sorted(source.iterdir()):
            if path.is_file() and path.name != LIST:
                write_file(making / path.name, read_file(path), 0o600)
        copy = sqlite_url(making / DATABASE)
        migrate(copy)
        made = open_folder(making)
        check_log(made, copy)  # 2
        shown = _shown(made, backup, goal.objects, known)
        log = SqlLog(Database(copy))
        try:
            _check_leaves(log)  # 3
            if not shown and not nothing_newer:  # 4
                raise Refused(
                    "known",
                    "nothing outside this backup says how far the log had come: name a newer checkpoint with --known "
                    "(a file, or the URL of a mirror), or say --nothing-newer if the coordinator was stopped before. "
                    "Such a checkpoint is what the platform's address answered under /checkpoint, or `sealsum "
                    "coordinator log checkpoint` printed, before the loss; ask who mirrors or audits the log",
                )
            check_reaches(log, shown)  # 5
        finally:
            log.close()
        _copy_blobs(source, goal.objects or FolderObjects(making / BLOBS))  # 6
        if goal.url is not None:
            copy_in(making / DATABASE, goal.url)
            (making / DATABASE).unlink()
    return backup, shown


def check_backup(source: Path) -> Backup:
    """A backup that is whole and holds what was signed; Refused("backup"), StoreError. Nothing in it is changed."""
    backup = read_backup(source)
    with tempfile.TemporaryDirectory() as scratch:
        copied = Path(scratch) / DATABASE
        shutil.copyfile(source / DATABASE, copied)
        migrate(sqlite_url(copied))
        log = SqlLog(Database(sqlite_url(copied)))
        try:
            _check_leaves(log)
        finally:
            log.close()
    for _ in _blobs_of(source):
        pass
    return backup


def _shown(made: Folder, backup: Backup, objects: Objects | None, sources: Sequence[str]) -> list[Known]:
    """What is known outside the backup: by those who were named, by its witnesses, beside blobs that outlived it."""
    key = backup.log_key
    beside = [] if objects is None else find_beside_blobs(objects, key)
    named = [read_known(source, key) for source in sources]
    return [*named, *ask_witnesses(read_witnesses(made.path), key), *beside]


def _check_leaves(log: SqlLog) -> None:
    """Raise Refused("backup") unless the statements themselves have the root that was signed last."""
    newest = log.newest_checkpoint()
    if newest is None:
        return
    frontier = Frontier()
    while leaves := log.leaves(frontier.size, LEAVES):
        for stored in leaves:
            frontier, _ = frontier.append(leaf_hash(encode_leaf(stored.id, stored.data, stored.logged_at)))
    if frontier.size != newest.size or frontier.root() != parse_checkpoint(split_note(newest.note)[0]).root:
        raise Refused(
            "backup",
            "its statements are not those that the log signed last: take another copy of this backup",
        )


def _copy_blobs(source: Path, goal: Objects) -> None:
    for name, data in _blobs_of(source):
        goal.put(name, data)


def _blobs_of(source: Path) -> Iterator[tuple[str, bytes]]:
    """The blobs of a backup by name; Refused("backup") at the first that is not what its name says."""
    kept = FolderObjects(source / BLOBS)
    for name, _ in kept.under(""):
        data = kept.get(name) or b""
        if object_name(hashlib.sha256(data).hexdigest()) != name:
            raise Refused("backup", f"blob {name} is not as it was written: take another copy of this backup")
        yield name, data

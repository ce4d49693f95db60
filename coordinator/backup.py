"""A coordinator in one folder: its keys and pins, its store as a file of SQLite, its blobs, and a list of all that.

The one fact: a copy is older than the log by the time it is needed, so it cannot keep what was acknowledged since: a
synchronous standby does. A backup is for what a standby repeats faithfully: a deleted table, a stolen machine room.
docs/decisions/0021.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from coordinator.blobs import object_name
from coordinator.folder import (
    BACKED_UP,
    BLOBS,
    DATABASE,
    LOCK,
    PINS,
    SERVING,
    Folder,
    read_pins,
    set_backed_up,
)
from coordinator.objects import FolderObjects, Objects
from coordinator.store.copying import copy_out
from coordinator.store.database import Database, sqlite_url
from coordinator.store.ledger import SqlLedger
from coordinator.store.log import SqlLog
from operation.files import read_file, write_file
from protocol.errors import Refused, StoreError

LIST = "backup.json"
FORM = "sealsum-coordinator-backup/1"
_NOT_KEPT = {LOCK, SERVING, BACKED_UP}
"""Of this folder and the process that serves from it, not of the coordinator."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: when it was made (Unix seconds), of which log, how many statements, blobs and absent blobs.

    `absent` are blobs that the store names and that were not there, because what rested on them has ended.
    """

    made: int
    log_key: str
    size: int
    blobs: int
    absent: int


def make_backup(folder: Folder, url: str, objects: Objects | None, target: Path, now: int) -> Backup:
    """Write a backup into a new folder, beside a serving process; Refused("folder"), StoreError.

    The store is copied first: what it names was in the blob store before. `objects` None leaves blobs where they are.
    """
    if target.exists():
        raise Refused("folder", f"{target} is there already: name a new folder for each backup")
    with made_whole(target) as making:
        copy_out(url, making / DATABASE)
        for path in sorted(folder.path.iterdir()):
            if path.is_file() and path.name not in _NOT_KEPT and not path.name.startswith((DATABASE, ".")):
                write_file(making / path.name, read_file(path), 0o600)
        size, kept, absent = _copy_blobs(making, objects)
        backup = Backup(now, read_pins(folder.path)["log_key"], size, kept, absent)
        fields = {
            "form": FORM,
            "made": now,
            "log_key": backup.log_key,
            "size": size,
            "blobs": kept,
            "absent": absent,
        }
        write_file(making / LIST, json.dumps({**fields, "files": _hashes(making)}, indent=2).encode() + b"\n")
    # The copy is whole; of one that is not noted the doctor only reminds too early.
    with suppress(StoreError):
        set_backed_up(folder.path, now)
    return backup


def _copy_blobs(making: Path, objects: Objects | None) -> tuple[int, int, int]:
    """The size of the log, and how many blobs were copied and were absent."""
    database = Database(sqlite_url(making / DATABASE))
    try:
        newest = SqlLog(database).newest_checkpoint()
        names = [] if objects is None else SqlLedger(database).blob_names()
    finally:
        database.close()
    kept = 0
    if objects is not None:
        goal = FolderObjects(making / BLOBS)
        for name in names:
            data = objects.get(object_name(name))
            if data is not None:
                goal.put(object_name(name), data)
                kept += 1
    return (0 if newest is None else newest.size), kept, len(names) - kept


def read_backup(path: Path) -> Backup:
    """The list of a backup, every file compared with it; Refused("backup") when something is missing or another."""
    try:
        fields = json.loads((path / LIST).read_bytes())
        if fields["form"] != FORM:
            raise Refused(
                "backup",
                f"{path} is of form {fields['form']}, expected {FORM}: take the Sealsum that made it",
            )
        found = Backup(*(fields[name] for name in ("made", "log_key", "size", "blobs", "absent")))
        listed = dict(fields["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("backup", f"{path} is no backup of a coordinator, or only a part of one") from error
    for name, digest in listed.items():
        if not (path / name).is_file() or _hash(path / name) != digest:
            raise Refused(
                "backup", f"{path / name} is not as it was written: take another copy of this backup"
            )
    if PINS not in listed or DATABASE not in listed:
        raise Refused("backup", f"{path} lists neither {PINS} nor {DATABASE}: it is no whole backup")
    return found


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """A folder that gets its name only when the block has ended well; StoreError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise StoreError(f"cannot write beside {folder}: {error.strerror}") from error
    try:
        yield making
        making.replace(folder)
        _sync(folder.parent)
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hashes(folder: Path) -> dict[str, str]:
    """Of every file but the blobs, which are named by theirs."""
    return {path.name: _hash(path) for path in sorted(folder.iterdir()) if path.is_file()}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

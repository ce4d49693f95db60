"""What is looked at before a coordinator serves, so that what is wrong is said before anything is written.

The one fact: the log's key, the pins and the database belong together; a process with another key would sign a history
that no node accepts. And the log must reach every checkpoint of it that is kept elsewhere: one that begins again
further back is a rollback to everyone.
"""

from __future__ import annotations

import os

from coordinator.folder import PINS, Folder, read_pins
from coordinator.known import ask_witnesses, check_reaches, find_beside_blobs
from coordinator.objects import Objects
from coordinator.service import Stores, open_existing_stores
from coordinator.store.database import Database, parse_url, place_of
from coordinator.store.log import SqlLog
from coordinator.store.migrating import check_fit, find_tables, is_empty, migrate
from coordinator.witnessing import read_witnesses
from crypto.errors import CryptoError
from crypto.note import Checkpoint, check_checkpoint, parse_signer, sign_checkpoint
from protocol.errors import Refused


def check_log(folder: Folder, url: str) -> None:
    """Raise Refused("log-key") unless key, pins and the log in the database are of one log; StoreError.

    1. The folder's key signs what its pins accept. 2. What the database's log was signed with is that key.
    """
    pinned = read_pins(folder.path)["log_key"]
    try:
        name = parse_signer(folder.log_key).name
        check_checkpoint(sign_checkpoint(Checkpoint(name, 1, os.urandom(32), 0), folder.log_key), pinned)  # 1
    except CryptoError as error:
        raise Refused(
            "log-key",
            f"log.key in {folder.path} is not the key of its {PINS}: put the right one back from the backup",
        ) from error
    if is_empty(url):
        return
    log = SqlLog(Database(url))
    try:
        newest = log.newest_checkpoint()
    finally:
        log.close()
    try:
        if newest is not None:
            check_checkpoint(newest.note, pinned)  # 2
    except CryptoError as error:
        raise Refused(
            "log-key",
            f"the log in the database at {place_of(url)} was signed with another key than that of {folder.path}: name "
            "the database of this log, or take the folder that belongs to it",
        ) from error


def check_reached(folder: Folder, url: str, objects: Objects) -> None:
    """Raise Refused("behind" | "forked") unless the log reaches every checkpoint that witnesses and blobs hold.

    They are asked before the database is read: another replica may append meanwhile. StoreError.
    """
    pinned = read_pins(folder.path)["log_key"]
    known = [*ask_witnesses(read_witnesses(folder.path), pinned), *find_beside_blobs(objects, pinned)]
    if is_empty(url):
        check_reaches(None, known)
        return
    log = SqlLog(Database(url))
    try:
        check_reaches(log, known)
    finally:
        log.close()


def open_ready(url: str) -> Stores:
    """The store behind a URL, its tables made or brought up to date as `prepare_database` does."""
    prepare_database(url)
    return open_existing_stores(url)


def prepare_database(url: str) -> None:
    """Make the tables, or see that this program may work with them; StoreError says what to do.

    A file of SQLite is this process's own and is brought up to date. A PostgreSQL may have other replicas at work, so
    raising its version is a step of its own.
    """
    if is_empty(url) or (parse_url(url).get_backend_name() == "sqlite" and not find_tables(url).is_fit):
        migrate(url)
    else:
        check_fit(url)

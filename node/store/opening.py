"""Opens a node's store, and makes it: readable by its owner only, brought to this version, its secrets unlocked.

The one fact: whatever cannot be opened is given back unchanged.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from node.store.database import FILE_NAME, Store, explain, migrate
from node.store.locks import BESIDE, Choice, unlock_store
from protocol.errors import Refused, StoreError


def open_store(folder: Path, choice: Choice = BESIDE) -> Store:
    """Open an existing store, bring it to this version and unlock its secrets.

    Refused("folder") when there is none; Refused("passphrase" | "keyring") when its key is not to be had.
    """
    if not (folder / FILE_NAME).is_file():
        raise Refused(
            "folder",
            f"{folder} holds no node: expected {FILE_NAME} in it. "
            f"Enrol first: sealsum node enrol {folder} --token ...",
        )
    return _open(folder, choice)


def create_store(folder: Path, choice: Choice = BESIDE) -> Store:
    """Open the store in `folder`, made and locked as chosen when it is not there; folder 0700, file 0600."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        os.close(descriptor)
    except OSError as error:
        message = f"cannot write to {folder}: {error.strerror}. Choose a folder you may write to."
        raise StoreError(message) from error
    return _open(folder, choice)


def _open(folder: Path, choice: Choice) -> Store:
    try:
        os.chmod(folder / FILE_NAME, 0o600)
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}; try again") from error
    store = Store(folder)
    try:
        migrate(store.engine)
        unlock_store(store, choice)
    except DatabaseError as error:
        raise StoreError(explain(error, folder)) from error
    except (Refused, StoreError):
        store.close()
        raise
    return store

"""The coordinator's private keys on disk: locked with a passphrase, or in the clear for demos.

The one fact: SEALSUM_COORDINATOR_PASSPHRASE_FILE names a file whose first line is the passphrase; with it every key is
written locked (Argon2id, AES-256-GCM, bound to the file's name), and a locked key opens with nothing else.
"""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from coordinator.files import read_file, write_file
from crypto.errors import BadLock
from crypto.locking import lock_with_passphrase, unlock_with_passphrase
from protocol.errors import Refused

VARIABLE = "SEALSUM_COORDINATOR_PASSPHRASE_FILE"
_LOCKED = b"{"
"""How a locked file begins; a key in the clear is PEM, hexadecimal or a note's key."""


def find_passphrase() -> str | None:
    """The passphrase that the environment names, or None; Refused("passphrase") when its file holds none."""
    named = os.environ.get(VARIABLE)
    return read_passphrase(Path(named)) if named else None


def read_passphrase(path: Path) -> str:
    """The first line of a file; Refused("passphrase") when there is none."""
    line = read_file(path).partition(b"\n")[0].rstrip(b"\r")
    if not line:
        raise Refused("passphrase", f"{path} is empty; expected a passphrase on its first line")
    return line.decode("utf-8", "replace")


def write_key(path: Path, data: bytes, passphrase: str | None = None) -> None:
    """Write a key, locked when a passphrase is given or named by the environment."""
    chosen = passphrase or find_passphrase()
    locked = data if chosen is None else lock_with_passphrase(chosen, path.name, data, os.urandom)
    write_file(path, locked, 0o600)


def is_locked(path: Path) -> bool:
    """Whether this key asks for a passphrase."""
    return read_file(path).startswith(_LOCKED)


def read_key(path: Path) -> bytes:
    """Read a key; Refused("passphrase") when it is locked and the passphrase is missing or another one."""
    data = read_file(path)
    if not data.startswith(_LOCKED):
        return data
    try:
        return unlock_with_passphrase(_need_passphrase(path), path.name, data)
    except BadLock as error:
        raise Refused("passphrase", f"that is not the passphrase of {path}") from error


def lock_keys(folder: Path, passphrase: str | None) -> list[str]:
    """Write every key of a folder anew under a passphrase, or in the clear; returns the files' names."""
    opened = {path: read_key(path) for path in sorted(folder.glob("*.key"))}
    for path, data in opened.items():
        if passphrase is None:
            write_file(path, data, 0o600)
        else:
            write_key(path, data, passphrase)
    return [path.name for path in opened]


def _need_passphrase(path: Path) -> str:
    found = find_passphrase()
    if found is not None:
        return found
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refused("passphrase", f"{path} is locked; name a file with its passphrase in {VARIABLE}")
    return getpass.getpass(f"Passphrase of {path}: ")

"""A process's private keys as files: locked with a passphrase, or in the clear for demos.

The one fact: a variable of the environment names a file whose first line is the passphrase; with it every key is
written locked (Argon2id, AES-256-GCM, bound to the file's name), and a locked key opens with nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import BadLock
from crypto.locking import lock_with_passphrase, unlock_with_passphrase
from operation.files import read_file, write_file
from operation.passphrases import find_passphrase, need_passphrase
from protocol.errors import Refused

_LOCKED = b"{"
"""How a locked file begins; a key in the clear is PEM, hexadecimal or a note's key."""


def is_locked(path: Path) -> bool:
    """Whether this key asks for a passphrase."""
    return read_file(path).startswith(_LOCKED)


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The keys of one kind of process; `variable` names the file with their passphrase."""

    variable: str

    def write(self, path: Path, data: bytes, passphrase: str | None = None) -> None:
        """Write a key, locked when a passphrase is given or named by the environment."""
        chosen = passphrase or find_passphrase(self.variable)
        locked = data if chosen is None else lock_with_passphrase(chosen, path.name, data, os.urandom)
        write_file(path, locked, 0o600)

    def read(self, path: Path) -> bytes:
        """Read a key; Refused("passphrase") when it is locked and the passphrase is missing or another one."""
        data = read_file(path)
        if not data.startswith(_LOCKED):
            return data
        try:
            return unlock_with_passphrase(need_passphrase(str(path), self.variable), path.name, data)
        except BadLock as error:
            raise Refused("passphrase", f"that is not the passphrase of {path}") from error

    def lock(self, paths: Iterable[Path], passphrase: str | None) -> list[str]:
        """Write keys anew under a passphrase, or in the clear; returns the files' names."""
        opened = {path: self.read(path) for path in paths}
        for path, data in opened.items():
            if passphrase is None:
                write_file(path, data, 0o600)
            else:
                self.write(path, data, passphrase)
        return [path.name for path in opened]

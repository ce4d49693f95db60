"""Reads and writes whole files of a process's folder; a write is durable, or leaves the old file."""

from __future__ import annotations

import os
from pathlib import Path

from protocol.errors import StoreError


def write_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a whole file durably, or leave the old one; StoreError."""
    temporary = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def read_file(path: Path) -> bytes:
    """Read a whole file; StoreError when it is missing."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}; is this the right folder?") from error

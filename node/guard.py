"""Who works on a data folder: one agent at a time, and one sender at a time, told by locks that die with their
process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from protocol.errors import Refused, StoreError

_LOCK, _SENDING = "agent.lock", "sending.lock"


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; Refused("served") when another agent has it, StoreError when the disk fails."""
    descriptor = _open(folder / _LOCK)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(folder) from error
        yield
    finally:
        os.close(descriptor)


def check_unserved(folder: Path) -> None:
    """Raise Refused("served") when an agent serves this folder now."""
    if is_served(folder):
        raise _taken(folder)


def is_served(folder: Path) -> bool:
    """Whether an agent serves this folder now."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def sending(folder: Path) -> Iterator[None]:
    """Wait until no other, in this process or another, sends this outbox, and hold it so; StoreError."""
    descriptor = _open(folder / _SENDING)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; try again") from error


def _taken(folder: Path) -> Refused:
    advice = "stop it first, where it was started (Ctrl-C, or its service), then do this again"
    return Refused("served", f"another agent serves {folder} already; {advice}")

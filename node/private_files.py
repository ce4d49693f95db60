"""Files for this owner's eyes only: new, and readable by nobody else."""

from __future__ import annotations

import os
from pathlib import Path

from protocol.errors import Refused, StoreError


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner reads; Refused("file") when it exists, StoreError when it cannot be."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise Refused("file", f"{path} exists already; name a new file") from error
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error

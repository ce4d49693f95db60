"""Blobs in a folder, named by their SHA-256; uploads resume where they broke off.

The one fact: a file under its hash is whole, because it is renamed there only after its bytes are on disk and hash to
its name. An entity can use only what it uploaded itself: naming another's hash is not having its bytes.
Protocol sections 8 and 11.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from coordinator.store.contract import Ledger, OwnedBlob
from protocol.errors import PeerError, Refused, StoreError
from protos.values import BlobState

HE_KEY_LIMIT = 192 * 1024
CIPHERTEXT_LIMIT = 96 * 1024
BLOB_LIMIT = HE_KEY_LIMIT
"""Largest upload; what a blob serves for is known, and its smaller cap checked, when a statement names it."""
QUOTA = 8 * 1024 * 1024
"""Bytes that one entity may keep here, or be uploading, before a logged statement uses them."""
PARTIAL_SECONDS = 7 * 24 * 3600
UNUSED_SECONDS = 7 * 24 * 3600
"""How long a whole blob is kept that no logged statement uses; its owner uploads it again if it still needs it."""
_STRIPES = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an upload of `length` bytes in all that hash to `sha256`."""

    sha256: str
    length: int
    offset: int
    data: bytes


class BlobFolder:
    """The blobs below one folder. Safe for many threads of one process."""

    def __init__(self, folder: Path, ledger: Ledger, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._partial = folder / "partial"
        self._ledger = ledger
        self._clock = clock
        self._locks = [Lock() for _ in range(_STRIPES)]
        self._partial.mkdir(parents=True, exist_ok=True)

    def state(self, sha256: str, owner: str) -> BlobState:
        """How much of a blob this entity has uploaded, contiguous from 0."""
        claim = self._ledger.blob(sha256, owner)
        if claim is not None and claim.complete:
            return BlobState(claim.length, True)
        path = self._partial_path(sha256, owner)
        return BlobState(path.stat().st_size if path.exists() else 0, False)

    def write(self, piece: Piece, owner: str) -> BlobState:
        """Take a piece of an upload; the last one makes it durable and complete.

        1. The whole has 1 to BLOB_LIMIT bytes, and the piece lies within.
        2. It fits into the entity's quota.
        3. It begins where the stored part ends; else PeerError("offset"), and the caller asks `state`.
        4. The whole hashes to its name; else PeerError("hash"), and the upload begins anew.
        """
        end = piece.offset + len(piece.data)
        if not 0 < piece.length <= BLOB_LIMIT or end > piece.length:  # 1
            raise PeerError("size", f"bytes up to {end} of {piece.length}; a blob has 1 to {BLOB_LIMIT}")
        with self._lock(piece.sha256):
            state = self.state(piece.sha256, owner)
            if state.complete:
                return state
            if state.stored == 0:
                self._check_quota(owner, piece.length)  # 2
            if piece.offset != state.stored:  # 3
                raise PeerError(
                    "offset", f"stored are {state.stored} bytes, the piece starts at {piece.offset}"
                )
            return self._append(piece, owner, end)

    def _append(self, piece: Piece, owner: str, end: int) -> BlobState:
        path = self._partial_path(piece.sha256, owner)
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("ab") as file:
                file.write(piece.data)
                if end == piece.length:
                    file.flush()
                    os.fsync(file.fileno())
            if end < piece.length:
                return BlobState(end, False)
            return self._complete(piece, owner, path)
        except OSError as error:
            raise StoreError(f"the blob folder failed: {error.strerror}; try again") from error

    def _complete(self, piece: Piece, owner: str, path: Path) -> BlobState:
        if hashlib.sha256(path.read_bytes()).hexdigest() != piece.sha256:  # 4
            path.unlink()
            raise PeerError("hash", f"the bytes do not hash to {piece.sha256}; upload them again from 0")
        self._place(path, piece.sha256)
        self._ledger.claim_blob(OwnedBlob(piece.sha256, owner, piece.length, True, self._clock()))
        return BlobState(piece.length, True)

    def _place(self, path: Path, sha256: str) -> None:
        target = self._path(sha256)
        target.parent.mkdir(exist_ok=True)
        path.replace(target)
        for folder in (target.parent, self._folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _check_quota(self, owner: str, length: int) -> None:
        folder = self._partial_path("", owner)
        # An upload counts in full from its first byte: else many begun with one byte could all go on.
        begun = sum(1 for _ in folder.iterdir()) if folder.exists() else 0
        kept = begun * BLOB_LIMIT + self._ledger.unused_bytes(owner)
        if kept + length > QUOTA:
            raise Refused("quota", f"{kept} unused bytes are kept for you; at most {QUOTA}: submit or wait")

    def read_own(self, sha256: str, length: int, owner: str, limit: int) -> bytes:
        """A blob that this entity uploaded and a statement names; PeerError("blob") unless it is here, whole."""
        if length > limit:
            raise PeerError("size", f"the blob has {length} bytes; for its purpose at most {limit}")
        claim = self._ledger.blob(sha256, owner)
        if claim is None or not claim.complete or claim.length != length:
            raise PeerError(
                "blob", f"blob {sha256} of {length} bytes is not uploaded; upload it, then submit"
            )
        return self.read(sha256, 0, length)

    def read(self, sha256: str, offset: int, count: int) -> bytes:
        """At most `count` bytes of a complete blob from `offset`; StoreError when its file is gone."""
        try:
            with self._path(sha256).open("rb") as file:
                file.seek(offset)
                return file.read(count)
        except OSError as error:
            raise StoreError(f"blob {sha256} cannot be read: {error.strerror}") from error

    def length(self, sha256: str) -> int | None:
        """The length of a complete blob, or None."""
        path = self._path(sha256)
        return path.stat().st_size if path.exists() else None

    def keep(self, data: bytes) -> str:
        """Store bytes of our own durably and return their hash; storing them again changes nothing."""
        sha256 = hashlib.sha256(data).hexdigest()
        if self.length(sha256) == len(data):
            return sha256
        path = self._partial / f"own-{sha256}"
        try:
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            self._place(path, sha256)
        except OSError as error:
            raise StoreError(f"the blob folder failed: {error.strerror}; try again") from error
        return sha256

    def sweep(self) -> None:
        """Remove what nobody has continued to upload for PARTIAL_SECONDS, or put to use for UNUSED_SECONDS."""
        for claim in self._ledger.stale_blobs(self._clock() - UNUSED_SECONDS):
            with self._lock(claim.sha256):
                self._ledger.drop_blob(claim.sha256, claim.owner)
                # Another entity may have uploaded the same bytes, or a calculation rest on them.
                if not self._ledger.claims(claim.sha256) and not self._ledger.uses(claim.sha256):
                    self._path(claim.sha256).unlink(missing_ok=True)
        before = self._clock() - PARTIAL_SECONDS
        for path in self._partial.glob("*/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    def _lock(self, sha256: str) -> Lock:
        return self._locks[int(sha256[:2], 16) % _STRIPES]

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _partial_path(self, sha256: str, owner: str) -> Path:
        # Uploads of two owners never meet, so nobody can spoil another's.
        return self._partial / hashlib.sha256(owner.encode()).hexdigest()[:32] / sha256

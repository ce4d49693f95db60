"""Blobs named by their SHA-256, each owned by who uploaded it; uploads resume where they broke off.

The one fact: an object under its hash is whole, because only bytes that hash to its name are put there. An entity can
use only what it uploaded itself: naming another's hash is not having its bytes. Who has which blob is in the store, so
any replica may take the next piece. Protocol sections 8 and 11.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

from coordinator.objects import Objects
from coordinator.record import Recent
from coordinator.store.contract import Ledger, OwnedBlob
from protocol.errors import PeerError, Refused, StoreError
from protos.values import BlobState

HE_KEY_LIMIT = 192 * 1024
CIPHERTEXT_LIMIT = 96 * 1024
BLOB_LIMIT = HE_KEY_LIMIT
"""Largest upload; what a blob serves for is known, and its smaller cap checked, when a statement names it."""
QUOTA = 8 * 1024 * 1024
"""Bytes that one entity may keep here, or be uploading, before a logged statement uses them."""
UNUSED_SECONDS = 7 * 24 * 3600
"""How long an upload is kept, begun or whole, that no logged statement uses; its owner uploads it again if need be."""
KEPT_SECONDS = 30 * 24 * 3600
"""How long what a calculation rests on is kept after its end: nobody can dispute it any more."""
DROPPED_AT_ONCE = 500
BYTES_AT_HAND = 32 * 1024 * 1024
CLAIMS_AT_HAND = 4096
YOUNG_SECONDS = 3600
"""How old a claim may be that is believed without asking the store again."""
_STRIPES = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an upload of `length` bytes in all that hash to `sha256`."""

    sha256: str
    length: int
    offset: int
    data: bytes


class Blobs:
    """The blobs of this coordinator. Safe for many threads, and for many processes over one store."""

    def __init__(self, objects: Objects, ledger: Ledger, clock: Callable[[], int]) -> None:
        self._objects = objects
        self._ledger = ledger
        self._clock = clock
        self._locks = [Lock() for _ in range(_STRIPES)]
        # A name stands for the same bytes for ever, so this can be left or gone, but never wrong.
        self._at_hand: Recent[bytes] = Recent(BYTES_AT_HAND, len)
        # Whole and young claims: no sweep takes one away that is younger than UNUSED_SECONDS.
        self._claims: Recent[OwnedBlob] = Recent(CLAIMS_AT_HAND)

    def state(self, sha256: str, owner: str) -> BlobState:
        """How much of a blob this entity has uploaded, contiguous from 0."""
        return self._state(self._ledger.blob(sha256, owner), sha256, owner)

    def _state(self, claim: OwnedBlob | None, sha256: str, owner: str) -> BlobState:
        if claim is None:
            return BlobState(0, False)
        if claim.complete:
            return BlobState(claim.length, True)
        return BlobState(self._begun(sha256, owner)[1], False)

    def write(self, piece: Piece, owner: str) -> BlobState:
        """Take a piece of an upload; the last one makes it durable and complete.

        1. The whole has 1 to BLOB_LIMIT bytes, and the piece lies within.
        2. It fits into the entity's quota, in which an upload counts in full from its first byte.
        3. It begins where the stored part ends; else PeerError("offset"), and the caller asks `state`.
        4. The whole hashes to its name; else PeerError("hash"), and the upload begins anew.
        """
        end = piece.offset + len(piece.data)
        if not 0 < piece.length <= BLOB_LIMIT or end > piece.length:  # 1
            raise PeerError("size", f"bytes up to {end} of {piece.length}; a blob has 1 to {BLOB_LIMIT}")
        with self._lock(piece.sha256):
            claim, unused = self._ledger.standing(piece.sha256, owner)
            state = self._state(claim, piece.sha256, owner)
            if state.complete:
                return state
            if claim is None and unused + piece.length > QUOTA:  # 2
                raise Refused(
                    "quota", f"{unused} unused bytes are kept for you; at most {QUOTA}: submit or wait"
                )
            if piece.offset != state.stored:  # 3
                raise PeerError(
                    "offset", f"stored are {state.stored} bytes, the piece starts at {piece.offset}"
                )
            if end == piece.length:
                return self._complete(piece, owner, has_begun=claim is not None)
            if claim is None:
                self._claim(piece, owner, is_complete=False)
            self._objects.put(f"{_pieces(piece.sha256, owner)}/{piece.offset:012d}", piece.data)
            return BlobState(end, False)

    def _complete(self, piece: Piece, owner: str, has_begun: bool) -> BlobState:
        names, _ = self._begun(piece.sha256, owner) if has_begun else ([], 0)
        data = b"".join(self._objects.get(name) or b"" for name in names) + piece.data
        holds = hashlib.sha256(data).hexdigest() == piece.sha256  # 4
        if holds:
            self._put(piece.sha256, data)
            self._claim(piece, owner, is_complete=True)
        elif has_begun:
            self._ledger.drop_blob(piece.sha256, owner)
        for name in names:
            self._objects.delete(name)
        if not holds:
            raise PeerError("hash", f"the bytes do not hash to {piece.sha256}; upload them again from 0")
        return BlobState(piece.length, True)

    def _claim(self, piece: Piece, owner: str, is_complete: bool) -> None:
        claim = OwnedBlob(piece.sha256, owner, piece.length, is_complete, self._clock())
        self._ledger.claim_blob(claim)
        self._remember(claim)

    def _begun(self, sha256: str, owner: str) -> tuple[list[str], int]:
        """The pieces of an upload that has begun, and how many bytes they are, contiguous from 0."""
        names: list[str] = []
        stored = 0
        for name, size in self._objects.under(_pieces(sha256, owner)):
            if int(name.rpartition("/")[2]) != stored:
                break
            names.append(name)
            stored += size
        return names, stored

    def look_up(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Have these claims (hash, owner) at hand, from one question to the store; StoreError."""
        unknown = [sha256 for sha256, owner in wanted if self._known(sha256, owner) is None]
        for claim in self._ledger.blobs(unknown):
            self._remember(claim)

    def _remember(self, claim: OwnedBlob) -> None:
        if claim.complete:
            self._claims.put(_key(claim.sha256, claim.owner), claim)

    def _known(self, sha256: str, owner: str) -> OwnedBlob | None:
        claim = self._claims.get(_key(sha256, owner), lambda: None)
        is_young = claim is not None and self._clock() - claim.created_at < YOUNG_SECONDS
        return claim if is_young else None

    def _drop(self, sha256: str, owner: str) -> None:
        self._ledger.drop_blob(sha256, owner)
        self._claims.drop(_key(sha256, owner))

    def check_own(self, sha256: str, length: int, owner: str, limit: int) -> None:
        """Raise PeerError("size" | "blob") unless this entity uploaded all of a blob that a statement names."""
        if length > limit:
            raise PeerError("size", f"the blob has {length} bytes; for its purpose at most {limit}")
        claim = self._known(sha256, owner) or self._ledger.blob(sha256, owner)
        if claim is None or not claim.complete or claim.length != length:
            raise PeerError(
                "blob", f"blob {sha256} of {length} bytes is not uploaded; upload it, then submit"
            )

    def read_own(self, sha256: str, length: int, owner: str, limit: int) -> bytes:
        """A blob that this entity uploaded and a statement names; PeerError("blob") unless it is here, whole."""
        self.check_own(sha256, length, owner, limit)
        found = self._find(sha256)
        if found is None:  # a sweep met an upload of the same bytes
            self._drop(sha256, owner)
            raise PeerError("blob", f"blob {sha256} is not here any more; upload it again, then submit")
        return found

    def read(self, sha256: str, offset: int, count: int) -> bytes:
        """At most `count` bytes of a complete blob from `offset`; StoreError when it is gone."""
        found = self._find(sha256)
        if found is None:
            raise StoreError(f"blob {sha256} cannot be read: it is not in the blob store")
        return found[offset : offset + count]

    def _find(self, sha256: str) -> bytes | None:
        return self._at_hand.get(sha256, lambda: self._objects.get(object_name(sha256)))

    def length(self, sha256: str) -> int | None:
        """The length of a complete blob, or None."""
        found = self._find(sha256)
        return None if found is None else len(found)

    def keep(self, data: bytes) -> str:
        """Store bytes of our own durably and return their hash; storing them again changes nothing."""
        sha256 = hashlib.sha256(data).hexdigest()
        if self.length(sha256) != len(data):
            self._put(sha256, data)
        return sha256

    def _put(self, sha256: str, data: bytes) -> None:
        self._objects.put(object_name(sha256), data)
        self._at_hand.put(sha256, data)

    def sweep(self) -> None:
        """Remove uploads that nobody has put to use for UNUSED_SECONDS, and what rested on calculations long over."""
        for claim in self._ledger.stale_blobs(self._clock() - UNUSED_SECONDS):
            with self._lock(claim.sha256):
                self._drop(claim.sha256, claim.owner)
                for name, _ in self._objects.under(_pieces(claim.sha256, claim.owner)):
                    self._objects.delete(name)
                # Another entity may have uploaded the same bytes, or a calculation rest on them.
                if not self._ledger.claims(claim.sha256) and not self._ledger.uses(claim.sha256):
                    self._delete(claim.sha256)
        while expired := self._ledger.expired_blobs(self._clock() - KEPT_SECONDS, DROPPED_AT_ONCE):
            for sha256 in expired:
                self._delete(sha256)
            # Last: what breaks off before is found and deleted again.
            self._ledger.forget_blobs(expired)
            self._claims.clear()

    def _delete(self, sha256: str) -> None:
        self._objects.delete(object_name(sha256))
        self._at_hand.drop(sha256)

    def _lock(self, sha256: str) -> Lock:
        return self._locks[int(sha256[:2], 16) % _STRIPES]


def _key(sha256: str, owner: str) -> str:
    return f"{sha256}/{owner}"


def object_name(sha256: str) -> str:
    """Under which name a complete blob lies in the blob store."""
    return f"{sha256[:2]}/{sha256}"


def _pieces(sha256: str, owner: str) -> str:
    # Uploads of two owners never meet, so nobody can spoil another's.
    return f"pieces/{hashlib.sha256(owner.encode()).hexdigest()[:32]}/{sha256}"

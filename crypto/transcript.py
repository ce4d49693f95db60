"""The Fiat-Shamir transcript: what prover and verifier agree on, and the challenges that follow from it.

The one fact: an item is a 4-byte length, its label, a 4-byte length, its bytes, so no two sequences of items
hash alike. A proof is only as sound as what was absorbed before its first challenge. Protocol 4 and 12.
"""

import hashlib
from collections.abc import Sequence
from functools import cache

from crypto.group import ORDER, B, G, H, MaybePoint, Random, encode_scalar

VERSION = b"sealsum/v1"


class Transcript:
    """A running SHA-512 over labelled items; challenges are absorbed like anything else."""

    __slots__ = ("_hash",)

    def __init__(self, kind: str) -> None:
        """Start a transcript of this kind of proof: absorbs the version, the kind and the generators."""
        self._hash = hashlib.sha512(_beginning(kind))

    def absorb(self, label: str, data: bytes) -> None:
        """Absorb one item."""
        self._hash.update(_name(label) + len(data).to_bytes(4) + data)

    def absorb_point(self, label: str, point: MaybePoint) -> None:
        """Absorb a point; infinity as empty bytes."""
        self.absorb(label, b"" if point is None else point.encode())

    def absorb_int(self, label: str, value: int) -> None:
        """Absorb a public integer of any sign as its decimal digits."""
        self.absorb(label, str(value).encode())

    def challenge(self, label: str) -> int:
        """Return SHA-512 of everything so far, reduced into [1, ORDER), and absorb it under `label`."""
        while True:
            digest = self._hash.digest()
            value = int.from_bytes(digest) % ORDER
            if value:
                self.absorb(label, encode_scalar(value))
                return value
            self.absorb(label, digest)  # draws again; happens once in 2^256

    def copy(self) -> "Transcript":
        """Return a transcript that continues from here by itself."""
        other = object.__new__(Transcript)
        other._hash = self._hash.copy()
        return other

    def nonces(self, secrets: Sequence[int], random: Random) -> Random:
        """Return a stream for a prover's nonces that depends on this transcript, its secrets and `random`.

        A nonce used under two challenges gives the secret away. With the statement and the witness in the
        seed, a generator that repeats itself (a restored snapshot, a crash and a rerun) still gives two
        statements two nonces, and one that others can predict gives nothing away without the witness.
        """
        fork = self.copy()
        for secret in secrets:
            fork.absorb("secret", encode_scalar(secret))
        fork.absorb("random", random(64))
        key, drawn = fork._hash.digest(), 0

        def draw(length: int) -> bytes:
            nonlocal drawn
            drawn += 1
            return hashlib.shake_256(key + drawn.to_bytes(8)).digest(length)

        return draw


@cache
def _name(label: str) -> bytes:
    """The first half of an item. Labels are the program's own words, so there are few."""
    name = label.encode()
    return len(name).to_bytes(4) + name


@cache
def _beginning(kind: str) -> bytes:
    items = [("protocol", VERSION), ("kind", kind.encode())]
    items += [("generator/" + name, point.encode()) for name, point in (("B", B), ("G", G), ("H", H))]
    return b"".join(_name(label) + len(data).to_bytes(4) + data for label, data in items)

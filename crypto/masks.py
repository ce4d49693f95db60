"""Pairwise masks that cancel in the sum, and how masked residues become slots of a ciphertext.

The one fact: two members derive the same residues from their Diffie-Hellman point; the lower consent id adds
them, the higher one subtracts them. The roster id is in the seed, so two rosters give two seeds and noise
instead of a difference. Protocol 6(5) and 12, exact.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

from crypto.errors import BadEncoding
from crypto.group import ORDER, Point, hash_multiple

CELLS = 7
RESIDUES = 2 * CELLS
DIGITS = 10
DIGIT_BITS = 26
SLOTS_PER_MODEL = RESIDUES * DIGITS
MAX_MODELS = 29
ID_LENGTH = 32

_INFO = b"sealsum/v1/mask"
_RESIDUE_BYTES = 48
_STREAM = bytes(RESIDUES * _RESIDUE_BYTES)
_DIGIT_MASK = (1 << DIGIT_BITS) - 1


@dataclass(frozen=True, slots=True)
class MaskInfo:
    """What a mask belongs to, beside its two keys; ids are 32 bytes, `lower_id` < `higher_id` as bytes."""

    roster_id: bytes
    request_id: bytes
    model: int
    lower_id: bytes
    higher_id: bytes

    def __post_init__(self) -> None:
        ids = (self.roster_id, self.request_id, self.lower_id, self.higher_id)
        if any(len(item) != ID_LENGTH for item in ids) or not self.lower_id < self.higher_id:
            raise BadEncoding(f"expected ids of {ID_LENGTH} bytes, and the lower consent id first")
        if not 0 <= self.model < MAX_MODELS:
            raise BadEncoding(f"expected a model below {MAX_MODELS}, found {self.model}")


@dataclass(frozen=True, slots=True)
class Session:
    """The calculation that masks belong to: two 32-byte ids and the number of models."""

    roster_id: bytes
    request_id: bytes
    models: int


@dataclass(frozen=True, slots=True)
class Peer:
    """Another member: its 32-byte consent id and its fresh point E_j."""

    consent_id: bytes
    point: Point


@dataclass(frozen=True, slots=True, repr=False)
class OwnKey:
    """One's own consent id and the secret e_i behind its point; the repr hides the secret."""

    consent_id: bytes
    secret: int

    def __repr__(self) -> str:
        return f"OwnKey(consent_id={self.consent_id.hex()}, secret=<redacted>)"


def make_mask(secret: int, peer: Point, info: MaskInfo) -> list[int]:
    """Return the 14 residues mod n shared with `peer`."""
    return _expand(_extract(info.roster_id, hash_multiple(peer, secret)), info)


def make_mask_from(shared: Point, info: MaskInfo) -> list[int]:
    """Return the residues that the point e_i*E_j gives; anyone can, once a dispute opened it."""
    return _expand(_extract(info.roster_id, hashlib.sha256(shared.encode()).digest()), info)


def sign_of(own_id: bytes, peer_id: bytes) -> int:
    """Return +1 for the lower consent id, which adds the mask, -1 for the higher, which subtracts it."""
    if own_id == peer_id:
        raise BadEncoding("expected two different consent ids: a member has no mask with itself")
    return 1 if own_id < peer_id else -1


def mask_vectors(
    vectors: Sequence[Sequence[int]], own: OwnKey, peers: Iterable[Peer], session: Session
) -> list[list[int]]:
    """Return y = vector + masks mod n for each model; a vector is (value, blinding) of cells 0 to 6.

    `peers` are all other members of the roster; each costs one multiplication, whatever the number of models.
    """
    if len(vectors) != session.models or any(len(vector) != RESIDUES for vector in vectors):
        raise ValueError(f"expected {session.models} vectors of {RESIDUES} integers")
    masked = [list(vector) for vector in vectors]
    for peer in peers:
        sign = sign_of(own.consent_id, peer.consent_id)
        lower, higher = sorted((own.consent_id, peer.consent_id))
        seed = _extract(session.roster_id, hash_multiple(peer.point, own.secret))
        for model, row in enumerate(masked):
            mask = _expand(seed, MaskInfo(session.roster_id, session.request_id, model, lower, higher))
            for index, residue in enumerate(mask):
                row[index] += sign * residue
    return [[value % ORDER for value in row] for row in masked]


def encode_slots(models: Sequence[Sequence[int]]) -> list[int]:
    """Write 14 residues in [0, n) a model as 140 slots a model: 10 digits of 26 bits each, little-endian."""
    if len(models) > MAX_MODELS or any(len(row) != RESIDUES for row in models):
        raise ValueError(f"expected at most {MAX_MODELS} models of {RESIDUES} residues")
    if any(not 0 <= residue < ORDER for row in models for residue in row):
        raise ValueError("expected residues reduced by the group order")
    return [
        residue >> DIGIT_BITS * digit & _DIGIT_MASK
        for row in models
        for residue in row
        for digit in range(DIGITS)
    ]


def decode_slots(slots: Sequence[int], models: int) -> list[list[int]]:
    """Recombine summed slots into 14 residues mod n a model, whatever the digits; later slots are ignored.

    A member may have written anything. That is safe: equation (1) of protocol 7 is what accepts a sum.
    """
    used = models * SLOTS_PER_MODEL
    if not 0 <= models <= MAX_MODELS or len(slots) < used:
        raise ValueError(f"expected at least {used} slots for {models} models, found {len(slots)}")
    residues = [_recombine(slots[start : start + DIGITS]) for start in range(0, used, DIGITS)]
    return [residues[start : start + RESIDUES] for start in range(0, len(residues), RESIDUES)]


def _recombine(digits: Sequence[int]) -> int:
    return sum(digit << DIGIT_BITS * place for place, digit in enumerate(digits)) % ORDER


def _extract(roster_id: bytes, shared_hash: bytes) -> bytes:
    """HKDF-Extract of RFC 5869."""
    return hmac.digest(roster_id, shared_hash, "sha256")


def _expand(seed: bytes, info: MaskInfo) -> list[int]:
    label = _INFO + info.request_id + info.model.to_bytes(2, "big") + info.lower_id + info.higher_id
    key = hmac.digest(seed, label + b"\x01", "sha256")  # HKDF-Expand of RFC 5869, its first block
    # Each key makes one stream, so the counter may start at 0; 48 bytes mod n are within 2^-128 of uniform.
    stream = Cipher(AES256(key), CTR(bytes(16))).encryptor().update(_STREAM)
    return [
        int.from_bytes(stream[start : start + _RESIDUE_BYTES], "big") % ORDER
        for start in range(0, len(stream), _RESIDUE_BYTES)
    ]

"""Sealing to a party's public key: ECIES over secp256k1, HKDF-SHA256 and AES-256-GCM.

The one fact: the context (which statement, entry, model, sender, recipient) goes into the key, so a seal
copied to another place does not open. Its length shows that of the plaintext: callers seal fixed lengths.
Protocol 4 and 5.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import BadEncoding, BadSeal
from crypto.group import (
    POINT_BYTES,
    MaybePoint,
    Point,
    Random,
    multiply_base,
    multiply_secret,
    parse_point,
    random_scalar,
)

TAG_LENGTH = 16
OVERHEAD = POINT_BYTES + TAG_LENGTH
SEAL_LIMIT = 1024
_INFO = b"sealsum/v1/seal"
_KEY_LENGTH, _NONCE_LENGTH = 32, 12


def make_sealing_key(random: Random) -> tuple[int, Point]:
    """Draw a sealing key; return the secret scalar and the public point."""
    secret = random_scalar(random)
    return secret, public_point(secret)


def public_point(secret: int) -> Point:
    """Return the public point of a secret scalar in [1, order)."""
    return _not_infinity(multiply_base(secret))


def seal(recipient: Point, plaintext: bytes, context: bytes, random: Random) -> bytes:
    """Encrypt to `recipient`; return ephemeral point (33 bytes), ciphertext and tag (16 bytes)."""
    return seal_with(random_scalar(random), recipient, plaintext, context, random)


def seal_with(secret: int, recipient: Point, plaintext: bytes, context: bytes, random: Random) -> bytes:
    """As `seal`, under an ephemeral secret that the caller drew for this one seal and will prove to know."""
    if len(plaintext) > SEAL_LIMIT - OVERHEAD:
        raise ValueError(f"expected at most {SEAL_LIMIT - OVERHEAD} bytes to seal, found {len(plaintext)}")
    ephemeral = public_point(secret)
    shared = _not_infinity(multiply_secret(recipient, secret, random))
    key, nonce = _derive(shared, ephemeral, recipient, context)
    return ephemeral.encode() + AESGCM(key).encrypt(nonce, plaintext, None)


def open_seal(secret: int, sealed: bytes, context: bytes, random: Random) -> bytes:
    """Decrypt what was sealed to this secret key in this context; BadSeal when it was not.

    `random` hides the secret scalar from a clock, and changes nothing about the result.
    """
    shared = _not_infinity(multiply_secret(ephemeral_of(sealed), secret, random))
    return open_seal_with(shared, public_point(secret), sealed, context)


def open_seal_with(shared: Point, recipient: Point, sealed: bytes, context: bytes) -> bytes:
    """Decrypt with the shared point alone, as a dispute opens one seal and no other; else BadSeal."""
    key, nonce = _derive(shared, ephemeral_of(sealed), recipient, context)
    try:
        return AESGCM(key).decrypt(nonce, sealed[POINT_BYTES:], None)
    except InvalidTag as error:
        raise BadSeal("the seal was made for another key or context, or was altered") from error


def ephemeral_of(sealed: bytes) -> Point:
    """Return the ephemeral point of a seal; BadSeal unless its length and its point are possible ones."""
    if not OVERHEAD <= len(sealed) <= SEAL_LIMIT:
        raise BadSeal(f"expected a seal of {OVERHEAD} to {SEAL_LIMIT} bytes, found {len(sealed)}")
    try:
        return parse_point(sealed[:POINT_BYTES])
    except BadEncoding as error:
        raise BadSeal("expected a seal to start with a point of the group") from error


def _derive(shared: Point, ephemeral: Point, recipient: Point, context: bytes) -> tuple[bytes, bytes]:
    # The ephemeral key is new for each seal, so is the key, so a nonce derived with it never meets it twice.
    salt = ephemeral.encode() + recipient.encode()
    material = HKDF(SHA256(), _KEY_LENGTH + _NONCE_LENGTH, salt, _INFO + context).derive(shared.encode())
    return material[:_KEY_LENGTH], material[_KEY_LENGTH:]


def _not_infinity(point: MaybePoint) -> Point:
    # The group's order is prime and scalars are in [1, order), so only a caller's own mistake comes here.
    if point is None:
        raise ValueError("expected a secret scalar between 1 and the group order")
    return point

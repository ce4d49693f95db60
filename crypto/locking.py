"""Secrets at rest: AES-256-GCM under a key, and under a passphrase stretched with Argon2id (RFC 9106).

The one fact: what is locked is bound to its name, so a locked value that is moved to another place does not open.
A nonce is 96 random bits and new for every value; callers pass a `random` that never repeats. Decision 0007.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from crypto.canonical import encode_canonical
from crypto.errors import BadLock
from crypto.group import Random

KEY_BYTES, NONCE_BYTES, TAG_BYTES, SALT_BYTES = 32, 12, 16, 16
_PURPOSE = b"sealsum/v1/at-rest\0"
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 1 << 20, 16, 16
_FIELDS = {"kdf", "memory_kib", "passes", "lanes", "salt", "locked"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a passphrase costs: memory, passes over it, lanes. The default is RFC 9106's second choice."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


COST = Cost()


def make_data_key(random: Random) -> bytes:
    """Draw a key of 32 bytes."""
    return random(KEY_BYTES)


def lock(key: bytes, name: str, data: bytes, random: Random) -> bytes:
    """Encrypt under a key and a name: nonce (12 bytes), ciphertext, tag (16 bytes)."""
    nonce = random(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, _bound(name))


def unlock(key: bytes, name: str, locked: bytes) -> bytes:
    """Decrypt what was locked under this key and name; BadLock otherwise."""
    if len(locked) < NONCE_BYTES + TAG_BYTES:
        raise BadLock(
            f"expected at least {NONCE_BYTES + TAG_BYTES} bytes of locked data, found {len(locked)}"
        )
    try:
        return AESGCM(key).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], _bound(name))
    except InvalidTag as error:
        raise BadLock(f"{name!r} was locked under another key, or was altered") from error


def _bound(name: str) -> bytes:
    return _PURPOSE + name.encode()


def stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """The key of 32 bytes that a passphrase stands for, by Argon2id over its UTF-8."""
    work = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return work.derive(passphrase.encode())


def lock_with_passphrase(passphrase: str, name: str, data: bytes, random: Random, cost: Cost = COST) -> bytes:
    """Encrypt under a passphrase: canonical JSON that says how the key was stretched. Opened by the next function."""
    salt = random(SALT_BYTES)
    locked = lock(stretch(passphrase, salt, cost), name, data, random)
    fields = {
        "kdf": "argon2id",
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": base64.b64encode(salt).decode(),
        "locked": base64.b64encode(locked).decode(),
    }
    return encode_canonical(fields)


def unlock_with_passphrase(passphrase: str, name: str, text: bytes) -> bytes:
    """Decrypt what was locked under this passphrase and name; BadLock otherwise.

    1. The text has exactly the fields that `lock_with_passphrase` writes.
    2. The work it asks for is bounded, so a planted file cannot ask for all memory.
    3. The key opens it under this name.
    """
    try:  # 1
        fields = json.loads(text)
        if not isinstance(fields, dict) or set(fields) != _FIELDS or fields["kdf"] != "argon2id":
            raise ValueError
        cost = Cost(int(fields["memory_kib"]), int(fields["passes"]), int(fields["lanes"]))
        salt = base64.b64decode(fields["salt"], validate=True)
        locked = base64.b64decode(fields["locked"], validate=True)
    except (ValueError, TypeError) as error:
        raise BadLock(f"{name!r} is not data locked with a passphrase") from error
    if not (  # 2
        8 * cost.lanes <= cost.memory_kib <= _MOST_MEMORY_KIB
        and 1 <= cost.passes <= _MOST_PASSES
        and 1 <= cost.lanes <= _MOST_LANES
        and len(salt) == SALT_BYTES
    ):
        raise BadLock(f"{name!r} asks for more work or memory than a passphrase is worth")
    return unlock(stretch(passphrase, salt, cost), name, locked)  # 3

"""A pseudorandom function: HMAC-SHA512 over length-prefixed inputs.

The one fact: the same key and inputs give the same output, so a value that must not change when it is asked
for again (guards, blindings of a resent contribution) is derived and not drawn. Protocol 4 and 6(5).
"""

import hmac

from crypto.group import ORDER

OUTPUT_BYTES = 64


def prf(key: bytes, label: str, *parts: bytes) -> bytes:
    """Return 64 bytes for `label` and `parts`, each preceded by its 4-byte length."""
    items = (label.encode(), *parts)
    message = b"".join(len(item).to_bytes(4) + item for item in items)
    return hmac.digest(key, message, "sha512")


def prf_scalar(key: bytes, label: str, *parts: bytes) -> int:
    """Return a residue modulo ORDER; 512 bits are reduced, so its bias is below 2^-256."""
    return int.from_bytes(prf(key, label, *parts)) % ORDER


def prf_below(bits: int, key: bytes, label: str, *parts: bytes) -> int:
    """Return an integer uniform in [0, 2**bits), `bits` from 0 to 512."""
    if not 0 <= bits <= 8 * OUTPUT_BYTES:
        raise ValueError(f"prf_below takes 0 to {8 * OUTPUT_BYTES} bits, got {bits}")
    return int.from_bytes(prf(key, label, *parts)) >> (8 * OUTPUT_BYTES - bits)

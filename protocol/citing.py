"""Electricity certificates cited once: a keyed digest of each, compared by the log. Protocol section 5.

The one fact: the digest's key is held by the authority and by suppliers, never by an operator, so the coordinator
finds a second citation and learns no serial number. Digests of nothing fill a declaration's list up to one of few
lengths, so that it hardly tells how many certificates there are.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence

from crypto.group import Random
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of
from protocol.payloads import Declaration
from protocol.statements import Record

KEY_BYTES = 32
LENGTHS = (0, 8, 40, 200)
"""How many digests a declaration may hold; what is real is filled up to the next of these."""
_LABEL = b"sealsum/v1/certificate"


def certificate_digest(key: bytes, registry: str, serial: str) -> str:
    """HMAC-SHA256 of registry and serial number under the citation key, lowercase hex.

    Compatibility forms, letter case and white space make no difference: one certificate, one digest.
    """
    parts = [_fold(text).encode() for text in (registry, serial)]
    message = _LABEL + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def fill_digests(digests: Sequence[str], random: Random) -> tuple[str, ...]:
    """The digests and random ones among them, ascending; Refused("certificates") for too many, or one twice."""
    length = next((length for length in LENGTHS if length >= len(digests)), None)
    if length is None:
        raise Refused(
            "certificates", f"a declaration cites at most {LENGTHS[-1]} certificates, found {len(digests)}"
        )
    if len(set(digests)) != len(digests):
        raise Refused("certificates", "a certificate is cited twice in this declaration; remove one")
    fillers = [random(32).hex() for _ in range(length - len(digests))]
    return tuple(sorted([*digests, *fillers]))


def check_certificates(declaration: Declaration, record: Record) -> None:
    """Raise PeerError("certificates") unless the declaration cites certificates that no other has used.

    1. Its digests are ascending, each once, and as many as the lengths allow.
    2. An earlier declaration with one of them is by the same legal entity, for the same product and period.
    """
    digests = declaration.certificates
    if list(digests) != sorted(set(digests)) or len(digests) not in LENGTHS:  # 1
        lengths = ", ".join(map(str, LENGTHS))
        raise PeerError("certificates", f"expected {lengths} digests, ascending, each once")
    if not digests:
        return
    owner = enrolment_of(declaration.by, record).legal_entity
    for digest in digests:
        for earlier in record.about("declaration", digest):
            other = earlier.payload
            assert isinstance(other, Declaration)
            same = (other.product, other.period) == (declaration.product, declaration.period)
            if not same or enrolment_of(other.by, record).legal_entity != owner:  # 2
                raise PeerError(
                    "certificates",
                    "a certificate cited here is cited in another declaration already: declare the kWh that it "
                    "covers on another electricity line, or ask the registry who cancelled it",
                )


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())

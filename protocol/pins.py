"""pins.json: what whoever holds others to account has pinned. Protocol section 7; docs/certificate.md.

The one fact: pins are all the trust there is, so a file that would weaken itself (one witness under two names, a
threshold nobody can reach) is refused whole.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crypto.certificates import parse_certificate
from crypto.cosignature import parse_witness_key
from crypto.errors import BadCertificate, BadEncoding
from crypto.note import parse_verifier
from protocol.certificate import Pins
from protocol.errors import Refused

MAX_WITNESSES = 50


class _PinnedWitness(BaseModel):
    """A witness by its name, and its key (name+hash+base64)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(strict=True, max_length=255)
    key: str = Field(strict=True, max_length=1000)


class _PinsFile(BaseModel):
    """pins.json: two texts, and perhaps witnesses with how many of them must have cosigned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    log_key: str = Field(strict=True, max_length=1000)
    authority_root: str = Field(strict=True, max_length=8192)
    witnesses: tuple[_PinnedWitness, ...] = Field(default=(), max_length=MAX_WITNESSES)
    threshold: int = Field(default=0, strict=True, ge=0, le=MAX_WITNESSES)


def parse_pins(data: bytes) -> Pins:
    """Read pins.json, `{"log_key": vkey text, "authority_root": PEM}`; Refused("pins") says what is wrong.

    It may also hold `"witnesses": [{"name": ..., "key": vkey text}]` and `"threshold"`: how many of them are wanted.
    """
    try:
        read = _PinsFile.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise Refused(
            "pins", f'expected {{"log_key": ..., "authority_root": ...}}: {place}: {first["msg"]}'
        ) from error
    for witness in read.witnesses:
        if witness.key.partition("+")[0] != witness.name:
            raise Refused("pins", f"the witness {witness.name!r} has a key of another name; compare both")
    witnesses = tuple(witness.key for witness in read.witnesses)
    return check_pins(Pins(read.log_key, read.authority_root, witnesses, read.threshold))


def check_pins(pins: Pins) -> Pins:
    """The pins themselves when all are well formed, else Refused("pins").

    1. The log key and the root certificate are what they should be. 2. So is every witness's key, and no key stands
    there twice under any name: else one witness would count for two. 3. No more are wanted than are pinned.
    """
    try:
        log_key = parse_verifier(pins.log_key)  # 1
        parse_certificate(pins.authority_root.encode())
        keys = [parse_witness_key(text).public_key.public_bytes_raw() for text in pins.witnesses]  # 2
    except (BadEncoding, BadCertificate) as error:
        raise Refused("pins", str(error)) from error
    if len({*keys, log_key.public_key.public_bytes_raw()}) != len(keys) + 1:
        raise Refused("pins", "two witnesses, or a witness and the log, have the same key; pin each key once")
    if not 0 <= pins.threshold <= len(keys):  # 3
        raise Refused(
            "pins", f"a threshold of {pins.threshold} with {len(keys)} witnesses; lower it or pin more"
        )
    return pins

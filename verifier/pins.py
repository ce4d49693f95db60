"""The pins: the log's key, the authority's root certificate, and the witnesses one wants to hear. Protocol section 7.

The one fact: pins are the only trust of a verification. Whoever hands over a bundle can hand over pins that fit
it, so pins count when they came by another way than the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from crypto.certificates import parse_certificate
from crypto.cosignature import parse_witness_key
from crypto.errors import BadCertificate, BadEncoding
from crypto.note import parse_verifier
from protocol.certificate import Pins
from protocol.errors import Refused

PINS_LIMIT = 64 * 1024
MAX_WITNESSES = 50
BESIDE = "pins.json"


class Origin(StrEnum):
    """Where the pins came from."""

    FILE = "file"
    OPTIONS = "options"
    BESIDE = "beside the bundle"


@dataclass(frozen=True, slots=True)
class PinSource:
    """What a user named on the command line; everything None means the file beside the bundle."""

    file: Path | None = None
    log_key: str | None = None
    authority_root: Path | None = None


@dataclass(frozen=True, slots=True)
class FoundPins:
    """Well-formed pins and where they came from; `place` is for people."""

    pins: Pins
    origin: Origin
    place: str


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


def find_pins(source: PinSource, bundle: Path) -> FoundPins:
    """The pins a user named, or the ones beside the bundle; Refused("pins") when there are none or half."""
    if source.log_key is not None or source.authority_root is not None:
        return _from_options(source)
    if source.file is not None:
        return FoundPins(parse_pins(_read(source.file)), Origin.FILE, str(source.file))
    beside = bundle.parent / BESIDE
    if not beside.is_file():
        raise Refused(
            "pins",
            f"no pins: name them with --pins FILE, or with --log-key and --authority-root; {beside} does not exist",
        )
    return FoundPins(parse_pins(_read(beside)), Origin.BESIDE, str(beside))


def _from_options(source: PinSource) -> FoundPins:
    if source.file is not None:
        raise Refused("pins", "expected either --pins, or --log-key with --authority-root, found both")
    if source.log_key is None or source.authority_root is None:
        raise Refused("pins", "expected --log-key and --authority-root together, found one of them")
    try:
        root = _read(source.authority_root).decode("ascii")
    except UnicodeDecodeError as error:
        raise Refused("pins", f"{source.authority_root}: expected a PEM certificate") from error
    pins = check_pins(Pins(source.log_key, root))
    return FoundPins(pins, Origin.OPTIONS, f"--log-key and {source.authority_root}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(PINS_LIMIT + 1)
    except OSError as error:
        raise Refused("pins", f"{path} cannot be read: {error.strerror}") from error
    if len(data) > PINS_LIMIT:
        raise Refused("pins", f"{path}: expected at most {PINS_LIMIT} bytes")
    return data

"""The pins: the log's key, the authority's root certificate, and the witnesses one wants to hear. Protocol section 7.

The one fact: pins are the only trust of a verification. Whoever hands over a bundle can hand over pins that fit
it, so pins count when they came by another way than the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from protocol.certificate import Pins
from protocol.errors import Refused
from protocol.pins import check_pins, parse_pins
from verifier.files import ToldInBoth, say_unreadable

PINS_LIMIT = 64 * 1024
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


def find_pins(source: PinSource, bundle: Path) -> FoundPins:
    """The pins a user named, or the ones beside the bundle; Refused("pins") when there are none or half."""
    if source.log_key is not None or source.authority_root is not None:
        return _from_options(source)
    if source.file is not None:
        return FoundPins(_parse(source.file), Origin.FILE, str(source.file))
    beside = bundle.parent / BESIDE
    if not beside.is_file():
        raise Refused(
            "pins",
            f"no pins: name them with --pins FILE, or with --log-key and --authority-root; {beside} does not exist. "
            "The operator's certificate page (/verify/ at the address of its platform) saves them as a file; compare "
            "both values with what the authority and the operator publish",
        )
    return FoundPins(_parse(beside), Origin.BESIDE, str(beside))


def _parse(file: Path) -> Pins:
    data = _read(file)
    try:
        return parse_pins(data)
    except Refused as error:
        raise Refused(error.check, f"{file}: {error.message}; take pins.json from the operator") from error


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
        raise ToldInBoth("pins", say_unreadable(path, error)) from error
    if len(data) > PINS_LIMIT:
        raise Refused("pins", f"{path}: expected at most {PINS_LIMIT} bytes")
    return data

"""Searches bytes for numbers in every common encoding, through layers of base64 and hexadecimal.

The one fact: a number counts only with six significant digits or more, so that a find is no accident; text is
compared by its significant digits, so neither scale nor separators hide it.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

DIGITS = 6
ROUNDED_DIGITS = 9
LAYERS = 3
MASK = (1 << 64) - 1
_NUMBER = re.compile(rb"(?<![0-9A-Za-z])[0-9][0-9.,_ ]{4,}[0-9](?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z])")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"[0-9a-fA-F]{16,}")
_SCALES = (0, 3, 6, 9, 12, 15)


@dataclass
class Needles:
    """Numbers and byte strings that must not be found, each with a name for the report."""

    digits: dict[bytes, str] = field(default_factory=dict)
    windows: dict[int, str] = field(default_factory=dict)
    strings: dict[bytes, str] = field(default_factory=dict)

    def add_number(self, name: str, value: Fraction | int) -> bool:
        """A number, whatever its scale; False when it is too short to search for."""
        exact = Fraction(value)
        digits = _significant(exact)
        if len(digits) < DIGITS:
            return False
        self.digits[digits] = name
        for kept in range(ROUNDED_DIGITS, len(digits)):
            rounded = str(round(int(digits) / 10 ** (len(digits) - kept))).rstrip("0").encode()
            if len(rounded) >= ROUNDED_DIGITS - 1:
                self.digits[rounded] = f"{name}, rounded"
        for scale in _SCALES:
            scaled = exact * 10**scale
            if scaled.denominator == 1 and abs(scaled) > MASK:
                self.add_bytes(name, abs(int(scaled)).to_bytes(16))
            elif scaled.denominator == 1 and abs(scaled) >= 1 << 16:
                self._add_window(name, struct.pack(">Q", abs(int(scaled))))
            self._add_window(f"{name} as a float", struct.pack(">d", float(scaled)))
        return True

    def add_bytes(self, name: str, secret: bytes) -> None:
        """A byte string of 16 bytes or more, forwards and backwards."""
        assert len(secret) >= 16
        for data in (secret, secret[::-1]):
            self.strings[data] = name
            start = next(i for i in range(len(data) - 7) if data[i])  # eight bytes that are not all zero
            self.windows.setdefault(int.from_bytes(data[start : start + 8], "little"), f"bytes {name}")

    def _add_window(self, name: str, data: bytes) -> None:
        for one in (data, data[::-1]):
            self.windows[int.from_bytes(one, "little")] = name

    # --- searching ---------------------------------------------------------------------------------

    def find(self, data: bytes, layers: int = LAYERS) -> set[str]:
        """Names of the needles in `data`, in what is base64 or hexadecimal in it, and in what is in that."""
        found: set[str] = set()
        for layer in _layers(data, layers):
            found |= self._find_text(layer) | self._find_binary(layer)
        return found

    def find_value(self, value: object) -> set[str]:
        """As find, for a value out of a database."""
        if isinstance(value, bytes):
            return self.find(value)
        return set() if value is None else self.find(str(value).encode())

    def _find_text(self, data: bytes) -> set[str]:
        found = set()
        for match in _NUMBER.finditer(data):
            mantissa = re.split(rb"[eE]", match.group())[0]
            # A list of numbers is several numbers; a number may be written with separators.
            for token in {mantissa, *re.split(rb"[, ]", mantissa)}:
                digits = re.sub(rb"[^0-9]", b"", token).strip(b"0")
                if digits in self.digits:
                    found.add(self.digits[digits])
        return found

    def _find_binary(self, data: bytes) -> set[str]:
        if len(data) < 8 or not self.windows:
            return set()
        wanted = np.array(sorted(self.windows), dtype="<u8")
        found = set()
        for offset in range(8):
            count = (len(data) - offset) // 8
            if count <= 0:
                break
            words = np.frombuffer(data, dtype="<u8", offset=offset, count=count)
            places = np.searchsorted(wanted, words)
            places[places == len(wanted)] = 0
            for word in set(words[wanted[places] == words].tolist()):
                found |= self._confirm(int(word), data)
        return found

    def _confirm(self, word: int, data: bytes) -> set[str]:
        name = self.windows[word]
        if not name.startswith("bytes "):
            return {name}
        return {called for secret, called in self.strings.items() if secret in data}


def _significant(value: Fraction) -> bytes:
    """The significant digits of a number, of its first 40 when it has no end."""
    scaled = abs(value) * 10**40
    digits = str(int(scaled)).encode().strip(b"0")
    return digits[:40]


def _layers(data: bytes, depth: int) -> Iterator[bytes]:
    yield data
    if depth == 0:
        return
    for match in _HEX.finditer(data):
        text = match.group()
        for start in (0, 1):
            whole = text[start : start + (len(text) - start) // 2 * 2]
            yield from _layers(bytes.fromhex(whole.decode()), 0)
    for match in _BASE64.finditer(data):
        text = match.group().rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4 if depth == LAYERS else 1):
            whole = text[start : start + (len(text) - start) // 4 * 4]
            rest = text[start + len(whole) :]
            padded = whole + (rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b"")
            try:
                yield from _layers(base64.b64decode(padded), depth - 1)
            except binascii.Error:
                continue

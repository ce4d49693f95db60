"""Field types of statements: one JSON form each, checked strictly. Protocol sections 4, 5 and 12.

Numbers that mean something are decimal strings, points and ids are lowercase hex, byte strings are
standard base64. A field accepts exactly the text it would itself write.
"""

from __future__ import annotations

import base64
import binascii
import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, StringConstraints

from crypto.errors import BadEncoding
from crypto.group import Point, parse_point

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,90}")
_POINT = re.compile(r"[0-9a-f]{66}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(/[1-9][0-9]{0,17})?")


def _parse_integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or _INTEGER.fullmatch(value) is None:
        raise ValueError("expected an integer written as a decimal string")
    return int(value)


def _parse_point_hex(value: Any) -> Point:
    if isinstance(value, Point):
        return value
    if not isinstance(value, str) or _POINT.fullmatch(value) is None:
        raise ValueError("expected a point: 66 lowercase hex digits")
    try:
        return parse_point(bytes.fromhex(value))
    except BadEncoding as error:
        raise ValueError(f"expected a point on secp256k1: {error}") from error


def _parse_base64(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise ValueError("expected base64 text")
    try:
        data = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("expected standard base64 with padding") from error
    if base64.b64encode(data).decode() != value:
        raise ValueError("expected canonical base64")
    return data


IntegerText = Annotated[int, PlainValidator(_parse_integer), PlainSerializer(str, return_type=str)]
PointHex = Annotated[
    Point, PlainValidator(_parse_point_hex), PlainSerializer(lambda p: p.encode().hex(), return_type=str)
]
Base64 = Annotated[
    bytes,
    PlainValidator(_parse_base64),
    PlainSerializer(lambda b: base64.b64encode(b).decode(), return_type=str),
]
Id = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
Nonce = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{32}$")]
# Texts of others are shown to people who decide by them: nothing in one may move a terminal's cursor, hide what
# stands before it or turn its order (control characters, bidirectional overrides).
_SHOWABLE = r"[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
Text = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=400, pattern=rf"^{_SHOWABLE}+$")
]
OptionalText = Annotated[
    str, StringConstraints(strict=True, max_length=4000, pattern=rf"^(\n|{_SHOWABLE})*$")
]
Code = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Date = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
DecimalText = Annotated[str, StringConstraints(strict=True, pattern=f"^{_DECIMAL.pattern}$")]
RationalText = Annotated[str, StringConstraints(strict=True, pattern=f"^{_RATIONAL.pattern}$")]
Small = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]
"""A count, index, size or time in Unix seconds: a JSON integer."""


def exact(text: str) -> Fraction:
    """The exact value of a DecimalText or RationalText."""
    return Fraction(text)

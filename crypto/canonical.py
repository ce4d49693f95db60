"""Canonical JSON (RFC 8785) without floats: the one byte string that a statement's payload may be.

The one fact: `parse_canonical` accepts exactly the bytes that `encode_canonical` writes, so a hash of the
bytes is a hash of the meaning. Protocol 5.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

import rfc8785

from crypto.errors import BadEncoding

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1

# Possessive, and a missing closing quote matches too: so each byte is read once, whatever an attacker sends.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_NOT_A_BRACKET = re.compile(rb"[^\[\]{}]+")


def encode_canonical(value: Any) -> bytes:
    """Write None, bool, int, str, list, tuple or dict with str keys as canonical JSON, else BadEncoding."""
    _refuse_foreign(value, MAX_DEPTH)
    return encode_parsed(value)


def parse_canonical(data: bytes, max_items: int | None = None) -> Any:
    """Read canonical JSON from untrusted bytes; BadEncoding unless all of this holds.

    1. It is UTF-8.
    2. It nests at most 32 deep and has at most `max_items` commas and brackets (before anything is built of it).
    3. It is JSON, once, without floats, NaN or infinities.
    4. No object has the same key twice.
    5. Integers are within +-(2^53 - 1).
    6. Encoding it again gives the same bytes.
    """
    value = parse_json(data, max_items)  # 1 to 5
    check_canonical(value, data)  # 6
    return value


def parse_json(data: bytes, max_items: int | None = None) -> Any:
    """Points 1 to 5 of `parse_canonical`: for a caller that encodes what it understood, and compares that."""
    try:
        text = data.decode("utf-8")  # 1
    except UnicodeDecodeError as error:
        raise BadEncoding(f"expected UTF-8, found byte {data[error.start]:#04x} at {error.start}") from error
    _check_structure(data, max_items)  # 2
    try:
        return _DECODER.decode(text)  # 3, 4, 5
    except json.JSONDecodeError as error:
        raise BadEncoding(f"expected JSON, found: {error.msg.removesuffix(' at')} at {error.pos}") from error


def check_canonical(value: Any, data: bytes) -> None:
    """Raise BadEncoding unless `data`, of which `parse_json` read `value`, is its canonical encoding."""
    if encode_parsed(value) != data:
        raise BadEncoding("expected canonical JSON (RFC 8785); encoding it again gives other bytes")


def _check_structure(data: bytes, max_items: int | None) -> None:
    brackets = data.count(b"[") + data.count(b"{")
    if brackets <= MAX_DEPTH and (max_items is None or brackets + data.count(b",") <= max_items):
        return  # too few to nest deeper or to be too many, wherever they stand
    bare = _STRING.sub(b"", data)
    if max_items is not None and sum(map(bare.count, (b",", b"[", b"{"))) > max_items:
        raise BadEncoding(f"expected JSON of at most {max_items} items, found more")
    depth = 0
    for byte in _NOT_A_BRACKET.sub(b"", bare):
        depth += 1 if byte in b"[{" else -1
        if depth > MAX_DEPTH:
            raise BadEncoding(f"expected JSON nested at most {MAX_DEPTH} deep, found more")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadEncoding("expected each key once in an object, found a duplicate")
    return result


def _parse_integer(digits: str) -> int:
    # The length comes first: int() on megabytes of digits is slow, and refused by Python with another error.
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise BadEncoding("expected integers within +-(2^53 - 1), found a larger one")
    return int(digits)


def _refuse_number(text: str) -> NoReturn:
    raise BadEncoding("expected integers only, found a float, NaN or infinity")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_refuse_duplicates,
    parse_int=_parse_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)


def encode_parsed(value: Any) -> bytes:
    """Write a value, or a part of one, that `parse_canonical` returned: it has the right types already.

    With ASCII keys the C encoder of `json` writes RFC 8785 exactly (a test compares them), four times faster;
    the order of other keys differs from RFC 8785 (code points, not UTF-16 units), so those take the slow way.
    """
    text = _ENCODER.encode(value)
    try:
        if not text.isascii() and not _has_ascii_keys(value):
            return rfc8785.dumps(value)
        return text.encode("utf-8")
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise BadEncoding("expected JSON of Unicode text without lone surrogates") from error


def encode_twice(fields: Mapping[str, Any], left_out: Collection[str]) -> tuple[bytes, bytes]:
    """`encode_parsed` of an object with ASCII keys, and of it without the members `left_out`, at the price of one."""
    members = [(name, b'"%s":%s' % (name.encode(), encode_parsed(fields[name]))) for name in sorted(fields)]
    kept = [text for name, text in members if name not in left_out]
    return b"{%s}" % b",".join([text for _, text in members]), b"{%s}" % b",".join(kept)


def _has_ascii_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() for key in value) and all(map(_has_ascii_keys, value.values()))
    return all(map(_has_ascii_keys, value)) if isinstance(value, list | tuple) else True


def _refuse_foreign(value: Any, depth: int) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise BadEncoding("expected integers within +-(2^53 - 1); write larger ones as decimal strings")
        return
    if depth == 0:
        raise BadEncoding(f"expected JSON nested at most {MAX_DEPTH} deep, found more")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise BadEncoding("expected text as keys of an object")
        for item in value.values():
            _refuse_foreign(item, depth - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_foreign(item, depth - 1)
    else:
        raise BadEncoding(f"expected None, bool, int, str, list or dict, found {type(value).__name__}")

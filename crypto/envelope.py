"""DSSE envelopes with exactly one signature: how every statement travels and is stored.

The one fact: a statement's id hashes what was signed and not the signature, so signing the same payload twice
makes the same statement. Protocol 5; https://github.com/secure-systems-lab/dsse, protocol version 1.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from crypto.canonical import encode_canonical, parse_canonical
from crypto.errors import BadEncoding, BadSignature
from crypto.signing import KEY_ID_LENGTH, SIGNATURE_LENGTH, check_signature, key_id, sign

PAYLOAD_TYPE = "application/vnd.sealsum.statement+json; version=1"
_START = b'{"payload":"'
_END = re.compile(
    rb'","payloadType":"%s","signatures":\[\{"keyid":"([0-9a-f]{%d})","sig":"([A-Za-z0-9+/]{86}==)"\}\]\}'
    % (re.escape(PAYLOAD_TYPE.encode()), 2 * KEY_ID_LENGTH)
)
_END_LENGTH = (
    len('","payloadType":"","signatures":[{"keyid":"","sig":""}]}' + PAYLOAD_TYPE) + 2 * KEY_ID_LENGTH + 88
)
_KEY_ID = re.compile(rf"[0-9a-f]{{{2 * KEY_ID_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One signed payload: `signature` is 64 bytes r | s, `key_id` the 32-byte name of its key."""

    payload: bytes
    signature: bytes
    key_id: bytes

    @property
    def id(self) -> bytes:
        """SHA-256 of the pre-authentication encoding: the 32-byte id of the statement."""
        return hashlib.sha256(pre_authentication_encoding(PAYLOAD_TYPE, self.payload)).digest()


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed: DSSEv1, both lengths in decimal, type and payload."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, key: ec.EllipticCurvePrivateKey) -> Envelope:
    """Sign `payload` as a statement."""
    signature = sign(key, pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return Envelope(payload, signature, key_id(key.public_key()))


def check_envelope(envelope: Envelope, public_key: ec.EllipticCurvePublicKey) -> None:
    """Raise BadSignature unless (1) the envelope names this key and (2) the key signed type and payload."""
    if envelope.key_id != key_id(public_key):  # 1
        raise BadSignature(
            f"expected a signature by key {key_id(public_key).hex()}, found one by {envelope.key_id.hex()}"
        )
    message = pre_authentication_encoding(PAYLOAD_TYPE, envelope.payload)
    check_signature(public_key, message, envelope.signature)  # 2


def encode_envelope(envelope: Envelope) -> bytes:
    """Write an envelope as canonical DSSE JSON."""
    signature = {"keyid": envelope.key_id.hex(), "sig": _encode_base64(envelope.signature)}
    return encode_canonical(
        {
            "payload": _encode_base64(envelope.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [signature],
        }
    )


def parse_envelope(data: bytes, limit: int) -> Envelope:
    """Read an envelope from untrusted bytes, signature unchecked; BadEncoding unless all of this holds.

    1. It has at most `limit` bytes.
    2. It is canonical JSON.
    3. It has the keys payload, payloadType, signatures, and no other.
    4. Its type is PAYLOAD_TYPE.
    5. It has exactly one signature, with keyid (64 lowercase hex digits) and sig, and nothing else.
    6. Payload and signature are standard base64, padded, the one encoding of their bytes.
    7. The signature has 64 bytes.
    """
    if len(data) > limit:  # 1
        raise BadEncoding(f"expected an envelope of at most {limit} bytes, found {len(data)}")
    return _read_exact(data) or _read(data)


def _read_exact(data: bytes) -> Envelope | None:
    """2 to 7 at once: base64 is never escaped in JSON, so canonical is one form. None: `_read` says why it is not."""
    end = _END.fullmatch(data, len(data) - _END_LENGTH)
    if end is None or not data.startswith(_START):
        return None
    payload, signature = data[len(_START) : end.start()], end[2]
    try:
        parts = [binascii.a2b_base64(text) for text in (payload, signature)]
    except binascii.Error:
        return None
    if [binascii.b2a_base64(part, newline=False) for part in parts] != [payload, signature]:
        return None
    return Envelope(parts[0], parts[1], bytes.fromhex(end[1].decode()))


def _read(data: bytes) -> Envelope:
    value = parse_canonical(data)  # 2
    if not isinstance(value, dict) or value.keys() != {"payload", "payloadType", "signatures"}:  # 3
        raise BadEncoding("expected an object with exactly payload, payloadType and signatures")
    if value["payloadType"] != PAYLOAD_TYPE:  # 4
        raise BadEncoding(f"expected payloadType {PAYLOAD_TYPE!r}, found another")
    signature, signer = _parse_signatures(value["signatures"])  # 5
    return Envelope(_parse_base64(value["payload"], "payload"), signature, signer)  # 6


def _parse_signatures(value: Any) -> tuple[bytes, bytes]:
    if not isinstance(value, list) or len(value) != 1:
        raise BadEncoding("expected signatures to be a list of exactly one")
    (entry,) = value
    if not isinstance(entry, dict) or entry.keys() != {"keyid", "sig"}:
        raise BadEncoding("expected a signature to be an object with exactly keyid and sig")
    if not isinstance(entry["keyid"], str) or _KEY_ID.fullmatch(entry["keyid"]) is None:
        raise BadEncoding(f"expected keyid to be {2 * KEY_ID_LENGTH} lowercase hex digits")
    signature = _parse_base64(entry["sig"], "sig")
    if len(signature) != SIGNATURE_LENGTH:  # 7
        raise BadEncoding(f"expected a signature of {SIGNATURE_LENGTH} bytes, found {len(signature)}")
    return signature, bytes.fromhex(entry["keyid"])


def _encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _parse_base64(text: Any, field: str) -> bytes:
    if not isinstance(text, str) or not text.isascii():
        raise BadEncoding(f"expected {field} to be base64 text")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadEncoding(f"expected {field} to be padded standard base64") from error
    if _encode_base64(data) != text:
        raise BadEncoding(f"expected {field} to be the one base64 encoding of its bytes, found another")
    return data

"""Enrolment as plain values: the one-time token, the application a node sends, the answer it gets.

The one fact: a token names the authority by the SHA-256 of its root certificate, so whoever holds the token
needs no other trust in the network; its secret is good for one key pair. Protocol sections 2, 4 and 5.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from crypto.errors import CryptoError
from crypto.group import B, Point, Random, multiply_secret, parse_point
from crypto.linear import LinearRelation, check_linear, parse_linear_proof, prove_linear
from crypto.transcript import Transcript
from protocol.citing import KEY_BYTES
from protocol.errors import PeerError
from protos.sealsum.v1 import gateway_pb2 as pb

TOKEN_PREFIX = "sealsum-enrol-1"
SECRET_BYTES = 16
FINGERPRINT_BYTES = 32
ADDRESS_LIMIT = 255
CSR_LIMIT = 4 * 1024
"""Characters of a certificate signing request."""
POSSESSION_BYTES = 65
CERTIFICATE_LIMIT = 8 * 1024
ENVELOPE_LIMIT = 256 * 1024
MESSAGE_LIMIT = 512 * 1024
"""Largest answer a node accepts."""
APPLICATION_LIMIT = 16 * 1024
"""Largest application the authority accepts."""

_TOKEN = re.compile(rf"{TOKEN_PREFIX}/[A-Za-z0-9._:/\[\]-]+")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\]):(?P<port>[1-9][0-9]{0,4})")


@dataclass(frozen=True, slots=True)
class EnrolmentToken:
    """Where the authority listens, the SHA-256 of its root certificate (DER), and the one-time secret."""

    address: str
    fingerprint: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Application:
    """What a node asks to be certified; it holds the token's secret. `possession` proves the sealing key."""

    token_secret: bytes = field(repr=False)
    csr_pem: str
    sealing_key: Point
    possession: bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The authority's answer: the enrolment statement's envelope, the certificate, the root certificate.

    `citation_key`: for suppliers, the key of the digests of certificates; empty for everyone else.
    """

    enrolment: bytes
    certificate_pem: str
    root_certificate_pem: str
    citation_key: bytes = field(default=b"", repr=False)


# --- the token -------------------------------------------------------------------------------------


def check_address(address: str) -> None:
    """Raise PeerError("address") unless it is HOST:PORT with a port between 1 and 65535."""
    match = _ADDRESS.fullmatch(address)
    if match is None or len(address) > ADDRESS_LIMIT or int(match["port"]) > 65535:
        raise PeerError("address", "expected HOST:PORT, for example authority.example:7443")


def encode_token(token: EnrolmentToken) -> str:
    """Write a token as one line to paste: prefix, address, fingerprint, secret, with slashes between."""
    return "/".join(
        (TOKEN_PREFIX, token.address, _encode_base64(token.fingerprint), _encode_base64(token.secret))
    )


def find_token(text: str) -> str:
    """The token in a message that it was pasted with; the text itself where none stands in it."""
    found = _TOKEN.search(text)
    return found[0].rstrip(".") if found else text


def parse_token(text: str) -> EnrolmentToken:
    """Read a token as a person pasted it, or raise PeerError("token"); white space around it is dropped.

    1. four parts between slashes, the first the prefix of this version
    2. an address HOST:PORT
    3. a fingerprint of 32 bytes and a secret of 16, each in its one base64url form
    """
    parts = text.strip().split("/") if len(text) <= 1024 else []
    if len(parts) != 4 or parts[0] != TOKEN_PREFIX:  # 1
        raise PeerError(
            "token", f"expected one line {TOKEN_PREFIX}/ADDRESS/FINGERPRINT/SECRET; paste the whole token"
        )
    try:
        check_address(parts[1])  # 2
    except PeerError as error:
        raise PeerError("token", f"the token's address: {error.message}") from error
    fingerprint = _parse_base64(parts[2], FINGERPRINT_BYTES, "fingerprint")  # 3
    return EnrolmentToken(parts[1], fingerprint, _parse_base64(parts[3], SECRET_BYTES, "secret"))


def _encode_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _parse_base64(text: str, length: int, name: str) -> bytes:
    # The message never quotes the text: it may be the secret.
    message = f"the token's {name} is not {length} bytes of base64url; paste the whole token"
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PeerError("token", message) from error
    if len(data) != length or _encode_base64(data) != text:
        raise PeerError("token", message)
    return data


# --- possession of the sealing key -----------------------------------------------------------------


def make_application(token_secret: bytes, csr_pem: str, sealing_secret: int, random: Random) -> Application:
    """Make the application for a signing key (through its CSR) and a sealing key, whose scalar is proven."""
    sealing_key = multiply_secret(B, sealing_secret, random)
    if sealing_key is None:
        raise ValueError("the sealing key's scalar is zero; make another")
    transcript = _possession_transcript(token_secret, csr_pem)
    proof = prove_linear(LinearRelation(((B,),), (sealing_key,)), (sealing_secret,), transcript, random)
    return Application(token_secret, csr_pem, sealing_key, proof.encode())


def check_possession(application: Application) -> None:
    """Raise PeerError("possession") unless the applicant knows the scalar of its sealing key.

    The proof is bound to the token and the CSR: a proof seen elsewhere does not carry over.
    """
    relation = LinearRelation(((B,),), (application.sealing_key,))
    transcript = _possession_transcript(application.token_secret, application.csr_pem)
    try:
        check_linear(relation, parse_linear_proof(application.possession, 1, 1), transcript)
    except CryptoError as error:
        raise PeerError("possession", f"the proof of the sealing key does not hold: {error}") from error


def _possession_transcript(token_secret: bytes, csr_pem: str) -> Transcript:
    transcript = Transcript("enrolment-possession")
    transcript.absorb("token", hashlib.sha256(token_secret).digest())
    transcript.absorb("csr", csr_pem.encode())
    return transcript


# --- the wire --------------------------------------------------------------------------------------


def encode_application(application: Application) -> pb.EnrolRequest:
    """Write an application."""
    return pb.EnrolRequest(
        token_secret=application.token_secret,
        csr_pem=application.csr_pem,
        sealing_key=application.sealing_key.encode(),
        possession=application.possession,
    )


def parse_application(message: pb.EnrolRequest) -> Application:
    """Read an application; PeerError("message") unless its parts have their sizes and the key is a point."""
    if len(message.token_secret) != SECRET_BYTES:
        raise PeerError("message", f"expected a token secret of {SECRET_BYTES} bytes")
    if not 0 < len(message.csr_pem) <= CSR_LIMIT:
        raise PeerError("message", f"a CSR of {len(message.csr_pem)} characters; send 1 to {CSR_LIMIT}")
    if len(message.possession) != POSSESSION_BYTES:
        found = len(message.possession)
        raise PeerError("message", f"a proof of possession of {found} bytes; send {POSSESSION_BYTES}")
    try:
        sealing_key = parse_point(message.sealing_key)
    except CryptoError as error:
        raise PeerError("message", f"the sealing key: {error}") from error
    return Application(message.token_secret, message.csr_pem, sealing_key, message.possession)


def encode_enrolled(enrolled: Enrolled) -> pb.EnrolReply:
    """Write the authority's answer."""
    return pb.EnrolReply(
        enrolment=enrolled.enrolment,
        certificate_pem=enrolled.certificate_pem,
        root_certificate_pem=enrolled.root_certificate_pem,
        citation_key=enrolled.citation_key,
    )


def parse_enrolled(message: pb.EnrolReply) -> Enrolled:
    """Read the authority's answer; PeerError("message") when a part is missing or too long."""
    if not 0 < len(message.enrolment) <= ENVELOPE_LIMIT:
        raise PeerError(
            "message", f"an enrolment of {len(message.enrolment)} bytes; at most {ENVELOPE_LIMIT}"
        )
    for name, text in (("certificate", message.certificate_pem), ("root", message.root_certificate_pem)):
        if not 0 < len(text) <= CERTIFICATE_LIMIT:
            raise PeerError("message", f"{name}: {len(text)} characters; expected 1 to {CERTIFICATE_LIMIT}")
    if len(message.citation_key) not in (0, KEY_BYTES):
        raise PeerError(
            "message", f"a citation key of {len(message.citation_key)} bytes; expected {KEY_BYTES}"
        )
    pems = (message.certificate_pem, message.root_certificate_pem)
    return Enrolled(message.enrolment, *pems, citation_key=message.citation_key)

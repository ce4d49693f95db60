"""Renewal and rotation as plain values: what an enrolled party asks of the authority, and what it gets.

The one fact: nobody gets anything for a key without that key's signature: a renewal is asked for by a CSR of the
enrolled key, a rotation is signed by the key that is replaced. Protocol sections 5 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.canonical import encode_canonical
from crypto.errors import CryptoError
from crypto.group import parse_point
from crypto.signing import SIGNATURE_LENGTH
from protocol.errors import PeerError
from protos.enrolment import (
    CERTIFICATE_LIMIT,
    CSR_LIMIT,
    ENVELOPE_LIMIT,
    POSSESSION_BYTES,
    Application,
)
from protos.sealsum.v1 import gateway_pb2 as pb

ENROLMENT_URI = "urn:sealsum:enrolment:"
"""In a certificate for connections: the id of the enrolment that it stands for."""
CONNECTION_SECONDS = 30 * 86400
"""How long a certificate serves for connections; the coordinator takes no older one, whatever it says itself."""
RENEW_AFTER_SECONDS = 10 * 86400
_ID_BYTES = 32


@dataclass(frozen=True, slots=True)
class Renewal:
    """A wish for a certificate for connections: enrolment id (hex), CSR of the enrolled signing key."""

    enrolment: str
    csr_pem: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """A wish for new keys. `application` is made with the old enrolment's id in place of a token's secret.

    `by_old_key` signs `rotation_request`; `rotation` the draft's core id, empty the first time.
    """

    enrolment: str
    application: Application
    by_old_key: bytes
    rotation: bytes = b""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The authority's answer: a draft (canonical payload), or the enrolment with the old one's revocation."""

    draft: bytes = b""
    enrolment: bytes = b""
    revocation: bytes = b""


def rotation_request(enrolment: str, application: Application) -> bytes:
    """What the old key signs: which keys are to replace it."""
    return encode_canonical(
        {
            "purpose": "sealsum/v1/rotation",
            "enrolment": enrolment,
            "csr": application.csr_pem,
            "sealing_key": application.sealing_key.encode().hex(),
        }
    )


# --- the wire --------------------------------------------------------------------------------------


def encode_renewal(renewal: Renewal) -> pb.RenewRequest:
    """Write a renewal."""
    return pb.RenewRequest(enrolment=bytes.fromhex(renewal.enrolment), csr_pem=renewal.csr_pem)


def parse_renewal(message: pb.RenewRequest) -> Renewal:
    """Read a renewal; PeerError("message") unless its parts have their sizes."""
    _check_parts(message.enrolment, message.csr_pem)
    return Renewal(message.enrolment.hex(), message.csr_pem)


def parse_renewed(message: pb.RenewReply) -> str:
    """Read a certificate for connections, not yet checked; PeerError("message")."""
    if not 0 < len(message.certificate_pem) <= CERTIFICATE_LIMIT:
        raise PeerError("message", f"a certificate of {len(message.certificate_pem)} characters")
    return message.certificate_pem


def encode_rotation(rotation: Rotation) -> pb.RotateRequest:
    """Write a rotation."""
    application = rotation.application
    return pb.RotateRequest(
        enrolment=bytes.fromhex(rotation.enrolment),
        csr_pem=application.csr_pem,
        sealing_key=application.sealing_key.encode(),
        possession=application.possession,
        by_old_key=rotation.by_old_key,
        rotation=rotation.rotation,
    )


def parse_rotation(message: pb.RotateRequest) -> Rotation:
    """Read a rotation; PeerError("message") unless its parts have their sizes and the key is a point."""
    _check_parts(message.enrolment, message.csr_pem)
    sizes = (len(message.possession), len(message.by_old_key), len(message.rotation))
    if sizes[:2] != (POSSESSION_BYTES, SIGNATURE_LENGTH) or sizes[2] not in (0, SIGNATURE_LENGTH):
        raise PeerError("message", "a proof or a signature of a rotation has another length than it should")
    try:
        sealing_key = parse_point(message.sealing_key)
    except CryptoError as error:
        raise PeerError("message", f"the sealing key: {error}") from error
    application = Application(message.enrolment, message.csr_pem, sealing_key, message.possession)
    return Rotation(message.enrolment.hex(), application, message.by_old_key, message.rotation)


def encode_rotated(rotated: Rotated) -> pb.RotateReply:
    """Write the authority's answer."""
    return pb.RotateReply(draft=rotated.draft, enrolment=rotated.enrolment, revocation=rotated.revocation)


def parse_rotated(message: pb.RotateReply) -> Rotated:
    """Read the authority's answer; PeerError("message") unless it is a draft, or both statements."""
    sizes = (len(message.draft), len(message.enrolment), len(message.revocation))
    if max(sizes) > ENVELOPE_LIMIT or (sizes[0] == 0) != (sizes[1] > 0 and sizes[2] > 0):
        raise PeerError("message", "expected a draft, or an enrolment with a revocation")
    return Rotated(message.draft, message.enrolment, message.revocation)


def _check_parts(enrolment: bytes, csr_pem: str) -> None:
    if len(enrolment) != _ID_BYTES:
        raise PeerError("message", f"expected an enrolment id of {_ID_BYTES} bytes")
    if not 0 < len(csr_pem) <= CSR_LIMIT:
        raise PeerError("message", f"a CSR of {len(csr_pem)} characters; send 1 to {CSR_LIMIT}")

"""Asks the authority for a certificate for connections, or for new keys, and checks the answer. Blocking.

The one fact: the authority is known by its pinned root here, so nothing is believed that this root did not sign.
Protocol sections 5 and 11.
"""

from __future__ import annotations

import json

from crypto.certificates import (
    Certificate,
    Usage,
    check_issued,
    encode_certificate,
    key_of,
    parse_certificate,
    parse_csr,
    subject_of,
)
from crypto.envelope import check_envelope
from crypto.errors import CryptoError
from crypto.signing import key_id
from protocol.errors import PeerError
from protocol.payloads import Enrolment, Revocation
from protocol.statements import Signed, core_id_of, parse_statement
from protos.enrolment_client import TIMEOUT_SECONDS, open_door
from protos.outgoing import Begin, silent
from protos.renewal import (
    CONNECTION_SECONDS,
    ENROLMENT_URI,
    Renewal,
    Rotated,
    Rotation,
    encode_renewal,
    encode_rotation,
    parse_renewed,
    parse_rotated,
)


def renew(address: str, root: Certificate, renewal: Renewal, now: int, begin: Begin = silent) -> str:
    """A certificate for connections (PEM). NetworkError: try again; Refused: the authority says no.

    PeerError("authority") unless 1. the root issued it, for a client, and it is valid now, 2. it is for the CSR's key
    and for this enrolment, 3. it ends within CONNECTION_SECONDS.
    """
    with open_door(address, encode_certificate(root), begin) as stub:
        pem = parse_renewed(stub.Renew(encode_renewal(renewal), timeout=TIMEOUT_SECONDS))
    try:
        certificate = parse_certificate(pem.encode())
        check_issued(certificate, root, now, Usage(client=True))  # 1
        own_key = key_id(key_of(certificate)) == key_id(parse_csr(renewal.csr_pem.encode()))  # 2
        named = subject_of(certificate).uri == (ENROLMENT_URI + renewal.enrolment,)
    except CryptoError as error:
        raise PeerError("authority", f"the renewed certificate does not hold: {error}") from error
    if not own_key or not named:
        raise PeerError("authority", "the renewed certificate is for another key or another enrolment")
    if certificate.not_valid_after_utc.timestamp() > now + CONNECTION_SECONDS + 86400:  # 3
        raise PeerError("authority", "the renewed certificate holds longer than one for connections may")
    return pem


def ask_rotation(address: str, root: Certificate, rotation: Rotation, begin: Begin = silent) -> Rotated:
    """Ask for a draft, or with its signature for the enrolment; NetworkError: again. Not yet checked."""
    with open_door(address, encode_certificate(root), begin) as stub:
        return parse_rotated(stub.Rotate(encode_rotation(rotation), timeout=TIMEOUT_SECONDS))


def check_draft(rotated: Rotated, rotation: Rotation, old: Enrolment, root: Certificate) -> str:
    """The core id to sign; PeerError("rotation") unless the draft says what the old enrolment did, for the new keys.

    1. It is an enrolment in its one form, by the root. 2. It replaces this enrolment, for the same legal entity,
    parent, names and roles. 3. Its keys are the new ones, its certificate the root's.
    """
    try:
        draft = Enrolment.model_validate(json.loads(rotated.draft))  # 1
        certificate = parse_certificate(draft.certificate.encode())
        new_key = key_id(parse_csr(rotation.application.csr_pem.encode()))
        is_issued = certificate.issuer == root.subject
    except (ValueError, CryptoError) as error:
        raise PeerError("rotation", f"the authority's draft is no enrolment: {error}") from error
    same = ("legal_entity", "parent", "name_zh", "name_en", "entity_roles")
    if draft.replaces != rotation.enrolment or any(getattr(draft, n) != getattr(old, n) for n in same):  # 2
        raise PeerError("rotation", "the authority's draft enrols another party, or other roles; ask it")
    if draft.sealing_key != rotation.application.sealing_key or key_id(key_of(certificate)) != new_key:  # 3
        raise PeerError("rotation", "the authority's draft is for other keys than the new ones")
    if draft.by != old.by or not is_issued:
        raise PeerError("rotation", "the authority's draft is by another root")
    return core_id_of(draft)


def check_rotated(
    rotated: Rotated, core_id: str, rotation: Rotation, root: Certificate
) -> tuple[Signed, Signed]:
    """The new enrolment and the old one's revocation; PeerError("rotation") unless the root signed both as agreed."""
    try:
        enrolment, revocation = parse_statement(rotated.enrolment), parse_statement(rotated.revocation)
        for signed in (enrolment, revocation):
            check_envelope(signed.envelope, key_of(root))
    except CryptoError as error:
        raise PeerError("rotation", f"the authority's answer does not hold: {error}") from error
    payload, end = enrolment.payload, revocation.payload
    if enrolment.core_id != core_id or not isinstance(payload, Enrolment):
        raise PeerError("rotation", "the enrolment is not the draft that was signed")
    if not isinstance(end, Revocation) or end.enrolment != rotation.enrolment:
        raise PeerError("rotation", "the revocation is not the old enrolment's")
    return enrolment, revocation

"""Certificates for connections, and new keys for an enrolment. Protocol sections 5 and 11.

The one fact: who asks is known by the key that signs: a revoked or replaced enrolment gets nothing, so whatever a
coordinator does, its connections end within CONNECTION_SECONDS.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from authority.enrolling import Enroller, Keys, check_csr, check_new_keys, subject_of_invitee
from authority.invitations import Invitee, invitee_of
from authority.root import CLOCK_SLACK_SECONDS, make_serial
from authority.tables import enrolments, rotations
from crypto.certificates import Grant, Usage, Validity, encode_certificate, issue, key_of, parse_certificate
from crypto.errors import BadSignature
from crypto.signing import check_signature, key_id
from protocol.errors import PeerError, Refused
from protocol.payloads import Enrolment, EnrolmentProofs, Revocation
from protocol.statements import core_id_of, encode_payload, sign_statement
from protos.enrolment import check_possession
from protos.renewal import CONNECTION_SECONDS, ENROLMENT_URI, Renewal, Rotated, Rotation, rotation_request

SAME_SECONDS = 3600
"""Asked again within this time, a renewal gets the same certificate: the root signs no faster for who asks often."""


def renew(enroller: Enroller, renewal: Renewal, now: int) -> str:
    """A certificate for connections (PEM), or PeerError or Refused naming the check.

    1. csr: a P-256 key that signed it. 2. enrolment: one of ours, neither revoked nor replaced.
    3. key: the CSR's key is the enrolment's own.
    """
    public_key = check_csr(renewal.csr_pem)  # 1
    with enroller.store.write() as connection:
        row = _find_active(connection, renewal.enrolment)  # 2
        if row.signing_key_id != key_id(public_key):  # 3
            raise PeerError("key", "the certificate request is by another key than the enrolled one")
        if row.connection_at is not None and 0 <= now - row.connection_at < SAME_SECONDS:
            return str(row.connection_pem)
        invitee = invitee_of(connection, row.invitation)
        subject = replace(subject_of_invitee(invitee), uri=(ENROLMENT_URI + row.id,))
        validity = Validity(now - CLOCK_SLACK_SECONDS, now + CONNECTION_SECONDS)
        grant = Grant(make_serial(enroller.random), validity, _usage(invitee))
        pem = encode_certificate(issue(enroller.root.issuer, public_key, subject, grant)).decode()
        values = {"connection_pem": pem, "connection_at": now}
        connection.execute(enrolments.update().where(enrolments.c.id == row.id).values(values))
    return pem


def rotate(enroller: Enroller, rotation: Rotation, now: int) -> Rotated:
    """A draft, then the enrolment with the revocation of the old one; PeerError or Refused naming the check.

    1. enrolment: one of ours, neither revoked nor replaced (but by these very keys: the same answer again).
    2. rotation: the old key signed which keys are to replace it. 3. csr: a P-256 key that signed it.
    4. possession: the applicant knows the sealing key's scalar. 5. key: neither belongs to another enrolment.
    6. rotation: the old key signed the draft's core id.
    """
    application = rotation.application
    with enroller.store.write() as connection:
        done = _find_done(connection, rotation)
        if done is not None:
            return done
        row = _find_active(connection, rotation.enrolment)  # 1
        old_key = key_of(parse_certificate(row.certificate_pem.encode()))
        try:  # 2
            check_signature(old_key, rotation_request(rotation.enrolment, application), rotation.by_old_key)
        except BadSignature as error:
            raise PeerError("rotation", f"the enrolled key did not sign this request: {error}") from error
        keys = Keys(check_csr(application.csr_pem), application.sealing_key)  # 3
        check_possession(application)  # 4
        check_new_keys(connection, keys)  # 5
        draft = _draft(enroller, connection, (row, keys), now)
        if not rotation.rotation:
            return Rotated(draft=encode_payload(draft))
        try:  # 6
            check_signature(old_key, bytes.fromhex(core_id_of(draft)), rotation.rotation)
        except BadSignature as error:
            raise PeerError("rotation", f"the enrolled key did not sign the draft: {error}") from error
        return _finish(enroller, connection, (row, keys), (draft, rotation.rotation), now)


def _find_active(connection: Connection, enrolment: str) -> Row[Any]:
    row = connection.execute(select(enrolments).where(enrolments.c.id == enrolment)).one_or_none()
    if row is None:
        raise Refused("enrolment", f"no enrolment {enrolment} is known here; is this the right authority?")
    if row.revoked_at is not None:
        raise Refused("enrolment", f"enrolment {enrolment} has ended; ask the authority for an invitation")
    return row


def _find_done(connection: Connection, rotation: Rotation) -> Rotated | None:
    query = select(enrolments).where(enrolments.c.replaces == rotation.enrolment)
    new = connection.execute(query).one_or_none()
    if new is None or new.sealing_key != rotation.application.sealing_key.encode():
        return None
    if new.signing_key_id != key_id(check_csr(rotation.application.csr_pem)):
        return None
    old = connection.execute(select(enrolments).where(enrolments.c.id == rotation.enrolment)).one()
    return Rotated(enrolment=new.envelope, revocation=old.revocation)


def _draft(enroller: Enroller, connection: Connection, subject: tuple[Row[Any], Keys], now: int) -> Enrolment:
    """The draft for these keys, made once: the signature over its core id comes in another call."""
    row, keys = subject
    wanted = (key_id(keys.signing), keys.sealing.encode())
    query = select(rotations).where(rotations.c.replaces == row.id)
    kept = connection.execute(query).one_or_none()
    if kept is not None and (kept.signing_key_id, kept.sealing_key) == wanted:
        return Enrolment.model_validate(json.loads(kept.draft))
    payload = enroller.make_payload(invitee_of(connection, row.invitation), keys, now, replaces=row.id)
    connection.execute(rotations.delete().where(rotations.c.replaces == row.id))
    values = dict(zip(("signing_key_id", "sealing_key"), wanted, strict=True))
    connection.execute(rotations.insert().values(replaces=row.id, draft=encode_payload(payload), **values))
    return payload


def _finish(
    enroller: Enroller,
    connection: Connection,
    subject: tuple[Row[Any], Keys],
    signed_draft: tuple[Enrolment, bytes],
    now: int,
) -> Rotated:
    (row, keys), (draft, rotation) = subject, signed_draft
    payload = draft.model_copy(update={"proofs": EnrolmentProofs(rotation=rotation)})
    signed = sign_statement(payload, enroller.root.issuer.key)
    certificate = parse_certificate(payload.certificate.encode())
    reason = f"its keys were replaced, see enrolment {signed.id}"
    fields = enroller.header().fields()
    revocation = sign_statement(
        Revocation(**fields, enrolment=row.id, reason=reason), enroller.root.issuer.key
    )
    ended = {"revoked_at": now, "revocation": revocation.data}
    connection.execute(enrolments.update().where(enrolments.c.id == row.id).values(ended))
    connection.execute(rotations.delete().where(rotations.c.replaces == row.id))
    connection.execute(
        enrolments.insert().values(
            id=signed.id,
            invitation=row.invitation,
            legal_entity=row.legal_entity,
            signing_key_id=key_id(keys.signing),
            sealing_key=keys.sealing.encode(),
            serial=str(certificate.serial_number),
            envelope=signed.data,
            certificate_pem=payload.certificate,
            enrolled_at=now,
            replaces=row.id,
        )
    )
    return Rotated(enrolment=signed.data, revocation=revocation.data)


def _usage(invitee: Invitee) -> Usage:
    return Usage(client=True, server="operator" in invitee.roles)

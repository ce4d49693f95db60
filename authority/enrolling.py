"""Enrolling: from an application to a certificate and a signed enrolment statement, in one transaction.

The one fact: a token is bound to the first keys it certifies. An application with the same keys gets the same
answer, so a lost reply costs nothing; any other gets a refusal. Protocol sections 3 and 5.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, or_, select

from authority.invitations import Invitation, Invitee, check_new_entity, find_invitation
from authority.root import CLOCK_SLACK_SECONDS, Root, make_serial
from authority.settings import CITATION_KEY, find_setting, set_setting
from authority.store import Store
from authority.tables import enrolments
from crypto.certificates import (
    Certificate,
    Grant,
    Subject,
    Usage,
    Validity,
    encode_certificate,
    issue,
    parse_certificate,
    parse_csr,
)
from crypto.errors import CryptoError
from crypto.group import Point, Random
from crypto.signing import key_id
from protocol.citing import KEY_BYTES
from protocol.errors import PeerError, Refused
from protocol.payloads import Enrolment, EnrolmentProofs, Revocation, Role, Saw
from protocol.statements import EMPTY_ROOT, Header, Signed, parse_statement, sign_statement
from protos.enrolment import Application, Enrolled, check_possession

CERTIFICATE_DAYS = 730
COMMON_NAME_BYTES = 64
"""X.520's bound; a longer name is cut in the certificate, and whole in the statement."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What an application asks to be certified."""

    signing: ec.EllipticCurvePublicKey
    sealing: Point


@dataclass(frozen=True, slots=True)
class Issued:
    """What an application led to."""

    certificate: Certificate
    statement: Signed


@dataclass(frozen=True, slots=True)
class Enroller:
    """Answers applications: the store, the root, and where serials and nonces come from."""

    store: Store
    root: Root
    random: Random

    def enrol(self, application: Application, now: int) -> Enrolled:
        """Certify the applicant, or raise PeerError or Refused naming the check.

        1. token: its secret belongs to an invitation
        2. csr: a P-256 key that signed it
        3. token: it was not used, or for these very keys, which then get the same answer
        4. token: the invitation is neither cancelled nor expired
        5. possession: the applicant knows the sealing key's scalar
        6. legal-entity: not enrolled already
        7. key: neither key belongs to another enrolment
        """
        with self.store.write() as connection:
            invitation = find_invitation(connection, application.token_secret)
            if invitation is None:  # 1
                raise PeerError("token", "this token is unknown here; ask the authority for an invitation")
            keys = Keys(check_csr(application.csr_pem), application.sealing_key)  # 2
            earlier = _find_answer(connection, invitation, keys)  # 3
            if earlier is not None:
                return Enrolled(*earlier, self.root.pem, self._citation_key(connection, invitation.invitee))
            _check_open(invitation, now)  # 4
            check_possession(application)  # 5
            check_new_entity(connection, invitation.invitee.legal_entity)  # 6
            check_new_keys(connection, keys)  # 7
            issued = self._issue(invitation.invitee, keys, now)
            _keep(connection, invitation, keys, issued, now)
            citation_key = self._citation_key(connection, invitation.invitee)
        certificate_pem = encode_certificate(issued.certificate).decode()
        return Enrolled(issued.statement.data, certificate_pem, self.root.pem, citation_key)

    def revoke(self, enrolment_id: str, reason: str, now: int) -> Signed:
        """Sign the end of an enrolment; the same statement again when it ended before; Refused("enrolment")."""
        with self.store.write() as connection:
            query = select(enrolments.c.revocation).where(enrolments.c.id == enrolment_id)
            row = connection.execute(query).one_or_none()
            if row is None:
                raise Refused("enrolment", f"no enrolment {enrolment_id}; see: sealsum authority list")
            if row.revocation is not None:
                return parse_statement(row.revocation)
            payload = Revocation(**self.header().fields(), enrolment=enrolment_id, reason=reason)
            signed = sign_statement(payload, self.root.issuer.key)
            values = {"revoked_at": now, "revocation": signed.data}
            connection.execute(enrolments.update().where(enrolments.c.id == enrolment_id).values(values))
        return signed

    def _issue(self, invitee: Invitee, keys: Keys, now: int) -> Issued:
        payload = self.make_payload(invitee, keys, now)
        certificate = parse_certificate(payload.certificate.encode())
        return Issued(certificate, sign_statement(payload, self.root.issuer.key))

    def make_payload(self, invitee: Invitee, keys: Keys, now: int, replaces: str | None = None) -> Enrolment:
        """The enrolment of these keys with their certificate, not signed yet."""
        validity = Validity(now - CLOCK_SLACK_SECONDS, now + CERTIFICATE_DAYS * 86400)
        # Only an operator's certificate opens a door: a supplier's cannot pose as one.
        usage = Usage(client=True, server="operator" in invitee.roles)
        grant = Grant(make_serial(self.random), validity, usage)
        certificate = issue(self.root.issuer, keys.signing, subject_of_invitee(invitee), grant)
        return Enrolment(
            **self.header().fields(),
            certificate=encode_certificate(certificate).decode(),
            sealing_key=keys.sealing,
            legal_entity=invitee.legal_entity,
            parent=invitee.parent,
            name_zh=invitee.name_zh,
            name_en=invitee.name_en,
            entity_roles=cast(tuple[Role, ...], invitee.roles),  # check_invitee allows no other
            replaces=replaces,
            proofs=EnrolmentProofs(),
        )

    def _citation_key(self, connection: Connection, invitee: Invitee) -> bytes:
        """The key of certificates' digests, for suppliers; with it an operator could try out serial numbers."""
        if "supplier" not in invitee.roles or "operator" in invitee.roles:
            return b""
        found = find_setting(connection, CITATION_KEY)
        if found is None:
            found = self.random(KEY_BYTES).hex()
            set_setting(connection, CITATION_KEY, found)
        return bytes.fromhex(found)

    def header(self) -> Header:
        """What a statement of the authority begins with."""
        # The authority has no connection to the log, so it has seen none of it.
        return Header(self.root.id, Saw(size=0, root=EMPTY_ROOT), self.random(16).hex())


def _find_answer(connection: Connection, invitation: Invitation, keys: Keys) -> tuple[bytes, str] | None:
    query = select(enrolments).where(
        enrolments.c.invitation == invitation.number, enrolments.c.replaces.is_(None)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if (row.signing_key_id, row.sealing_key) != (key_id(keys.signing), keys.sealing.encode()):
        raise Refused(
            "token",
            "this token was used with another key pair; if that was not you, tell the authority at once",
        )
    return row.envelope, row.certificate_pem


def _check_open(invitation: Invitation, now: int) -> None:
    if invitation.cancelled_at is not None:
        raise Refused("token", "the authority cancelled this invitation; ask it for another")
    if now >= invitation.expires_at:
        raise Refused("token", "this token has expired; ask the authority for another invitation")


def check_csr(csr_pem: str) -> ec.EllipticCurvePublicKey:
    """The key of a CSR that it signed; PeerError("csr")."""
    try:
        return parse_csr(csr_pem.encode())
    except CryptoError as error:
        raise PeerError("csr", str(error)) from error


def check_new_keys(connection: Connection, keys: Keys) -> None:
    """Raise Refused("key") when one of these keys belongs to an enrolment."""
    same_signing_key = enrolments.c.signing_key_id == key_id(keys.signing)
    same_sealing_key = enrolments.c.sealing_key == keys.sealing.encode()
    query = select(enrolments.c.id).where(or_(same_signing_key, same_sealing_key))
    if connection.execute(query).first() is not None:
        raise Refused("key", "a key of this application belongs to another enrolment; make fresh keys")


def _keep(connection: Connection, invitation: Invitation, keys: Keys, issued: Issued, now: int) -> None:
    certificate = issued.certificate
    connection.execute(
        enrolments.insert().values(
            id=issued.statement.id,
            invitation=invitation.number,
            legal_entity=invitation.invitee.legal_entity,
            signing_key_id=key_id(keys.signing),
            sealing_key=keys.sealing.encode(),
            serial=str(certificate.serial_number),
            envelope=issued.statement.data,
            certificate_pem=encode_certificate(certificate).decode(),
            enrolled_at=now,
        )
    )


def subject_of_invitee(invitee: Invitee) -> Subject:
    """The names in the certificate; hosts that are addresses become IP names."""
    common_name = invitee.name_en.encode()[:COMMON_NAME_BYTES].decode(errors="ignore")
    addresses = tuple(host for host in invitee.hosts if _is_address(host))
    names = tuple(host for host in invitee.hosts if host not in addresses)
    return Subject(common_name, invitee.legal_entity, dns=names, ip=addresses)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

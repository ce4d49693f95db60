"""Enrolment: this node becomes an organisation, by a one-time token and keys it drew itself. Protocol sections 2 and 5.

The one fact: keys and certificate request are stored before the token is used, so a lost answer is asked for again
with the same keys and nothing is enrolled twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crypto.errors import CryptoError
from crypto.group import Random
from crypto.note import parse_verifier
from node.egress import Clock, Ledger, Parcel
from node.identity import (
    Identity,
    Pins,
    find_identity,
    keep_authority,
    keep_identity,
    keep_new_keys,
    need_identity,
)
from node.outbox import ENROLMENT_KEY, keep_statement
from node.store.database import Store
from node.store.locks import BESIDE, Choice
from node.store.opening import create_store
from node.store.vault import keep_secret
from node.words.leaving import ENROLMENT, LOOK, LOOK_FIRST
from protocol.errors import NetworkError, PeerError, Refused
from protocol.statements import parse_statement
from protos.enrolment import (
    Enrolled,
    check_address,
    encode_application,
    find_token,
    make_application,
    parse_token,
)
from protos.enrolment_client import redeem
from protos.reaching import need_listener

CITATION_KEY = "citation-key"
"""The secret under which certificates are digested; a supplier's node has it from its enrolment."""


class Unanswered(NetworkError):
    """Nothing listens at the coordinator's address; the token is unused."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an organisation is given to enrol with: token, coordinator's address, the log's public key.

    `is_looked_for`: something must listen at that address before the token is used.
    """

    token: str
    coordinator: str
    log_key: str
    is_looked_for: bool = False

    def __repr__(self) -> str:
        return f"Invitation(<token redacted>, coordinator={self.coordinator!r}, log_key={self.log_key!r})"


def enrol(
    folder: Path, invitation: Invitation, clock: Clock, random: Random, choice: Choice = BESIDE
) -> Identity:
    """Enrol the node in `folder`, made and locked as chosen when it is not there.

    Raises Refused, PeerError, NetworkError, StoreError; Unanswered before the token is used.
    """
    token = parse_token(find_token(invitation.token))
    check_address(invitation.coordinator)
    _check_log_key(invitation.log_key)
    store = create_store(folder, choice)
    try:
        if find_identity(store) is not None:
            raise Refused(
                "enrolment", f"{folder} is enrolled already; take another folder for another organisation"
            )
        keys = keep_new_keys(store, "sealsum node", random)
        application = make_application(token.secret, keys.csr_pem, keys.sealing_secret, random)
        data = encode_application(application).SerializeToString()
        parcel = Parcel(token.address, "enrolment", data, ENROLMENT)
        ledger = Ledger(store, clock)
        if invitation.is_looked_for:
            _look_for(invitation.coordinator, ledger)
        ledger.note(Parcel(token.address, "connection", b"", LOOK))
        enrolled = ledger.send([parcel], lambda: redeem(token, application, clock(), ledger.begin))
        _keep(store, enrolled, invitation, clock())
        with store.write() as connection:
            keep_authority(connection, token.address)
        return need_identity(store)
    finally:
        store.close()


def _look_for(coordinator: str, ledger: Ledger) -> None:
    ledger.note(Parcel(coordinator, "connection", b"", LOOK_FIRST))
    try:
        need_listener(coordinator)
    except NetworkError as error:
        raise Unanswered(str(error)) from error


def _check_log_key(log_key: str) -> None:
    try:
        parse_verifier(log_key)
    except CryptoError as error:
        raise PeerError(
            "log-key", f"{error}; ask the operator for the log's public key (NAME+HASH+KEY)"
        ) from error


def _keep(store: Store, enrolled: Enrolled, invitation: Invitation, now: int) -> None:
    """Keep identity and pins, and leave the enrolment to be logged before anything else is sent."""
    signed = parse_statement(enrolled.enrolment)
    pins = Pins(invitation.log_key, enrolled.root_certificate_pem)
    with store.write() as connection:
        keep_statement(connection, ENROLMENT_KEY, signed, now)
        keep_identity(connection, signed, invitation.coordinator, pins)
        if enrolled.citation_key:
            keep_secret(connection, CITATION_KEY, enrolled.citation_key)

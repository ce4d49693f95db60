"""The certificate for connections, renewed before it ends. Protocol sections 5 and 11.

The one fact: the old certificate serves on until the new one is stored, so a renewal that fails costs nothing.
"""

from __future__ import annotations

from crypto.certificates import make_csr, parse_certificate
from node.egress import Ledger, Parcel
from node.identity import CONNECTION, Identity
from node.store.database import Store
from node.store.settings import find_value, set_value
from node.words.leaving import LOOK, RENEWAL
from protos.renewal import (
    RENEW_AFTER_SECONDS,
    Renewal,
    encode_renewal,
)

NAME = "sealsum node"


def connection_certificate(store: Store, identity: Identity) -> str:
    """What this node shows when it connects (PEM): the newest certificate for connections, else its enrolment's."""
    with store.read() as connection:
        return find_value(connection, CONNECTION) or identity.entity.certificate


def is_renewal_due(store: Store, identity: Identity, now: int) -> bool:
    """Whether the certificate for connections is old enough to be renewed, and somebody is known who could."""
    if identity.authority is None:
        return False
    certificate = parse_certificate(connection_certificate(store, identity).encode())
    return now - certificate.not_valid_before_utc.timestamp() >= RENEW_AFTER_SECONDS


def renew_connection(store: Store, identity: Identity, ledger: Ledger) -> None:
    """Have the certificate for connections renewed and store it; NetworkError: the old one serves on for now."""
    from protos.renewal_client import renew

    assert identity.authority is not None, "nobody renews without the authority's address"
    address = identity.authority
    renewal = Renewal(identity.id, make_csr(identity.signing_key, NAME, NAME).decode())
    parcel = Parcel(address, "renewal", encode_renewal(renewal).SerializeToString(), RENEWAL)
    ledger.note(Parcel(address, "connection", b"", LOOK))
    root, now = identity.pins.root, ledger.now()
    pem = ledger.send([parcel], lambda: renew(address, root, renewal, now, ledger.begin))
    with store.write() as connection:
        set_value(connection, CONNECTION, pem)

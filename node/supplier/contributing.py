"""Step 5 at a supplier: check the roster, then contribute, once. Protocol section 6(4) and 6(5).

The one fact: contribution and ciphertext are stored in one transaction before either is sent, and what is stored is
what is sent, whatever happens in between.
"""

from __future__ import annotations

from sqlalchemy import delete

from crypto.batch import EquationBatch
from crypto.group import parse_scalar
from node.organisation import Node
from node.outbox import find_statement, keep_blob, keep_statement
from node.store.tables import BLOBS
from node.store.vault import find_secret, forget_secret
from node.supplier.consenting import consent_key, ephemeral_name, open_own_quantities
from node.supplier.declaring import declaration_secrets
from node.supplier.inbox import Inquiry
from node.supplier.states import APPROVED
from protocol.calculation import Calculation, check_roster
from protocol.consenting import queue_consent
from protocol.errors import PeerError
from protocol.payloads import Blob, Consent, Roster
from protocol.statements import Logged, sign_statement


def contribution_key(request: str, entry: int) -> str:
    """The purpose under which the one contribution of an entry is signed."""
    return f"contribution:{request}:{entry}"


def contribute(node: Node, inquiry: Inquiry, calculation: Calculation) -> str | None:
    """Sign and store the contribution of an approved entry once its roster is there; returns its id.

    None while there is nothing to do. PeerError("roster") when the roster is not one this member accepts.
    """
    key = contribution_key(inquiry.request, inquiry.entry)
    with node.store.read() as connection:
        kept = find_statement(connection, key)
    if kept is not None or calculation.roster is None or inquiry.state != APPROVED:
        return None if kept is None else kept.id
    check_own_roster(node, inquiry, calculation)
    # TenSEAL takes half a second to import and most of a node's commands never need it.
    from protocol.contributing import MemberSecrets, Membership, make_contribution

    terms = calculation.terms
    with node.store.read() as connection:
        ephemeral = find_secret(connection, ephemeral_name(inquiry.request, inquiry.entry))
    if ephemeral is None:
        return None  # void after a restore: this node withdraws
    secrets = MemberSecrets(
        declaration=declaration_secrets(node, inquiry.declaration),
        quantities=open_own_quantities(node, calculation.request, inquiry.entry),
        ephemeral=parse_scalar(ephemeral),
        node=node.identity.node_secret,
    )
    he_key = _fetch_he_key(node, terms.he_key)
    member = Membership(calculation, inquiry.entry, node.record)
    payload, ciphertext = make_contribution(member, secrets, he_key, node.header(), node.random)
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        kept = keep_statement(connection, key, signed, node.clock())
        if kept.id == signed.id:
            keep_blob(connection, payload.ciphertext.sha256, ciphertext, key)
    return kept.id


def check_own_roster(node: Node, inquiry: Inquiry, calculation: Calculation) -> None:
    """Raise PeerError unless this member may contribute under the roster. Protocol section 6(4).

    1. It has exactly one consent for every entry, ids ascending.
    2. This member's consent in it is the very one this node signed.
    3. The rest of the list, which is the same for every entry of this node, holds: `check_members`.
    """
    roster = calculation.roster
    assert roster is not None and isinstance(roster.payload, Roster)
    check_roster(calculation, roster.payload)  # 1
    with node.store.read() as connection:
        own = find_statement(connection, consent_key(inquiry.request, inquiry.entry))
    consent = calculation.consents.get(inquiry.entry)
    if own is None or consent is None or consent.id != own.id:  # 2
        raise PeerError("roster", "the roster holds another consent for this entry than the one signed here")
    # A roster's id fixes its consents, and check 1 that the fold has these; so what held for one entry holds for all.
    place = (calculation.request.id, calculation.request.index, roster.id, roster.index)
    if place not in node.held_rosters:  # 3
        check_members(node, calculation, roster)
        node.held_rosters.add(place)


def check_members(node: Node, calculation: Calculation, roster: Logged) -> None:
    """Raise PeerError unless the roster is the log's and its members are whom they claim to be. Protocol section 6(4).

    1. The log under the pinned key holds it and the request. 2. All points E are distinct.
    3. Every member proved that it knows the secret behind its point.
    4. Every member saw a beginning of the log that this node sees.
    """
    for shown in (calculation.request, roster):  # 1
        index, _, _, _ = node.logbook.prove(shown.id, shown.signed.data)
        if index != shown.index:
            kind = shown.payload.type
            raise PeerError("roster", f"the {kind} is in the log at {index}, it was shown at {shown.index}")
    points = [
        logged.payload.ephemeral
        for logged in calculation.consents.values()
        if isinstance(logged.payload, Consent)
    ]
    if len(set(points)) != len(calculation.consents):  # 2
        raise PeerError("roster", "two consents of the roster carry the same point E")
    batch = EquationBatch(node.random)  # 3
    for logged in calculation.consents.values():
        queue_consent(batch, logged.signed)
    if not batch.holds():
        raise PeerError("proof", "a member of the roster did not prove possession of its point E")
    saws = [logged.payload.saw for logged in calculation.consents.values()]
    node.logbook.check_saws(saws)  # 4


def _fetch_he_key(node: Node, blob: Blob) -> bytes:
    """The request's public key by its hash; fetched once for all of this node's entries."""
    if blob.sha256 not in node.he_keys:
        node.he_keys = {blob.sha256: node.egress.get_blob(blob.sha256, blob.length)}
    return node.he_keys[blob.sha256]


def forget_ephemeral(node: Node, inquiry: Inquiry) -> None:
    """Delete the ephemeral secret of a calculation that is over, and the ciphertext made with it."""
    with node.store.write() as connection:
        forget_secret(connection, ephemeral_name(inquiry.request, inquiry.entry))
        owner = contribution_key(inquiry.request, inquiry.entry)
        connection.execute(delete(BLOBS).where(BLOBS.c.owner == owner))
    node.store.scrub()

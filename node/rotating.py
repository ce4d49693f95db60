"""New keys in place of old ones, the old one vouching for them. Protocol sections 5 and 11.

The one fact: the next keys are stored before the authority hears of them, and take the present ones' place in one
transaction, so a lost answer is asked for again and no crash leaves a node without keys.
"""

from __future__ import annotations

from crypto.errors import CryptoError
from crypto.signing import sign
from node.egress import Ledger, Parcel
from node.identity import Identity, keep_next_keys, replace_keys
from node.organisation import Node
from node.outbox import ROTATED_KEY, keep_statement
from node.renewing import NAME
from node.words.leaving import LOOK, ROTATION
from protocol.errors import PeerError, Refused
from protocol.payloads import Enrolment
from protocol.statements import Signed, encode_payload, parse_statement
from protos.enrolment import make_application
from protos.renewal import (
    Rotated,
    Rotation,
    encode_rotation,
    rotation_request,
)


def rotate_keys(node: Node) -> Signed:
    """Replace signing and sealing key; returns the new enrolment. Open the node anew afterwards.

    Refused("waiting") while statements wait that the old key signed: they would count no more. NetworkError: run it
    again, with the same new keys. The old enrolment ends; what was sealed to it can still be opened.
    """
    identity = node.identity
    if identity.authority is None:
        raise Refused(
            "authority", "where is the enrolment authority? sealsum node connect --authority HOST:PORT"
        )
    if any(delivery.waits for delivery in node.deliver()):
        raise Refused("waiting", "statements of the old key are not logged yet; try again when they are")
    ledger = Ledger(node.store, node.clock)
    keys = keep_next_keys(node.store, NAME, node.random)
    application = make_application(bytes.fromhex(node.id), keys.csr_pem, keys.sealing_secret, node.random)
    by_old_key = sign(identity.signing_key, rotation_request(node.id, application))
    first = Rotation(node.id, application, by_old_key)
    enrolment, revocation = _exchange(identity, ledger, first)
    now = node.clock()
    with node.store.write() as connection:
        replace_keys(connection, identity, enrolment)
        keep_statement(connection, f"{ROTATED_KEY}{enrolment.id}", enrolment, now)
        keep_statement(connection, f"revocation:{node.id}", revocation, now)
    node.store.scrub()
    return enrolment


def _exchange(identity: Identity, ledger: Ledger, first: Rotation) -> tuple[Signed, Signed]:
    from protos.renewal_client import check_draft, check_rotated

    root, old = identity.pins.root, identity.entity
    answer = _ask(identity, ledger, first)
    if answer.draft:
        core_id = check_draft(answer, first, old, root)
        rotation = sign(identity.signing_key, bytes.fromhex(core_id))
        answer = _ask(
            identity, ledger, Rotation(first.enrolment, first.application, first.by_old_key, rotation)
        )
        return check_rotated(answer, core_id, first, root)
    # The answer of an earlier run was lost: the enrolment is the one of the draft that was signed then.
    core_id = check_draft(Rotated(draft=_payload_of(answer.enrolment)), first, old, root)
    return check_rotated(answer, core_id, first, root)


def _payload_of(envelope: bytes) -> bytes:
    try:
        payload = parse_statement(envelope).payload
    except CryptoError as error:
        raise PeerError("rotation", f"the authority's answer is no statement: {error}") from error
    if not isinstance(payload, Enrolment):
        raise PeerError("rotation", f"expected an enrolment, found a {payload.type}")
    return encode_payload(payload)


def _ask(identity: Identity, ledger: Ledger, rotation: Rotation) -> Rotated:
    from protos.renewal_client import ask_rotation

    address = identity.authority or ""
    parcel = Parcel(address, "rotation", encode_rotation(rotation).SerializeToString(), ROTATION)
    ledger.note(Parcel(address, "connection", b"", LOOK))
    root = identity.pins.root
    return ledger.send([parcel], lambda: ask_rotation(address, root, rotation, ledger.begin))

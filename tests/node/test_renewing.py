"""Certificates for connections that renew themselves, and keys that are replaced, over the real doors of all three."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from authority.enrolling import Enroller
from authority.renewing import SAME_SECONDS, renew, rotate
from authority.tables import rotations
from coordinator.folder import Folder, init_folder
from coordinator.service import Service, make_service, open_stores
from crypto.certificates import (
    Grant,
    Subject,
    Usage,
    Validity,
    encode_certificate,
    issue,
    make_csr,
    parse_certificate,
    subject_of,
)
from crypto.signing import make_signing_key, sign
from node.backup import Lack, find_lack, note_backup
from node.enrolling import Invitation, enrol
from node.identity import SIGNING, keep_next_keys
from node.organisation import Node, open_node
from node.outbox import ENROLMENT_KEY, find_statement
from node.renewing import connection_certificate
from node.rotating import rotate_keys
from node.store.tables import EGRESS
from node.store.vault import need_secret
from protocol.errors import PeerError, Refused
from protocol.payloads import Enrolment
from protos.enrolment import make_application
from protos.renewal import CONNECTION_SECONDS, RENEW_AFTER_SECONDS, Renewal, Rotation, rotation_request
from protos.values import Receipt
from tests.coordinator.doors import open_doors
from tests.coordinator.office import Office, open_office


@dataclass
class Borough:
    """An authority, a coordinator with its doors open, and nodes."""

    folder: Path
    office: Office
    coordinator: Folder
    service: Service
    address: str = ""
    log_key: str = ""
    nodes: list[Node] = field(default_factory=list)

    def join(self, name: str, *roles: str) -> Node:
        """A new organisation's node, enrolled and known to the log."""
        folder = self.folder / name
        invitation = Invitation(self.office.token(name, *roles), self.address, self.log_key)
        enrol(folder, invitation, lambda: int(time.time()), os.urandom)
        return self.open(name)

    def open(self, name: str) -> Node:
        node = open_node(self.folder / name)
        self.nodes.append(node)
        node.logbook.follow(node.egress.checkpoint())
        return node


@pytest.fixture
def borough(tmp_path: Path) -> Iterator[Borough]:
    with open_office(tmp_path / "authority") as office:
        clock = lambda: int(time.time())  # noqa: E731
        made, pins = init_folder(
            tmp_path / "coordinator", office.token("Operator", "operator"), "log.example", clock, os.urandom
        )
        service = make_service(made, open_stores(made.database_url), clock, os.urandom)
        service.start()
        found = Borough(tmp_path, office, made, service, log_key=pins["log_key"])
        try:
            with open_doors(found) as doors:  # type: ignore[arg-type]
                found.address = doors.grpc
                yield found
                for node in found.nodes:
                    node.close()
        finally:
            service.stop()


def shown(node: Node) -> str:
    """The enrolment that the node's certificate for connections names, or ""."""
    certificate = parse_certificate(connection_certificate(node.store, node.identity).encode())
    return "".join(subject_of(certificate).uri).rpartition(":")[2]


# --- connections -----------------------------------------------------------------------------------


def renewals(node: Node) -> int:
    """How often the node tried to reach anybody, by its ledger."""
    with node.store.read() as connection:
        return list(connection.execute(select(EGRESS.c.kind)).scalars()).count("connection")


def test_a_young_certificate_is_left_alone(borough: Borough) -> None:
    node = borough.join("North", "supplier")
    assert not node.refresh_connection() and shown(node) == ""


def test_an_old_certificate_is_renewed_and_the_node_connects_with_the_new_one(
    borough: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = borough.join("North", "supplier")
    monkeypatch.setattr("node.renewing.RENEW_AFTER_SECONDS", 0)
    assert node.refresh_connection() and shown(node) == node.id
    assert node.egress.checkpoint()
    with node.store.read() as connection:
        kinds = list(connection.execute(select(EGRESS.c.kind)).scalars())
    assert kinds.count("renewal") >= 1


def test_an_authority_that_is_away_stops_nothing(borough: Borough, monkeypatch: pytest.MonkeyPatch) -> None:
    node = borough.join("North", "supplier")
    monkeypatch.setattr("node.renewing.RENEW_AFTER_SECONDS", 0)
    borough.office.door.close()
    assert not node.refresh_connection() and node.renewal_failure
    assert node.egress.checkpoint()
    asked = renewals(node)
    assert not node.refresh_connection() and renewals(node) == asked, "asked again at once"
    monkeypatch.setattr(node, "_renew_not_before", 0.0)
    assert not node.refresh_connection() and renewals(node) > asked


def certificate(borough: Borough, node: Node, seconds_ago: int, seconds: int, uri: tuple[str, ...]) -> bytes:
    """What an authority that forgets its own rules would issue for the node's key."""
    now = int(time.time())
    grant = Grant(
        int.from_bytes(os.urandom(8)) + 1, Validity(now - seconds_ago, now + seconds), Usage(client=True)
    )
    key = node.identity.signing_key.public_key()
    made = issue(borough.office.enroller.root.issuer, key, Subject("x", "x", uri=uri), grant)
    return encode_certificate(made)


def test_the_coordinator_takes_no_certificate_older_than_one_for_connections(borough: Borough) -> None:
    node = borough.join("North", "supplier")
    uri = (f"urn:sealsum:enrolment:{node.id}",)
    gateway = borough.service.gateway
    assert gateway.identify(certificate(borough, node, 86400, 86400, uri)).enrolment == node.id
    with pytest.raises(Refused, match="too old"):
        gateway.identify(certificate(borough, node, CONNECTION_SECONDS + 2 * 86400, 700 * 86400, uri))


def test_a_certificate_that_names_another_enrolment_is_refused(borough: Borough) -> None:
    node, other = borough.join("North", "supplier"), borough.join("South", "supplier")
    gateway = borough.service.gateway
    with pytest.raises(Refused, match="another key"):
        gateway.identify(certificate(borough, node, 60, 86400, (f"urn:sealsum:enrolment:{other.id}",)))
    unknown = gateway.identify(certificate(borough, node, 60, 86400, ("urn:sealsum:enrolment:" + "ab" * 32,)))
    assert unknown.enrolment is None


def test_the_coordinator_renews_its_own(borough: Borough) -> None:
    party = borough.coordinator.party
    now = int(time.time())
    assert not party.renew(now)
    assert party.renew(now + RENEW_AFTER_SECONDS)
    fresh = parse_certificate(party.tls.certificate_pem)
    assert fresh.not_valid_after_utc.timestamp() < now + CONNECTION_SECONDS + 86400
    borough.join("Late", "supplier")  # its door shows the new one from the next connection on


RENEWALS = {
    "csr": lambda node: Renewal(node.id, "no request"),
    "enrolment": lambda node: Renewal("ab" * 32, make_csr(node.identity.signing_key, "x", "x").decode()),
    "key": lambda node: Renewal(node.id, make_csr(make_signing_key(), "x", "x").decode()),
}


@pytest.mark.parametrize("check", RENEWALS)
def test_a_renewal_is_for_the_enrolled_key_only(borough: Borough, check: str) -> None:
    node = borough.join("North", "supplier")
    with pytest.raises((PeerError, Refused)) as refused:
        renew(borough.office.enroller, RENEWALS[check](node), int(time.time()))
    assert refused.value.check == check


def test_a_revoked_enrolment_is_renewed_no_more(borough: Borough) -> None:
    node, now = borough.join("North", "supplier"), int(time.time())
    renewal = Renewal(node.id, make_csr(node.identity.signing_key, "x", "x").decode())
    first = renew(borough.office.enroller, renewal, now)
    assert renew(borough.office.enroller, renewal, now + SAME_SECONDS - 1) == first
    assert renew(borough.office.enroller, renewal, now + SAME_SECONDS) != first
    borough.office.enroller.revoke(node.id, "gone", now)
    with pytest.raises(Refused, match="has ended"):
        renew(borough.office.enroller, renewal, now)


# --- new keys --------------------------------------------------------------------------------------


def test_keys_are_replaced_end_to_end(borough: Borough) -> None:
    node = borough.join("North", "supplier")
    old, old_sealing = node.identity, node.identity.sealing_secret
    enrolment = rotate_keys(node)
    node.close()
    node = borough.open("North")
    assert node.id == enrolment.id and isinstance(enrolment.payload, Enrolment)
    assert enrolment.payload.replaces == old.id and node.ids == {old.id, node.id}
    assert node.identity.sealing_secret_of(old.id) == old_sealing != node.identity.sealing_secret
    deliveries = {item.key.partition(":")[0]: item.index for item in node.deliver()}
    assert deliveries["revocation"] is not None
    with pytest.raises(Refused, match="revoked"):
        borough.service.gateway.identify(old.entity.certificate.encode())
    assert borough.service.gateway.identify(node.identity.entity.certificate.encode()).key == "entity:North"
    with node.store.read() as connection:
        assert need_secret(connection, SIGNING) != b""
    again = rotate_keys(node)  # and once more
    node.close()
    node = borough.open("North")
    assert node.id == again.id and len(node.ids) == 3


def test_a_backup_from_before_new_keys_is_none_any_more(borough: Borough) -> None:
    node = borough.join("North", "supplier")
    assert find_lack(node.store) is Lack.EVERYTHING
    note_backup(node.store, node.clock() - 60)
    assert find_lack(node.store) is None
    rotate_keys(node)
    assert find_lack(node.store) is Lack.KEYS
    note_backup(node.store, node.clock() + 60)
    assert find_lack(node.store) is None


def rotation(node: Node, **changes: object) -> Rotation:
    keys = keep_next_keys(node.store, "x", os.urandom)
    application = make_application(bytes.fromhex(node.id), keys.csr_pem, keys.sealing_secret, os.urandom)
    signed = sign(node.identity.signing_key, rotation_request(node.id, application))
    return replace(Rotation(node.id, application, signed), **changes)  # type: ignore[arg-type]


def test_only_the_old_key_replaces_itself(borough: Borough) -> None:
    node, now, enroller = borough.join("North", "supplier"), int(time.time()), borough.office.enroller
    stranger = make_signing_key()
    request = rotation(node)
    forged = sign(stranger, rotation_request(node.id, request.application))
    with pytest.raises(PeerError, match="did not sign this request"):
        rotate(enroller, replace(request, by_old_key=forged), now)
    draft = rotate(enroller, request, now).draft
    assert rotate(enroller, rotation(node), now).draft == draft  # asked again, the same draft
    with pytest.raises(PeerError, match="did not sign the draft"):
        rotate(enroller, replace(request, rotation=sign(stranger, bytes(32))), now)
    enroller.revoke(node.id, "stolen", now)
    with pytest.raises(Refused, match="has ended"):
        rotate(enroller, request, now)


def test_keys_of_another_enrolment_replace_nothing(borough: Borough) -> None:
    node, other = borough.join("North", "supplier"), borough.join("South", "supplier")
    csr = make_csr(other.identity.signing_key, "x", "x").decode()
    application = make_application(
        bytes.fromhex(node.id), csr, keep_next_keys(node.store, "x", os.urandom).sealing_secret, os.urandom
    )
    signed = sign(node.identity.signing_key, rotation_request(node.id, application))
    with pytest.raises(Refused, match="belongs to another enrolment"):
        rotate(borough.office.enroller, Rotation(node.id, application, signed), int(time.time()))


def test_a_lost_answer_is_asked_for_again(borough: Borough, monkeypatch: pytest.MonkeyPatch) -> None:
    node = borough.join("North", "supplier")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("node.rotating.replace_keys", crash)
    with pytest.raises(KeyboardInterrupt):
        rotate_keys(node)
    monkeypatch.undo()
    node.close()
    node = borough.open("North")
    enrolment = rotate_keys(node)
    node.close()
    assert borough.open("North").id == enrolment.id


def test_an_answer_for_other_keys_or_another_party_is_refused(
    borough: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = borough.join("North", "supplier")
    make = Enroller.make_payload
    for change in ({"legal_entity": "Somebody"}, {"entity_roles": ("operator",)}, {"replaces": "ab" * 32}):

        def lie(self: Enroller, *words: Any, change: Any = change, **named: Any) -> Enrolment:
            return make(self, *words, **named).model_copy(update=change)

        monkeypatch.setattr(Enroller, "make_payload", lie)
        with pytest.raises(PeerError, match="another party"):
            rotate_keys(node)
        monkeypatch.undo()
        with borough.office.enroller.store.write() as connection:
            connection.execute(rotations.delete())
    assert isinstance(node.egress.submit([("enrolment", node_enrolment(node), "")])[0], Receipt)


def node_enrolment(node: Node) -> bytes:
    with node.store.read() as connection:
        found = find_statement(connection, ENROLMENT_KEY)
    assert found is not None
    return found.data

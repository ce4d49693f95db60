"""A log that stands right before its contributions, in a PostgreSQL of its own, and every contribution made in advance.

The one fact: statements, proofs and ciphertexts are what nodes would send, made by the protocol's own functions; only
the time at which a member makes its own is not that of the load. Each is sent once, from its member's own connection.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chain import UNIT, Chain, Member, make_chain
from benchmarks.clocks import Spans
from coordinator.admission import Admitted
from coordinator.folder import LOG_KEY, PINS
from coordinator.journal import Journal
from coordinator.objects import FolderObjects
from coordinator.party import CERTIFICATE, CONNECTION, ENROLMENT, ROOT, SIGNING
from coordinator.projecting import with_projections
from coordinator.record import PendingRecord, StoreRecord
from coordinator.service import open_stores
from coordinator.store.contract import OwnedBlob
from crypto.bfv import make_key_pair
from crypto.certificates import Grant, Subject, Usage, Validity, encode_certificate, issue
from crypto.group import random_scalar
from crypto.signing import encode_signing_key
from protocol.calculation import Calculation
from protocol.consenting import ConsentDraft, make_consent, make_roster
from protocol.contributing import MemberSecrets, Membership, make_contribution
from protocol.payloads import Approval, Blob, Deadlines, Enrolment
from protocol.requesting import (
    EntryDraft,
    QuantityOpening,
    Recipient,
    RequestDraft,
    make_request,
    open_quantities,
)
from protocol.run import METHOD, World, enrol
from protocol.statements import sign_statement
from protos.renewal import ENROLMENT_URI

DAY = 24 * 3600
IDLE = 320
"""Organisations that only listen: with those that contribute enough for 5000 streams, 16 a party."""


@dataclass(frozen=True, slots=True)
class Node:
    """Who connects: PEM of its certificate and key."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """One contribution as its node sends it: which node, the envelope, the ciphertext."""

    node: int
    data: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Load:
    """What a generator plays: the authority's root, contributors first, then those who listen only."""

    root: bytes
    nodes: tuple[Node, ...]
    contributions: tuple[Ready, ...]

    def keep(self, path: Path) -> None:
        """Write it for the generator's process; it holds keys of nobody outside this run."""
        path.write_bytes(pickle.dumps(self))


def make_load(folder: Path, url: str, members: int, calculations: int) -> Load:
    """Fill the database at `url` and the coordinator's folder; returns what is left to be sent."""
    chain = make_chain(members, Spans())
    idle = [enrol(chain.world, f"Listener {number}", ["supplier"]) for number in range(IDLE)]
    keys: list[bytes] = []
    ready = [one for _ in range(calculations) for one in _calculation(chain, keys)]
    write_folder(folder, chain)
    write_store(folder, url, chain, keys)
    parties = [*(member.party for member in chain.members), *idle]
    nodes = tuple(
        Node(_certificate_of(chain.world, one.enrolment), encode_signing_key(one.key)) for one in parties
    )
    return Load(chain.world.pins.authority_root.encode(), nodes, tuple(ready))


def _calculation(chain: Chain, keys: list[bytes]) -> Iterator[Ready]:
    """Request, consents, roster in the log; the contributions not."""
    world, now = chain.world, chain.world.notary.now
    _, he_key = make_key_pair()
    keys.append(he_key)
    draft = RequestDraft(
        models=(UNIT,),
        method=METHOD,
        boundary="partial",
        entries=tuple(EntryDraft(m.stage, m.declaration.id, (m.quantity,)) for m in chain.members),
        he_key=Blob(sha256=hashlib.sha256(he_key).hexdigest(), length=len(he_key)),
        deadlines=Deadlines(consent_by=now + DAY, contribute_by=now + 2 * DAY, result_by=now + 3 * DAY),
    )
    payload, _ = make_request(draft, world.header(chain.maker), world.notary.record, os.urandom)
    request = world.notary.append(sign_statement(payload, chain.maker.key))
    seats = []
    for entry, member in enumerate(chain.members):
        recipient = Recipient(member.party.enrolment, member.party.sealing_secret)
        quantities = open_quantities(request.signed, entry, recipient, os.urandom)
        ephemeral = random_scalar(os.urandom)
        approval = Approval(decided_by="policy", asked=(), answer="")
        consent = make_consent(
            ConsentDraft(request.id, entry, approval, ephemeral), world.header(member.party), os.urandom
        )
        world.notary.append(sign_statement(consent, member.party.key))
        seats.append((member, ephemeral, quantities))
    roster = make_roster(world.notary.calculations[request.id], world.header(chain.operator))
    world.notary.append(sign_statement(roster, chain.operator.key))
    closed = world.notary.calculations[request.id]
    for entry, seat in enumerate(seats):
        yield _contribution(world, closed, entry, seat, he_key)


def _contribution(
    world: World,
    closed: Calculation,
    entry: int,
    seat: tuple[Member, int, tuple[QuantityOpening, ...]],
    he_key: bytes,
) -> Ready:
    member, ephemeral, quantities = seat
    secrets = MemberSecrets(member.secrets, quantities, ephemeral, member.party.node_secret)
    membership = Membership(closed, entry, world.notary.record)
    header = world.header(member.party)
    payload, ciphertext = make_contribution(membership, secrets, he_key, header, os.urandom)
    return Ready(entry, sign_statement(payload, member.party.key).data, ciphertext)


def _certificate_of(world: World, enrolment: str) -> bytes:
    logged = world.notary.record.get(enrolment)
    assert logged is not None and isinstance(logged.payload, Enrolment)
    return logged.payload.certificate.encode()


def write_folder(folder: Path, chain: Chain) -> None:
    """The coordinator's keys and pins, as `init` leaves them, with a certificate for its door on loopback."""
    folder.mkdir(parents=True)
    world, operator = chain.world, chain.operator
    logged = world.notary.record.get(operator.enrolment)
    assert logged is not None
    subject = Subject(
        "Coordinator", "Coordinator", ip=("127.0.0.1",), uri=(ENROLMENT_URI + operator.enrolment,)
    )
    now = int(time.time())
    grant = Grant(
        int.from_bytes(os.urandom(8)) + 1, Validity(now - 60, now + DAY), Usage(client=True, server=True)
    )
    door = issue(world.issuer, operator.key.public_key(), subject, grant)
    pins = {"log_key": world.pins.log_key, "authority_root": world.pins.authority_root}
    for name, data in (
        (SIGNING, encode_signing_key(operator.key)),
        (CERTIFICATE, _certificate_of(world, operator.enrolment)),
        (CONNECTION, encode_certificate(door)),
        (ROOT, world.pins.authority_root.encode()),
        (ENROLMENT, logged.signed.data),
        (LOG_KEY, world.notary.log_key.encode()),
        (PINS, json.dumps(pins).encode()),
    ):
        (folder / name).write_bytes(data)


def write_store(folder: Path, url: str, chain: Chain, keys: list[bytes]) -> None:
    """The world's log as the coordinator's, in one append; the encryption keys as blobs."""
    stores, notary = open_stores(url), chain.world.notary
    objects = FolderObjects(folder.parent / "blobs")
    if not stores.log.hold_log():
        raise SystemExit("another process appends to the benchmark's database")
    accepted = tuple(notary.record.in_order())
    pending = PendingRecord(StoreRecord(stores.log))
    for logged in accepted:
        pending.add(logged)
    admitted = Admitted((), accepted, tuple(notary.calculations.values()), pending)
    bare, _ = Journal(stores.log, notary.log_key).prepare(accepted, pending)
    stores.log.append(with_projections(bare, admitted))
    for key in keys:
        name = hashlib.sha256(key).hexdigest()
        objects.put(f"{name[:2]}/{name}", key)
        stores.ledger.claim_blob(OwnedBlob(name, "entity:Pack maker", len(key), True, notary.now))
    stores.log.close()

"""A coordinator that lies in what it sends: to each node its own story, over the real doors. Protocol sections 3, 6, 8.

It has full power over its log key, its operator's key and every byte that it sends; the nodes are real. It learns
nothing and breaks nothing but what it may always do: stop a calculation.
"""

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crypto.bfv import CIPHERTEXT_LENGTH, decrypt, make_key_pair
from crypto.errors import CryptoError
from crypto.signing import key_id
from node.agent import Agent
from node.maker.progress import read_progress
from node.organisation import Node
from node.outbox import find_statement
from node.store.tables import ANOMALIES
from node.supplier.contributing import contribution_key
from node.watching import glance, take_batch
from protocol.consenting import make_roster
from protocol.payloads import Revocation
from protocol.resulting import make_certificate
from protocol.run import Party
from protocol.statements import sign_statement
from protos.values import BlobPart, LoggedData, WatchBatch
from tests.auditor.notary_log import NotaryLog, audit, checks
from tests.node.village import Village, ask, open_village
from tests.support.scene import Scene, shared

VICTIM = "North Cathode"
Story = Callable[[tuple[LoggedData, ...]], list[LoggedData]]


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        opened.suppliers()
        opened.settle("Pack maker", "requester")
        yield opened


@dataclass
class Liar:
    """Tells one member another story than the log's, in every stream and every answer it gets."""

    village: Village
    story: Story

    def __enter__(self) -> None:
        service, victim = self.village.town.service, self.village.nodes[VICTIM].identity.entity.legal_entity
        self.watching, self.honest = service.watching, service.watching.stream

        async def stream(owner: str, *rest: Any) -> AsyncIterator[WatchBatch]:
            async for batch in self.honest(owner, *rest):
                told = self.story(batch.statements) if victim in owner else batch.statements
                yield replace(batch, statements=tuple(told))

        self.watching.stream = stream  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        self.watching.stream = self.honest  # type: ignore[method-assign]


def kind_of(statement: LoggedData) -> str:
    return glance(statement.data).kind


def contribution_of(node: Node, request: str) -> str | None:
    with node.store.read() as connection:
        kept = find_statement(connection, contribution_key(request, 0))
    return None if kept is None else kept.id


def anomalies(node: Node) -> set[str]:
    with node.store.read() as connection:
        return set(connection.execute(select(ANOMALIES.c["check"])).scalars())


# --- what is withheld, reordered, repeated ---------------------------------------------------------


def test_a_member_that_is_shown_no_consent_of_a_peer_contributes_nothing(village: Village) -> None:
    """Withheld: without E of a peer there would be one mask less; two such lies would leave none."""

    def withhold(statements: tuple[LoggedData, ...]) -> list[LoggedData]:
        own = village.nodes[VICTIM].id
        return [one for one in statements if kind_of(one) != "consent" or glance(one.data).author == own]

    request = ask(village.nodes["Pack maker"])
    with Liar(village, withhold):
        village.run()
    assert contribution_of(village.nodes[VICTIM], request) is None
    assert read_progress(village.nodes["Pack maker"], request).contributed == 3


def test_a_roster_told_before_its_consents_is_contributed_to_by_nobody(village: Village) -> None:
    def reorder(statements: tuple[LoggedData, ...]) -> list[LoggedData]:
        return [replace(one, index=3) if kind_of(one) == "roster" else one for one in statements]

    request = ask(village.nodes["Pack maker"])
    with Liar(village, lambda told: sorted(reorder(told), key=lambda one: one.index)):
        village.run()
    assert contribution_of(village.nodes[VICTIM], request) is None


def test_statements_told_twice_at_other_places_change_nothing(village: Village) -> None:
    """Duplicated: the first envelope of an id stays, so a calculation goes on and ends once."""

    request = ask(village.nodes["Pack maker"])
    village.run()
    node = village.nodes[VICTIM]
    before = contribution_of(node, request)
    everything = node.record.of_calculation(request, -1, 10**6)
    again = tuple(replace(one, index=one.index + 10_000, logged_at=1) for one in everything)
    assert len(again) > 10
    take_batch(node, WatchBatch(30_000, again, ""))
    village.open(VICTIM)
    assert village.nodes[VICTIM].calculation(request).phase.value == "certified"
    assert contribution_of(village.nodes[VICTIM], request) == before is not None


# --- two rosters -----------------------------------------------------------------------------------


def other_roster(village: Village, request: str) -> bytes:
    """Another roster of the same consents, as rightly signed by the operator as the first."""
    town = village.town
    calculation = replace(town.calculation(request), roster=None, contributions={})
    return sign_statement(make_roster(calculation, town.header(town.operator)), town.operator.key).data


def test_a_member_that_is_shown_another_roster_than_the_log_has_contributes_nothing(
    village: Village,
) -> None:
    request = ask(village.nodes["Pack maker"])
    village.step()
    village.town.settle()
    second = other_roster(village, request)

    def replace_it(statements: tuple[LoggedData, ...]) -> list[LoggedData]:
        return [replace(one, data=second) if kind_of(one) == "roster" else one for one in statements]

    with Liar(village, replace_it):
        village.run()
    assert contribution_of(village.nodes[VICTIM], request) is None
    assert read_progress(village.nodes["Pack maker"], request).contributed == 3


def test_of_two_rosters_the_first_counts_and_the_second_is_kept_against_the_coordinator(
    village: Village,
) -> None:
    request = ask(village.nodes["Pack maker"])
    village.step()
    village.town.settle()
    node = village.nodes[VICTIM]
    Agent(node).catch_up()
    before = contribution_of(node, request)
    told = LoggedData(other_roster(village, request), 40_000, village.town.clock.now)
    take_batch(node, WatchBatch(40_001, (told,), ""))
    calculation = node.calculation(request)
    assert calculation.roster is not None and calculation.roster.index < told.index
    assert contribution_of(node, request) == before is not None
    assert anomalies(node) == {"roster"}


# --- keys and ciphertexts --------------------------------------------------------------------------


def test_a_key_of_its_own_in_place_of_the_requesters_is_encrypted_under_by_nobody(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot decrypt what it adds up; so it hands out an encryption key to which it holds the secret."""
    _, own_key = make_key_pair()
    gateway = village.town.service.gateway
    honest = gateway.read_part

    def serve(caller: Any, sha256: str, offset: int) -> BlobPart:
        part = honest(caller, sha256, offset)
        if part.length == len(own_key):
            return replace(part, data=own_key[offset : offset + len(part.data)])
        return part

    monkeypatch.setattr(gateway, "read_part", serve)
    request = ask(village.nodes["Pack maker"])
    village.run()
    for name in (VICTIM, "East Cathode", "South Cathode", "Pack plant"):
        assert contribution_of(village.nodes[name], request) is None
        assert "blob" in anomalies(village.nodes[name])


def test_a_single_ciphertext_tells_who_holds_no_key_nothing(village: Village) -> None:
    """It holds every ciphertext and may keep keys of its own; none of them decrypts one."""
    request = ask(village.nodes["Pack maker"])
    village.run()
    town = village.town
    own_secret, _ = make_key_pair()
    contributions = town.calculation(request).contributions.values()
    assert len(contributions) == 4
    for logged in contributions:
        blob = logged.payload.ciphertext  # type: ignore[union-attr]
        data = town.service.sequencer._parts.desk.blobs.read(blob.sha256, 0, CIPHERTEXT_LENGTH)
        with pytest.raises(CryptoError):
            decrypt(own_secret, data)


# --- time ------------------------------------------------------------------------------------------


def certified_with_a_revoked_member(shown_at: int) -> Scene:
    """A member is revoked; its consent and contribution, signed afterwards, are logged at a time of our choice."""
    scene = shared("ask")
    notary, began = scene.world.notary, scene.world.notary.now
    key = scene.world.issuer.key
    authority = Party(key_id(key.public_key()).hex(), key, 1, b"")
    notary.now = began + 1000
    revoked = scene.suppliers[0].enrolment
    scene.submit(Revocation(**scene.header(authority).fields(), enrolment=revoked, reason="lost"), authority)
    notary.now = began + shown_at
    scene.force(scene.make_consent(0), scene.suppliers[0])
    scene.consent_all()
    scene.close()
    for index, supplier in enumerate(scene.suppliers):
        payload, scene.ciphertexts[index] = scene.make_contribution(index)
        scene.force(payload, supplier)
    scene.force(scene.make_result(), scene.maker)
    scene.force(make_certificate(scene.calculation, scene.header(scene.operator)), scene.operator)
    return scene


@pytest.mark.parametrize(("shown_at", "check"), [(2000, "signer"), (500, "order")])
def test_a_revoked_key_signs_nothing_however_early_the_log_says_it_was(shown_at: int, check: str) -> None:
    """Behind the revocation its signature counts for nothing, and before it time has gone back."""
    scene = certified_with_a_revoked_member(shown_at)
    assert check in checks(audit(NotaryLog(scene)))


# --- a cursor that should deafen a node for good ---------------------------------------------------


def test_a_cursor_beyond_the_log_makes_no_node_deaf_for_good(village: Village) -> None:
    """Told once that it has heard everything to come, it would skip every request after that."""
    request = ask(village.nodes["Pack maker"])
    node = village.nodes[VICTIM]
    take_batch(node, WatchBatch(2**40, (), ""))
    village.run()
    village.run()
    assert read_progress(village.nodes["Pack maker"], request).phase == "certified"


# --- bytes that should stop a node for good --------------------------------------------------------


HOSTILE: list[dict[str, Any]] = [
    {"type": "revocation", "by": "\ud800", "enrolment": "\ud800"},
    {"type": "revocation", "by": "0" * 64, "enrolment": "\ud800" * 8},
    {"type": "consent", "by": ["x"], "request": {"a": 1}},
    {"type": "factor", "by": "1" * 64, "code": "\x00\ud8ff"},
    {"type": "request", "by": 7, "request": 10**400},
    {"type": ["request"], "by": "2" * 64},
]


def test_no_bytes_in_a_stream_stop_a_node(village: Village) -> None:
    """A node that a batch kills would meet the same batch again at every start, and never contribute again."""
    node = village.nodes[VICTIM]
    for number, fields in enumerate(HOSTILE):
        payload = base64.b64encode(json.dumps(fields).encode()).decode()
        data = json.dumps({"payload": payload, "payloadType": "x", "signatures": []}).encode()
        take_batch(node, WatchBatch(60_000 + number, (LoggedData(data, 50_000 + number, 2**62),), "\ud800"))
        Agent(node).step()
    assert node.record.of_kind("revocation") == []

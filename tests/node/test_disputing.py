"""Disputes over the real doors: nodes and coordinator settle them by themselves."""

import json
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from crypto.group import ORDER, encode_scalar, parse_scalar
from node.agent import Agent
from node.cli import app
from node.disputing import list_disputes
from node.maker.progress import read_progress
from node.maker.resulting import find_certificate
from node.organisation import Node
from node.outbox import find_statement
from node.store.tables import OUTGOING, SECRETS
from node.store.vault import find_secret, forget_secret, keep_secret
from node.supplier.consenting import ephemeral_name
from node.supplier.inbox import list_inquiries
from protocol.calculation import Phase
from protocol.disputing import ANSWER_SECONDS
from tests.node.village import Village, ask

LIAR = "East Cathode"


def swap_key(node: Node, request: str) -> None:
    """The node consented with one key and masks with another."""
    name = ephemeral_name(request, 1)
    with node.store.write() as connection:
        secret = find_secret(connection, name)
        assert secret is not None
        forget_secret(connection, name)
        keep_secret(connection, name, encode_scalar(parse_scalar(secret) % (ORDER - 1) + 1))


def sent(node: Node, kind: str) -> int:
    with node.store.read() as connection:
        return len(connection.execute(OUTGOING.select().where(OUTGOING.c.kind == kind)).all())


def test_a_member_that_masks_with_another_key_is_named_by_all_nodes_alike(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    for name in list(village.nodes):
        Agent(village.nodes[name]).catch_up()
    swap_key(village.nodes[LIAR], request)
    village.run()
    for node in village.nodes.values():
        (found,) = list_disputes(node)
        assert (found.cause, found.model, found.cell) == ("masks", 0, 0)
        assert found.named == (f"{LIAR} ({LIAR})",) and found.phase == "ended"
        assert sent(node, "key_opening") <= 1
    told = read_progress(maker, request)
    assert (told.ending, told.ending_zh) == (f"the dispute named {LIAR}", f"争议查明责任方：{LIAR}")
    assert sum(sent(node, "key_opening") for node in village.nodes.values()) >= 1
    for node in village.nodes.values():
        assert {inquiry.state for inquiry in list_inquiries(node, request)} <= {"closed"}
        with node.store.read() as connection:
            names = [row.name for row in connection.execute(SECRETS.select())]
        assert not [name for name in names if name.startswith(("ephemeral/", "he/"))]
    shown = CliRunner().invoke(app, ["disputes", str(maker.store.folder)])
    assert shown.exit_code == 0, shown.output
    assert f"{LIAR} ({LIAR})" in shown.output and "model 0, cell 0" in shown.output
    shown = CliRunner().invoke(app, ["disputes", str(maker.store.folder), "--json"])
    assert json.loads(shown.output)["disputes"][0]["named"] == [f"{LIAR} ({LIAR})"]


def test_a_ciphertext_that_lies_is_recovered_from_and_the_certificate_holds(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol import contributing

    honest, calls = contributing.encrypt, iter(range(100))

    def encrypt(he_key: bytes, slots: Any) -> bytes:
        return honest(he_key, [1, *slots[1:]] if next(calls) == 1 else slots)

    monkeypatch.setattr(contributing, "encrypt", encrypt)
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.run(8)
    saved = find_certificate(maker, request)
    assert saved is not None and saved.holds
    (found,) = list_disputes(maker)
    assert (found.cause, found.named, found.phase, found.answered) == ("totals", (), "certified", 4)
    for name in ("North Cathode", LIAR):
        assert sent(village.nodes[name], "vector_opening") == 1
        assert sent(village.nodes[name], "key_opening") == sent(village.nodes[name], "mask_opening") == 0


def test_a_node_opens_nothing_for_a_contribution_that_it_did_not_sign(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    for name in list(village.nodes):
        Agent(village.nodes[name]).catch_up()
    swap_key(village.nodes[LIAR], request)
    village.step()
    village.town.settle()
    north = village.nodes["North Cathode"]
    calculation = north.calculation(request)
    key = f"contribution:{request}:0"
    with north.store.write() as connection:
        assert find_statement(connection, key) is not None
        other = find_statement(connection, f"answer:{request}:0")
        assert other is not None
        connection.execute(update(OUTGOING).where(OUTGOING.c.key == key).values(data=other.data))
    village.step()
    calculation = north.calculation(request)
    assert calculation.phase is Phase.DISPUTING and sent(north, "mask_opening") == 0


def test_a_liar_is_named_on_the_last_day_although_an_accomplice_stays_silent(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    from protocol import contributing, opening

    honest, calls = contributing.encrypt, iter(range(100))
    sealed = opening.make_vector_opening

    def encrypt(he_key: bytes, slots: Any) -> bytes:
        return honest(he_key, [1, *slots[1:]] if next(calls) == 1 else slots)

    def garbled(member: Any, *rest: Any) -> Any:
        payload = sealed(member, *rest)
        if member.entry != 1:
            return payload
        (seal,) = payload.seals
        return payload.model_copy(update={"seals": (seal[:-1] + bytes([seal[-1] ^ 1]),)})

    monkeypatch.setattr(contributing, "encrypt", encrypt)
    monkeypatch.setattr(opening, "make_vector_opening", garbled)
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    silent = village.nodes["South Cathode"]
    for _ in range(6):
        for node in village.nodes.values():
            if node is not silent or not sent(silent, "contribution"):
                Agent(node).catch_up()
        village.town.settle()
    Agent(maker).catch_up()
    assert maker.calculation(request).phase is Phase.DISPUTING and sent(maker, "seal_opening") == 0
    village.town.clock.now += ANSWER_SECONDS - 3600
    village.settle("Another", "supplier").egress.checkpoint()
    Agent(maker).catch_up()
    (found,) = list_disputes(maker)
    assert found.named == (f"{LIAR} ({LIAR})",) and found.answered == 3

"""Whoever hears that a statement was refused repeats the check from its bytes; a coordinator cannot slander anybody."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coordinator.record import parse_stored
from node.cli import app
from node.library import fetch_library
from node.organisation import Node
from node.refusals import repeat_refusal
from protocol.declaring import make_declaration
from protocol.errors import PeerError
from protocol.payloads import Retirement
from protocol.statements import Signed, sign_statement
from tests.coordinator.town import Member, declaration_draft
from tests.node.village import SUPPLIES, Village, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as village:
        yield village


def published(village: Village) -> dict[str, str]:
    """The publications of the library by the code of what they publish."""
    town = village.town
    rows = town.log.of_kind("publication", 0, 1000)
    return {town.record.get(parse_stored(row).payload.subject).payload.code: row.id for row in rows}


def declare(village: Village, liar: Member, spoil: bool) -> Signed:
    town = village.town
    draft = declaration_draft(SUPPLIES[0], published(village))
    payload, _ = make_declaration(draft, town.header(liar), os.urandom)
    if spoil:
        proof = payload.proofs.range[:-1] + bytes([payload.proofs.range[-1] ^ 1])
        payload = payload.model_copy(update={"proofs": type(payload.proofs)(range=proof)})
    signed = sign_statement(payload, liar.key)
    town.hand_in(liar, [signed.data])
    return signed


def reader(village: Village) -> Node:
    return village.settle("Reader", "verifier")


def test_a_false_proof_fails_here_as_well(village: Village, tmp_path: Path) -> None:
    signed = declare(village, village.town.member("Liar", "supplier"), spoil=True)
    node = reader(village)
    found = repeat_refusal(node, signed.id)
    assert found.told.check == "proof" and found.is_confirmed and list(found.failing) == ["proof"]
    out = tmp_path / "refused.json"
    words = ["log", "refused", str(node.store.folder), signed.id, "--out", str(out)]
    shown = CliRunner().invoke(app, [*words, "--json"])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout)["confirmed"] and out.read_bytes() == signed.data
    assert "fails here as well" in CliRunner().invoke(app, words).stdout


def test_an_honest_statement_that_a_coordinator_calls_refused_is_not_confirmed(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = declare(village, village.town.member("Liar", "supplier"), spoil=True)
    good = declare(village, village.town.member("Honest", "supplier"), spoil=False)
    node = reader(village)
    told = node.egress.refused(bad.id)
    monkeypatch.setattr(node.egress, "refused", lambda _id: replace(told, data=good.data))
    found = repeat_refusal(node, good.id)
    assert found.failing == {} and not found.is_confirmed
    with pytest.raises(PeerError, match="in place of"):
        repeat_refusal(node, bad.id)


def test_what_cites_a_factor_that_was_withdrawn_since_fails_here_as_well(village: Village) -> None:
    node = reader(village)
    fetch_library(node)
    town, liar = village.town, village.town.member("Late", "supplier")
    withdrawn = Retirement(
        **town.header(town.operator).fields(),
        publication=published(village)[SUPPLIES[0].lines[0][0]],
        cause="withdrawn",
        successor=None,
        reason="corrected",
    )
    town.log_it(town.operator, withdrawn)
    signed = declare(village, liar, spoil=False)
    found = repeat_refusal(node, signed.id)
    assert found.told.check == "retired" and found.is_confirmed

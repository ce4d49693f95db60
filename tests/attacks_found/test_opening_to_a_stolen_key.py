"""A verifier's key was stolen and revoked, and the owner still sealed its amounts to it."""

from pathlib import Path

import pytest

from node.agent import Agent
from node.verifying import Wish, ask_for_opening, open_to_verifier, refuse_opening, resolve_opening
from protocol.errors import Refused
from protocol.payloads import Revocation
from protocol.statements import sign_statement
from tests.node.village import open_village


def test_nothing_is_opened_to_an_enrolment_that_has_ended_since_it_asked(tmp_path: Path) -> None:
    with open_village(tmp_path) as village:
        declaration = village.suppliers()["item-0"]
        owner, verifier = village.nodes["North Cathode"], village.settle("Verifying body", "verifier")
        asked = ask_for_opening(verifier, Wish(declaration, (0,), (), "visit"))
        verifier.deliver()
        header = village.town.authority_header().fields()
        revocation = Revocation(**header, enrolment=verifier.id, reason="stolen")
        signed = sign_statement(revocation, village.town.issuer.key)
        owner.egress.submit([("revocation", signed.data, "")])
        Agent(owner).catch_up()
        with pytest.raises(Refused, match="has ended since it asked"):
            open_to_verifier(owner, resolve_opening(owner, asked))
        refuse_opening(owner, resolve_opening(owner, asked), "ask again under new keys")

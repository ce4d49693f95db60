"""The operator of a town at its own door to the factor library, with experts who judge what it submits."""

from __future__ import annotations

from coordinator.publishing import Signer, publish_reviewed, read_shelf
from protocol.payloads import Review
from protocol.shelf import Item
from protocol.statements import sign_statement
from protos.values import Receipt
from tests.coordinator.town import Town
from tests.support.example import category, line, seeded


class Desk:
    """The operator at its own door."""

    def __init__(self, town: Town) -> None:
        self.town = town
        gateway = town.service.gateway
        caller = gateway.identify(town.operator.certificate_pem)
        self.submit = lambda envelopes: gateway.submit(caller, tuple(envelopes)).result()
        self.find = lambda query: gateway.find(caller, query)
        self.get = lambda ids: gateway.get(caller, tuple(ids)).statements
        self.citations = lambda: gateway.citations(caller)
        self.checkpoint = lambda: gateway.checkpoint(caller)


def signer_of(town: Town) -> Signer:
    """Its own signatures, the random ones the same in every run."""
    return Signer(town.service.folder.party, town.log_vkey, seeded("desk"), lambda _: None)


def find_submitted(desk: Desk, code: str, version: int) -> Item:
    """The only submission of this code and version."""
    (item,) = (
        item
        for item in read_shelf(desk).items()
        if (item.payload.code, item.payload.version) == (code, version)
    )
    return item


def review(
    town: Town, subject: str, names: tuple[str, ...], verdict: str = "accept", parent: str | None = None
) -> None:
    for name in names:
        expert = town.member(name, "expert", parent=parent)
        fields = {**town.header(expert).fields(), "subjects": (subject,), "opinion": "read"}
        payload = Review.model_validate({**fields, "verdict": verdict})
        (outcome,) = town.hand_in(expert, [sign_statement(payload, expert.key).data])
        assert isinstance(outcome, Receipt), outcome


def accept_all(desk: Desk, signer: Signer) -> None:
    """Two experts accept what waits, and it is published."""
    waiting = [item.id for item in read_shelf(desk).items() if item.state == "submitted"]
    for subject in waiting:
        review(desk.town, subject, ("Expert 0", "Expert 1"))
    assert len(publish_reviewed(desk, signer).published) == len(waiting)


def tank(accepts: list[str]) -> dict[str, object]:
    """The statement's fields of a category with the only line per m3, and one per kWh."""
    lines = [line("gas", "m3", True, "gas"), line("power", "kWh", False, "grid")]
    made = category("tank", ["raw_material_and_parts"], lines)
    made["lines"] = [{**lines[0], "accepts": ["gas", *accepts]}, {**lines[1], "accepts": ["grid"]}]
    return {
        **made,
        "reference": ["7850000000001", "-1", "8", "40"],
        "quantity_low": "1",
        "quantity_high": "9",
    }

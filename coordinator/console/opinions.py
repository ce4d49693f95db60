"""Verifiers' opinions beside what they are about: in a word next to a figure, and whole in a table of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from coordinator.console.naming import FINDINGS, party_cell, party_name, statement_cell
from coordinator.service import Service
from protocol.payloads import Verification
from protocol.statements import Logged
from web.opinions import COLOURS, find_colour, say_assurance
from web.tables import Cell, Column, Table
from web.visits import Visit

SHOWN = 3
"""In a cell, the newest ones."""


def findings_cell(visit: Visit, service: Service, opinions: Iterable[Logged]) -> Cell:
    """The newest opinions in a word each, coloured by the worst of them."""
    newest = [_says(logged) for logged in islice(opinions, SHOWN)]
    said = (
        f"{party_name(visit, service, one.by)}{visit.marks.colon}{visit.say(FINDINGS[one.says.finding])}"
        for one in newest
    )
    colour = find_colour(one.says.finding for one in newest)
    return Cell(visit.marks.semicolon.join(said), state=colour)


def list_opinions(visit: Visit, service: Service, opinions: Sequence[Logged]) -> Table:
    """What verifiers signed on one subject, in the order given."""
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("Verifier")),
        Column(visit.say("Finding")),
        Column(visit.say("In its words")),
        Column(visit.say("What it looked at")),
        Column(visit.say("Level of assurance")),
        Column(visit.say("Statement"), "id"),
    )
    rows = [
        (
            logged.logged_at,
            party_cell(visit, service, one.by),
            finding_cell(visit, one),
            one.says.opinion,
            one.says.scope,
            say_assurance(visit, one.says),
            statement_cell(visit, logged.id),
        )
        for logged in opinions
        for one in (_says(logged),)
    ]
    return Table("opinions", visit.say("Opinions of verifiers on this result"), columns, rows)


def finding_cell(visit: Visit, opinion: Verification) -> Cell:
    """The finding in words, coloured."""
    return Cell(visit.say(FINDINGS[opinion.says.finding]), state=COLOURS[opinion.says.finding])


def _says(logged: Logged) -> Verification:
    assert isinstance(logged.payload, Verification)
    return logged.payload

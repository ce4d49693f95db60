"""What verifiers signed on this organisation's declarations: a table of it, a word beside a declaration, what the
search box finds of a verifier by its name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from node.opinions import Opinion, find_opinions, find_questions
from node.web.desk import Desk
from node.web.verifier.work import FINDINGS, say_owner
from web.opinions import COLOURS, find_colour, say_assurance
from web.tables import Cell, Column, Table
from web.visits import Visit

_SHOWN = 3
"""In a cell, the newest ones."""
_FOUND = 50
PLACE = "/openings#table-opinions"


def name_verifier(visit: Visit, opinion: Opinion) -> str:
    """Who signed it, in the reader's language."""
    one = opinion.verifier
    return one.name_zh if visit.language == "zh" else one.name_en


def say_findings(visit: Visit, opinions: Sequence[Opinion]) -> Cell:
    """The newest in a word each, coloured by the worst of them; empty without any."""
    newest = list(islice(opinions, _SHOWN))
    said = (f"{name_verifier(visit, one)}{visit.marks.colon}{say_finding(visit, one)}" for one in newest)
    colour = find_colour(one.says.finding for one in newest)
    return Cell(visit.marks.semicolon.join(said), link=visit.url(PLACE) if newest else "", state=colour)


def tabulate_opinions(visit: Visit, opinions: Sequence[Opinion], further: str = "") -> Table:
    """Each opinion whole."""
    columns = (
        Column(visit.say("Signed"), "time"),
        Column(visit.say("Verifier")),
        Column(visit.say("Product")),
        Column(visit.say("Finding")),
        Column(visit.say("In its words")),
        Column(visit.say("What it looked at")),
        Column(visit.say("Assurance")),
        Column(visit.say("Declaration"), "id"),
    )
    rows = [
        (
            one.logged.logged_at,
            name_verifier(visit, one),
            Cell(one.product_name, link=visit.url(f"/products/{one.product}")),
            Cell(say_finding(visit, one), state=COLOURS[one.says.finding]),
            one.says.opinion,
            one.says.scope,
            say_assurance(visit, one.says),
            one.declaration,
        )
        for one in opinions
    ]
    caption = visit.say(
        "What verifiers signed on your declarations; in the log, which every participant's node may read"
    )
    return Table("opinions", caption, columns, rows, visit.say("Nothing yet."), further=further)


def find_for_owner(visit: Visit, desk: Desk, wanted: str) -> list[tuple[str, str, str]]:
    """The questions and opinions of verifiers with these words in their names, as (kind, name, path)."""
    node, found = desk.node, []
    for asked in find_questions(node, wanted, _FOUND):
        name = f"{say_owner(visit, node, asked.by)} · {asked.product_name} · {asked.reason}"
        found.append((visit.say("Question"), name, f"/openings/{asked.id}"))
    for one in find_opinions(node, wanted, _FOUND):
        name = f"{name_verifier(visit, one)} · {one.product_name} · {say_finding(visit, one)}"
        found.append((visit.say("Opinion"), name, PLACE))
    return found


def say_finding(visit: Visit, one: Opinion) -> str:
    """What was found, in a word."""
    return visit.say(FINDINGS[one.says.finding])

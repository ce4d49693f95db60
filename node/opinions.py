"""What accredited verifiers signed on this node's own declarations, and which of it its owner has not read yet.

The one fact: an opinion reaches its subject's owner by the log's watch, so nothing is asked for here; the newest one
that was read is a place in the log. Protocol section 5, "Verification".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from node.companies import find_companies
from node.organisation import Node
from node.store.settings import find_value, set_value
from node.store.tables import DECLARATIONS, STATEMENTS
from node.verifying import OpeningInquiry, inquiry_of
from protocol.library import enrolment_of
from protocol.payloads import Enrolment, Verification
from protocol.requesting import declaration_of
from protocol.statements import Logged
from protocol.verification_payloads import Statement
from protocol.verifying import concludes
from web.paging import WHOLE, Slice

_READ = "opinions-read"


@dataclass(frozen=True, slots=True)
class Opinion:
    """An opinion on an own declaration, who signed it, and which product was declared."""

    logged: Logged
    verifier: Enrolment
    declaration: str
    product: str
    product_name: str
    says: Statement


def list_opinions(node: Node, wanted: Slice) -> list[Opinion]:
    """The opinions on this node's own declarations, newest first; a place is (log index,)."""
    return _opinions(node, _ON_OURS, wanted)


def list_opinions_on(node: Node, declarations: Collection[str]) -> list[Opinion]:
    """Those on these declarations of its own, newest first."""
    return _opinions(node, _ON_OURS & STATEMENTS.c.subject.in_(declarations), WHOLE)


def find_opinions(node: Node, words: str, most: int) -> list[Opinion]:
    """The newest that a verifier with these words in its name signed."""
    return _opinions(node, _ON_OURS & _is_by(node, words), Slice(most=most))[:most]


def find_questions(node: Node, words: str, most: int) -> list[OpeningInquiry]:
    """The newest that a verifier with these words in its name asked about an own declaration."""
    asked = node.record.newest(_ASKED_OF_US & _is_by(node, words), Slice(most=most))[:most]
    return [inquiry_of(node, one) for one in asked]


def list_unread(node: Node, most: int) -> list[Opinion]:
    """The newest behind the last one that was read."""
    with node.store.read() as connection:
        read = int(find_value(connection, _READ) or -1)
    return _opinions(node, _ON_OURS & (STATEMENTS.c.log_index > read), Slice(most=most))[:most]


def note_read(node: Node, shown: Sequence[Opinion]) -> None:
    """These were shown to the owner, and with them whatever is older."""
    newest = max((one.logged.index for one in shown), default=-1)
    with node.store.write() as connection:
        if newest > int(find_value(connection, _READ) or -1):
            set_value(connection, _READ, str(newest))


def list_concluding(node: Node, asked: Sequence[OpeningInquiry]) -> dict[str, list[Opinion]]:
    """What each question's verifier signed on its answer, by question, newest first."""
    answers = node.record.about_each("opening_answer", [one.id for one in asked])
    said: dict[str, list[Opinion]] = {}
    for opinion in list_opinions_on(node, {one.declaration for one in asked}):
        said.setdefault(opinion.declaration, []).append(opinion)
    return {
        one.id: [
            opinion
            for opinion in said.get(one.declaration, [])
            if opinion.verifier.legal_entity == enrolment_of(one.by, node.record).legal_entity
            and concludes(opinion.logged, one.declaration, answers[one.id])
        ]
        for one in asked
        if one.id in answers
    }


_OURS = STATEMENTS.c.subject.in_(select(DECLARATIONS.c.id))
_ON_OURS = (STATEMENTS.c.kind == "verification") & _OURS
_ASKED_OF_US = (STATEMENTS.c.kind == "opening_request") & _OURS


def _is_by(node: Node, words: str) -> ColumnElement[bool]:
    """Signed by an organisation with these words in its name."""
    return STATEMENTS.c.author.in_(find_companies(node, words).enrolments)


def _opinions(node: Node, condition: ColumnElement[bool], wanted: Slice) -> list[Opinion]:
    found = node.record.newest(condition, wanted)
    node.record.need({one for each in found for one in (each.payload.by, _payload(each).subject)})
    return [_opinion(node, one) for one in found]


def _opinion(node: Node, logged: Logged) -> Opinion:
    payload = _payload(logged)
    declared = declaration_of(payload.subject, node.record)
    return Opinion(
        logged,
        enrolment_of(payload.by, node.record),
        payload.subject,
        declared.product,
        declared.product_name,
        payload.says,
    )


def _payload(logged: Logged) -> Verification:
    assert isinstance(logged.payload, Verification)
    return logged.payload

"""For whom what left is meant: the door it went to only passes it on. Protocol section 10.

The one fact: a row of the ledger carries the purpose that its statement was signed for (node/outbox.py), and customer,
product and verifier are read behind that in public statements and in the inbox; no name is kept in the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, literal, select, union

from node.companies import find_companies
from node.language import Language, Phrase, name_product
from node.organisation import Node
from node.store.record import AT_ONCE
from node.store.tables import INBOX, OUTGOING, STATEMENTS
from protocol.payloads import Declaration, Enrolment
from protocol.statements import Logged

MEMBERS = frozenset({"answer", "contribution", "withdrawal", "vector_opening", "mask_opening", "key_opening"})
"""Purposes of what a supplier signs for a customer's calculation; its id follows, and often the entry."""
_KINDS = (MEMBERS | {"consent", "refusal"}) - {"answer"}
_ANSWER, _QUESTION = "opening_answer", "opening_request"


@dataclass(frozen=True, slots=True)
class Addressee:
    """A company's names, and name and code of each product that something sent to it is about."""

    company: Phrase
    products: tuple[tuple[str, str], ...]

    def name_products(self, language: Language) -> list[str]:
        """The products by the names that a reader of the language reads."""
        return [name_product(language, name, code) for name, code in self.products]


def name_addressees(node: Node, purposes: Collection[str]) -> dict[str, Addressee]:
    """By purpose: the customer of a consent or a share, who asked for an opening, of whom one was asked.

    What has no one addressee, and what is not in this node's record, is left out.
    """
    return _name(node, _find_meant(node, purposes))


def find_declarations(node: Node, purposes: Collection[str]) -> dict[str, list[str]]:
    """By purpose: the declarations that a consent, a share or an opening is about, where that is known."""
    return {one: declarations for one, (_, declarations) in _find_meant(node, purposes).items()}


def _find_meant(node: Node, purposes: Collection[str]) -> dict[str, tuple[str, list[str]]]:
    """By purpose: the enrolment of whom it is meant for, "" for none, and the declarations that it is about."""
    parts = {one: part for one in purposes if (part := one.split(":"))[0] in (*MEMBERS, _ANSWER, _QUESTION)}
    subjects = {part[1] for part in parts.values()}
    entries, asked = _read_entries(node, subjects), _read_statements(node, subjects)
    owners = _read_statements(node, {declaration for _, declaration in asked.values()})
    meant: dict[str, tuple[str, list[str]]] = {}
    for one, part in parts.items():
        author, declaration = asked.get(part[1], ("", ""))
        if part[0] == _QUESTION:
            meant[one] = (owners.get(declaration, ("", ""))[0], [declaration])
        elif part[0] == _ANSWER:
            meant[one] = (author, [declaration])
        elif part[1] in entries:
            filed = entries[part[1]].items()
            meant[one] = (author, [each for entry, each in filed if len(part) < 3 or part[2] == str(entry)])
    return meant


def find_purposes(node: Node, words: str) -> CompoundSelect[Any]:
    """The purposes of everything meant for a company with these words in its name, as a query."""
    enrolments = find_companies(node, words).enrolments
    kind, author, subject = STATEMENTS.c.kind, STATEMENTS.c.author, STATEMENTS.c.subject
    requests = select(STATEMENTS.c.id).where(kind == "request", author.in_(enrolments))
    filed = select(INBOX.c.request).where(INBOX.c.request.in_(requests))
    declared = select(STATEMENTS.c.id).where(kind == "declaration", author.in_(enrolments))
    return union(
        select(OUTGOING.c.key).where(OUTGOING.c.kind.in_(_KINDS), OUTGOING.c.calculation.in_(filed)),
        select(literal(f"{_ANSWER}:") + STATEMENTS.c.id).where(kind == _QUESTION, author.in_(enrolments)),
        select(literal(f"{_QUESTION}:") + STATEMENTS.c.id).where(
            kind == _QUESTION, author.in_(node.ids), subject.in_(declared)
        ),
    )


def _read_entries(node: Node, requests: Collection[str]) -> dict[str, dict[int, str]]:
    """The declaration of each of this node's entries in these requests."""
    found: dict[str, dict[int, str]] = {}
    query = select(INBOX.c.request, INBOX.c.entry, INBOX.c.declaration).order_by(INBOX.c.entry)
    with node.store.read() as connection:
        for some in _some(requests):
            for row in connection.execute(query.where(INBOX.c.request.in_(some))):
                found.setdefault(row.request, {})[row.entry] = row.declaration
    return found


def _read_statements(node: Node, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Author and subject of each of these statements, "" for none."""
    found = {}
    query = select(STATEMENTS.c.id, STATEMENTS.c.author, STATEMENTS.c.subject)
    with node.store.read() as connection:
        for some in _some(ids):
            for row in connection.execute(query.where(STATEMENTS.c.id.in_(some))):
                found[row.id] = (row.author, row.subject or "")
    return found


def _seen(node: Node, ids: Collection[str]) -> list[Logged]:
    """Those of these statements that are here; the coordinator is not asked for the others."""
    return node.record.genuine(sorted(_read_statements(node, ids)))


def _some(ids: Collection[str]) -> Iterator[list[str]]:
    """All of these, as many at a time as one query takes."""
    ordered = sorted(ids)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))


def _name(node: Node, meant: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, Addressee]:
    """The same in words, of enrolments and declarations that are here."""
    declarations = _seen(node, {one for _, some in meant.values() for one in some})
    enrolments = _seen(node, {author for author, _ in meant.values()})
    products = {
        one.id: (one.payload.product_name, one.payload.product)
        for one in declarations
        if isinstance(one.payload, Declaration)
    }
    names = {
        one.id: Phrase(one.payload.name_en, one.payload.name_zh)
        for one in enrolments
        if isinstance(one.payload, Enrolment)
    }
    return {
        purpose: Addressee(
            names[author], tuple(dict.fromkeys(products[one] for one in some if one in products))
        )
        for purpose, (author, some) in meant.items()
        if author in names
    }

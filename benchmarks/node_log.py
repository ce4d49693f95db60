"""The log around a node of many years: its library, declarations and verifiers' questions, all signed.

The one fact: of five hundred declarations one has a proof that holds and the others have its points, since no page
opens them; everything else is as its signer would make it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Table, insert

from benchmarks.chain import Chain, make_chain, make_factor
from benchmarks.clocks import Spans
from crypto.group import encode_scalar
from crypto.signing import encode_signing_key
from node.identity import NODE_SECRET, SEALING, SIGNING, Pins, keep_identity
from node.organisation import Node
from node.outbox import ENROLMENT_KEY
from node.store.opening import create_store
from node.store.record import keep_logged
from node.store.tables import (
    DECLARATIONS,
    OUTGOING,
)
from node.store.vault import keep_secret
from protocol.declaring import DeclarationDraft, make_declaration
from protocol.payloads import (
    AnyPayload,
    Declaration,
    Factor,
    Period,
    Publication,
    Review,
    Saw,
)
from protocol.run import METHOD, Party, enrol
from protocol.statements import EMPTY_ROOT, Header, Logged, calculation_of, sign_statement
from protocol.verification_payloads import OpeningAnswer, OpeningRequest

ASKED_FOR, STATEMENTS_KEPT, FACTORS_KEPT = 10_000, 1_000_000, 5_000
MODELS, DECLARED, OPENINGS, MESSAGES = 200, 500, 300, 40_000
YEARS = ("2023", "2024", "2025", "2026")
CUSTOMERS = 12
OPEN = 30
"""So many requests of others wait, so many are approved, and so many of one's own still run."""
UNREVIEWED = 600
MEMBERS, ROWS = 4, 30
DAY = 86_400


T = TypeVar("T")


def in_batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows, so many at a time."""
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some


@dataclass(frozen=True, slots=True)
class Names:
    """By what the pages of a node are asked: Unix seconds of everything in the log, and ids."""

    now: int
    declaration: str
    waiting: str
    closed: str
    requests: list[str]
    drafts: list[str]
    opening: str
    submission: str


@dataclass(slots=True)
class Years:
    """The world, the organisation whose node it is, and names that its pages are asked by."""

    chain: Chain
    works: Party
    node: Node
    declarations: list[Logged] = field(default_factory=list)
    waiting: str = ""
    closed: str = ""
    requests: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    opening: str = ""
    submission: str = ""

    @property
    def now(self) -> int:
        """Unix seconds of everything in the log."""
        return self.chain.world.notary.now

    @property
    def names(self) -> Names:
        """What stays when only the folder does."""
        return Names(
            now=self.now,
            declaration=self.declarations[3].id,
            waiting=self.waiting,
            closed=self.closed,
            requests=self.requests,
            drafts=self.drafts,
            opening=self.opening,
            submission=self.submission,
        )

    def append(self, payload: AnyPayload, party: Party) -> Logged:
        """Into the coordinator's log."""
        return self.chain.world.notary.append(sign_statement(payload, party.key))


def header_of(party: Party) -> dict[str, Any]:
    """The header of a statement that saw nothing of the log."""
    return Header(party.enrolment, Saw(size=0, root=EMPTY_ROOT), os.urandom(16).hex()).fields()


def declared_in(logged: Logged) -> Declaration:
    """The payload of a declaration."""
    assert isinstance(logged.payload, Declaration)
    return logged.payload


def make_log(folder: Path) -> Years:
    """A log with the library, declarations and verifiers' questions, and the node's folder, which knows nothing yet."""
    chain = make_chain(MEMBERS, Spans())
    works = enrol(chain.world, "Works", ["supplier", "requester", "provider", "expert", "verifier"])
    years = Years(chain, works, _open_node(folder, chain, works))
    _fill_library(years)
    _declare(years)
    _ask_for_openings(years)
    return years


def _open_node(folder: Path, chain: Chain, works: Party) -> Node:
    """The folder of an organisation that is enrolled; its keys are those the world knows."""
    store = create_store(folder)
    logged = chain.world.notary.record.get(works.enrolment)
    assert logged is not None
    pins = Pins(chain.world.pins.log_key, chain.world.pins.authority_root)
    with store.write() as connection:
        keep_secret(connection, SIGNING, encode_signing_key(works.key))
        keep_secret(connection, SEALING, encode_scalar(works.sealing_secret))
        keep_secret(connection, NODE_SECRET, works.node_secret)
        keep_identity(connection, logged.signed, "127.0.0.1:1", pins)
        connection.execute(insert(OUTGOING), [delivered(ENROLMENT_KEY, logged)])
    return Node(store)


def delivered(key: str, logged: Logged) -> dict[str, Any]:
    """A row of the outbox: signed, sent, in the log."""
    return {
        "key": key,
        "id": logged.id,
        "kind": logged.payload.type,
        "calculation": calculation_of(logged.signed),
        "data": logged.signed.data,
        "created": logged.logged_at,
        "log_index": logged.index,
        "logged_at": logged.logged_at,
    }


def _fill_library(years: Years) -> None:
    """Half of the factors are this organisation's own; some wait for experts."""
    world, works = years.chain.world, years.works
    other = enrol(world, "Statistics office", ["provider"])
    experts = [enrol(world, f"Expert {number}", ["expert"]) for number in (1, 2)]
    submitted = []
    for number in range(FACTORS_KEPT + UNREVIEWED):
        provider = works if number < FACTORS_KEPT // 2 else other
        fields = make_factor(f"kept-{number}", number % 900)
        submitted.append(years.append(Factor.model_validate({**header_of(provider), **fields}), provider))
    own = [("factor:" + one.id, one) for one in submitted if one.payload.by == works.enrolment]
    for subjects in in_batches(submitted[:FACTORS_KEPT], 500):
        ids = tuple(one.id for one in subjects)
        reviews = tuple(
            years.append(
                Review(**header_of(one), subjects=ids, verdict="accept", opinion="Sources checked."), one
            ).id
            for one in experts
        )
        for subject in ids:
            operator = years.chain.operator
            years.append(Publication(**header_of(operator), subject=subject, reviews=reviews), operator)
    written = submitted[FACTORS_KEPT - 400 : FACTORS_KEPT]
    for subjects in in_batches(written, 20):
        ids = tuple(one.id for one in subjects)
        review = Review(**header_of(works), subjects=ids, verdict="accept", opinion="Arithmetic checked.")
        logged = years.append(review, works)
        own.append(("review:" + logged.id, logged))
    years.submission = submitted[-1].id
    keep_own(years, own)


def _declare(years: Years) -> None:
    """One declaration that holds; the others repeat its points under other names, for lists."""
    works = years.works
    pattern = declared_in(years.chain.members[0].declaration)
    draft = DeclarationDraft(
        product="product-0",
        product_name="Product 0",
        category=pattern.category,
        plant="CN",
        period=Period(start="2025-01-01", end="2025-12-31"),
        method=METHOD,
        evidence_root="0" * 64,
        lines=tuple((line.factor, 1000 + number) for number, line in enumerate(pattern.lines)),
    )
    first, secrets = make_declaration(draft, Header(**header_of(works)), os.urandom)
    years.declarations = [years.append(first, works)]
    for number in range(1, DECLARED):
        year = YEARS[number % len(YEARS)]
        fields = {
            **header_of(works),
            "product": f"product-{number // 2}",
            "product_name": f"Product {number // 2}",
            "period": Period(start=f"{year}-01-01", end=f"{year}-12-31"),
        }
        years.declarations.append(years.append(first.model_copy(update=fields), works))
    with years.node.store.write() as connection:
        keep_secret(connection, f"declaration/{years.declarations[0].id}", secrets.encode())
    keep_own(years, [(f"declaration:{one.id}", one) for one in years.declarations])
    rows = [
        {
            "id": one.id,
            "product": declared_in(one).product,
            "activity": 1,
            "created": years.now - DECLARED + number,
        }
        for number, one in enumerate(years.declarations)
    ]
    keep_rows(years, DECLARATIONS, rows)
    _declare_others(years)


def _declare_others(years: Years) -> None:
    """Every member's declaration of each year, with the points of its first one."""
    for member in years.chain.members:
        for year in YEARS:
            fields = {**header_of(member.party), "period": Period(start=f"{year}-01-01", end=f"{year}-12-31")}
            years.chain.world.notary.append(
                sign_statement(declared_in(member.declaration).model_copy(update=fields), member.party.key)
            )


def _ask_for_openings(years: Years) -> None:
    """A verifier's questions to this organisation and this organisation's to others, most of them answered."""
    works, verifier = years.works, enrol(years.chain.world, "Verifier", ["verifier"])
    own = []
    for number in range(2 * OPENINGS):
        asker, member = (verifier, None) if number % 2 else (works, years.chain.members[number % MEMBERS])
        declaration = years.declarations[number % DECLARED] if member is None else member.declaration
        asked = years.append(
            OpeningRequest(
                **header_of(asker),
                declaration=declaration.id,
                lines=(0, 1),
                records=(3,),
                reason="yearly look",
            ),
            asker,
        )
        if asker is works:
            own.append((f"opening_request:{asked.id}", asked))
            years.opening = asked.id
        if number > 20:
            owner = works if member is None else member.party
            refusal = OpeningAnswer(
                **header_of(owner),
                asked=asked.id,
                verdict="refused",
                reason="next month",
                content=b"",
                seals=(),
            )
            answer = years.append(refusal, owner)
            if owner is works:
                own.append((f"opening_answer:{asked.id}", answer))
    keep_own(years, own)


def keep_own(years: Years, own: Sequence[tuple[str, Logged]]) -> None:
    """What this organisation signed: in the outbox as sent, and among the statements."""
    with years.node.store.write() as connection:
        keep_logged(connection, [logged for _, logged in own])
        connection.execute(insert(OUTGOING), [delivered(key, logged) for key, logged in own])


def keep_rows(years: Years, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Rows as the node would have written them one by one."""
    with years.node.store.write() as connection:
        for some in in_batches(rows, 1000):
            connection.execute(insert(table), list(some))

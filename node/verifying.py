"""Verification at both ends: an owner opens what it agrees to show, a verifier checks it and says what it found.

The one fact: nothing is opened without a person's word, and a verifier signs only on openings that its own node has
held against commitments and evidence root. Protocol section 5, "Verification".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, exists, func, literal, or_, select

from node.organisation import Node
from node.outbox import keep_statement
from node.store.tables import DECLARATIONS, OUTGOING, STATEMENTS, is_of
from node.supplier.activities import Activity, encode_evidence, need_activity
from node.supplier.declaring import declaration_secrets
from protocol.errors import PeerError, Refused
from protocol.library import enrolment_of, published_category
from protocol.payloads import AnyPayload, OpeningAnswer, OpeningRequest, Verification
from protocol.requesting import declaration_of
from protocol.statements import Logged, parse_statement, sign_statement
from protocol.verification_payloads import Statement
from protocol.verifying import (
    Asked,
    Evidence,
    Opened,
    OpenedRecord,
    check_opening_request,
    check_verification,
    make_opening_answer,
    open_answer,
)
from web.paging import Slice

WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of a template: its number from 0, its names, and its unit."""

    line: int
    name_zh: str
    name_en: str
    unit: str

    def __str__(self) -> str:
        return f"{self.line}: {self.name_zh} / {self.name_en}"


@dataclass(frozen=True, slots=True)
class OpeningInquiry:
    """What a verifier asks of a declaration, and how far that has come: waiting, opened or refused.

    `by`: the enrolment that asks, whose English name is `verifier`; `owner`: the one that signed the declaration.
    """

    id: str
    index: int
    by: str
    verifier: str
    declaration: str
    product: str
    product_name: str
    owner: str
    lines: tuple[AskedLine, ...]
    records: tuple[int, ...]
    reason: str
    asked_at: int
    state: str
    answer: str


# --- looking ---------------------------------------------------------------------------------------


def list_asked_of(node: Node, is_waiting: bool, wanted: Slice) -> list[OpeningInquiry]:
    """What verifiers asked of this node's declarations and waits for its answer, or does not; newest first.

    A place is (log index,).
    """
    condition = _is_asked_of_us() & (~_is_answered() if is_waiting else _is_answered())
    return _inquiries(node, node.record.newest(condition, wanted))


def list_asked_by(node: Node, wanted: Slice) -> list[OpeningInquiry]:
    """What this node asked as a verifier, newest first; a place is (log index,)."""
    condition = _ASKED & STATEMENTS.c.author.in_(node.ids)
    return _inquiries(node, node.record.newest(condition, wanted))


def list_asked_on(node: Node, declarations: Collection[str]) -> list[OpeningInquiry]:
    """What this node asked as a verifier of these declarations, newest first."""
    condition = _ASKED & STATEMENTS.c.author.in_(node.ids) & STATEMENTS.c.subject.in_(declarations)
    return _inquiries(node, node.record.newest(condition, Slice()))


def inquiry_of(node: Node, asked: Logged) -> OpeningInquiry:
    """What one question asks, and how far it has come."""
    return _inquiries(node, [asked])[0]


def count_waiting_openings(node: Node) -> int:
    """How many questions of verifiers wait for this node's answer."""
    query = select(func.count()).select_from(STATEMENTS).where(_is_asked_of_us(), ~_is_answered())
    with node.store.read() as connection:
        return int(connection.execute(query).scalar_one())


_ASKED = STATEMENTS.c.kind == "opening_request"


def _is_asked_of_us() -> ColumnElement[bool]:
    return _ASKED & STATEMENTS.c.subject.in_(select(DECLARATIONS.c.id))


def _is_answered() -> ColumnElement[bool]:
    """By what this node signed, sent or not, or by what the log holds."""
    logged = STATEMENTS.alias("answers")
    return or_(
        exists().where(OUTGOING.c.key == literal(_answer_key("")).concat(STATEMENTS.c.id)),
        exists().where(logged.c.subject == STATEMENTS.c.id, is_of(logged, "opening_answer")),
    )


def list_openings(node: Node) -> list[OpeningInquiry]:
    """What verifiers asked of this node's declarations and what this node asked as a verifier, in log order."""
    with node.store.read() as connection:
        own = set(connection.execute(select(DECLARATIONS.c.id)).scalars())
    asked = node.record.of_kind("opening_request")
    return _inquiries(
        node, [one for one in asked if _payload(one).declaration in own or one.payload.by in node.ids]
    )


def _inquiries(node: Node, asked: Sequence[Logged]) -> list[OpeningInquiry]:
    """What they rest on is fetched for all of them at once."""
    node.record.need(
        {one for each in asked for one in (each.payload.by, _payload(each).declaration)}, deep=True
    )
    answers = _answers_to(node, [one.id for one in asked])
    return [_inquiry(node, one, answers.get(one.id)) for one in asked]


def _inquiry(node: Node, asked: Logged, answer: OpeningAnswer | None) -> OpeningInquiry:
    payload = _payload(asked)
    declaration = declaration_of(payload.declaration, node.record)
    template = published_category(declaration.category, node.record).lines
    return OpeningInquiry(
        id=asked.id,
        index=asked.index,
        by=payload.by,
        verifier=enrolment_of(payload.by, node.record).name_en,
        declaration=payload.declaration,
        product=declaration.product,
        product_name=declaration.product_name,
        owner=declaration.by,
        lines=tuple(
            AskedLine(line, template[line].name_zh, template[line].name_en, template[line].unit)
            for line in payload.lines
        ),
        records=payload.records,
        reason=payload.reason,
        asked_at=asked.logged_at,
        state=WAITING if answer is None else answer.verdict,
        answer="" if answer is None else answer.reason,
    )


def _payload(asked: Logged) -> OpeningRequest:
    assert isinstance(asked.payload, OpeningRequest)
    return asked.payload


def _answers_to(node: Node, asked: Sequence[str]) -> dict[str, OpeningAnswer]:
    """The answer to each that has one: what this node signed, sent or not, or else what the log holds."""
    keys = {_answer_key(one): one for one in asked}
    query = select(OUTGOING.c.key, OUTGOING.c.id, OUTGOING.c.log_index, OUTGOING.c.data)
    with node.store.read() as connection:
        own = connection.execute(query.where(OUTGOING.c.key.in_(list(keys)))).all()
    answers = {one: logged.payload for one, logged in node.record.about_each("opening_answer", asked).items()}
    for row in own:
        logged = None if row.log_index is None else node.record.get(row.id)  # read before, as a rule
        answers[keys[row.key]] = (
            parse_statement(bytes(row.data)).payload if logged is None else logged.payload
        )
    return {one: payload for one, payload in answers.items() if isinstance(payload, OpeningAnswer)}


def _answer_key(asked: str) -> str:
    return f"opening_answer:{asked}"


def resolve_opening(node: Node, prefix: str) -> Logged:
    """The opening request whose id begins so; Refused("unknown") unless it is exactly one."""
    found = node.record.newest(_ASKED & STATEMENTS.c.id.startswith(prefix, autoescape=True), Slice(most=1))
    if len(found) != 1:
        problem = f"no opening request starts with {prefix!r}" if not found else f"{len(found)} start with it"
        raise Refused("unknown", f"{problem}; see what there is with `list`")
    return found[0]


# --- the owner -------------------------------------------------------------------------------------


def open_to_verifier(node: Node, asked: Logged) -> str:
    """Sign and store the opening that a verifier asked for; returns its id. Sending comes after.

    1. The request fits the rules, whatever the log took. 2. It names a declaration whose openings are here.
    3. The verifier's enrolment, to whose key it is sealed, has not ended: it may have because that key was stolen.
    """
    payload = _payload(asked)
    node.record.need([payload.by, payload.declaration], deep=True)
    check_opening_request(payload, node.record)  # 1
    if node.record.revoked_at(payload.by) is not None:  # 3
        raise Refused(
            "revoked",
            "the verifier's enrolment has ended since it asked, perhaps because its keys were stolen; "
            "let it ask again under its new one, and refuse this",
        )
    activity = _activity_of(node, payload.declaration)  # 2
    evidence = Evidence(tuple(map(encode_evidence, activity.records)), activity.salts)
    secrets = declaration_secrets(node, payload.declaration)
    point = enrolment_of(payload.by, node.record).sealing_key
    answer = make_opening_answer(
        Asked(asked.id, payload, point), secrets, evidence, node.header(), node.random
    )
    return _keep_answer(node, asked.id, answer)


def _activity_of(node: Node, declaration: str) -> Activity:
    with node.store.read() as connection:
        query = select(DECLARATIONS.c.activity).where(DECLARATIONS.c.id == declaration)
        number = connection.execute(query).scalar()
    if number is None:
        raise Refused(
            "declaration", "this node did not make that declaration, or lost it with an older backup"
        )
    return need_activity(node, int(number))


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """One line as a verifier sees it; the amount in 1e-6 of the unit, per declared unit of the product."""

    line: int
    code: str
    name_zh: str
    name_en: str
    unit: str
    factor: str
    amount: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class WouldOpen:
    """What an opening shows: lines and records as its reader gets them, how many records there are, and the numbers
    that were asked for and are of none."""

    lines: tuple[OpenedLine, ...]
    records: tuple[OpenedRecord, ...] = field(repr=False)
    missing: tuple[int, ...]
    size: int


def preview_opening(node: Node, asked: OpeningInquiry) -> WouldOpen:
    """What `open_to_verifier` opens, for the owner to read before it decides and later; Refused("declaration")."""
    records = _activity_of(node, asked.declaration).records
    amounts = declaration_secrets(node, asked.declaration).amounts
    size = len(records)
    return WouldOpen(
        _name_lines(node, asked.declaration, {one.line: amounts[one.line] for one in asked.lines}),
        tuple(OpenedRecord(one, encode_evidence(records[one])) for one in asked.records if one < size),
        tuple(one for one in asked.records if one >= size),
        size,
    )


def _name_lines(node: Node, declaration_id: str, amounts: Mapping[int, int]) -> tuple[OpenedLine, ...]:
    declaration = declaration_of(declaration_id, node.record)
    template = published_category(declaration.category, node.record).lines
    factors = [one.factor for one in declaration.lines]
    return tuple(
        OpenedLine(number, line.code, line.name_zh, line.name_en, line.unit, factors[number], amounts[number])
        for number, line in enumerate(template)
        if number in amounts
    )


def refuse_opening(node: Node, asked: Logged, reason: str) -> str:
    """Sign and store the refusal of an opening; returns its id. Sending comes after."""
    header = node.header().fields()
    refusal = OpeningAnswer(**header, asked=asked.id, verdict="refused", reason=reason, content=b"", seals=())
    return _keep_answer(node, asked.id, refusal)


def _keep_answer(node: Node, asked: str, answer: OpeningAnswer) -> str:
    signed = sign_statement(answer, node.identity.signing_key)
    with node.store.write() as connection:
        kept = keep_statement(connection, _answer_key(asked), signed, node.clock())
    if isinstance(kept.payload, OpeningAnswer) and kept.payload.verdict != answer.verdict:
        raise Refused("answered", f"this was answered already: {kept.payload.verdict}; that stands")
    return kept.id


# --- the verifier ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What a verifier wants to see of a declaration: line and record numbers from 0, and why."""

    declaration: str
    lines: tuple[int, ...]
    records: tuple[int, ...]
    reason: str


def ask_for_opening(node: Node, wish: Wish) -> str:
    """Sign and store a request to open lines and records; returns its id. Sending comes after.

    Refused("wish") when it asks for nothing, and as `check_opening_request` says where the log would refuse it.
    """
    if not wish.lines and not wish.records:
        raise Refused("wish", "choose at least one line, or name a record")
    node.record.need([node.id, wish.declaration], deep=True)
    payload = OpeningRequest(
        **node.header().fields(),
        declaration=wish.declaration,
        lines=tuple(sorted(set(wish.lines))),
        records=tuple(sorted(set(wish.records))),
        reason=wish.reason,
    )
    try:
        check_opening_request(payload, node.record)
    except PeerError as error:  # it is this node's own: nobody sent it
        raise Refused(error.check, error.message) from error
    return _sign(node, payload, "opening_request")


@dataclass(frozen=True, slots=True)
class Shown:
    """A checked opening in words: lines with their names, records as their owner wrote them."""

    answer: str
    declaration: str
    lines: tuple[OpenedLine, ...]
    records: tuple[OpenedRecord, ...] = field(repr=False)
    size: int
    is_size_proven: bool


def show_opening(node: Node, asked: Logged) -> Shown:
    """Unseal the answer to this node's request and check all of it; Refused("waiting" | "refused") or PeerError."""
    answers = node.record.about("opening_answer", asked.id)
    if not answers:
        raise Refused("waiting", "the owner has not answered yet")
    logged = answers[0]
    answer = logged.payload
    assert isinstance(answer, OpeningAnswer)
    if answer.verdict == "refused":
        raise Refused("refused", f"the owner refused: {answer.reason}")
    opened = _open(node, answer)
    lines = _name_lines(node, opened.declaration, opened.amounts)
    return Shown(logged.id, opened.declaration, lines, opened.records, opened.size, opened.is_size_proven)


def _open(node: Node, answer: OpeningAnswer) -> Opened:
    asked = node.record.get(answer.asked)
    if asked is None or asked.payload.by not in node.ids:
        raise Refused("reader", "this opening is sealed to another verifier")
    node.record.need([answer.by, _payload(asked).declaration], deep=True)
    return open_answer(answer, node.identity.sealing_secret_of(asked.payload.by), node.record, node.random)


def issue_verification(node: Node, subject: str, says: Statement, rests_on: Sequence[str]) -> str:
    """Sign and store a verification once every opening it rests on has been checked here; returns its id.

    Refused("opinion") when anything but an unmodified finding has no reason: what is signed stays.
    """
    if says.finding != "unmodified" and not says.opinion.strip():
        raise Refused("opinion", f"say in words why it is {says.finding!r}: everyone will ask, and it stays")
    node.record.need([node.id, subject, *rests_on], deep=True)
    for opening in rests_on:
        logged = node.record.get(opening)
        if logged is None or not isinstance(logged.payload, OpeningAnswer):
            raise PeerError("verification", f"{opening} is no opening that this node has seen")
        _open(node, logged.payload)
    payload = Verification(**node.header().fields(), subject=subject, says=says, rests_on=tuple(rests_on))
    check_verification(payload, node.record)
    return _sign(node, payload, "verification")


def _sign(node: Node, payload: AnyPayload, kind: str) -> str:
    signed = sign_statement(payload, node.identity.signing_key)
    with node.store.write() as connection:
        return keep_statement(connection, f"{kind}:{signed.id}", signed, node.clock()).id

"""Calls about what others ask of this node: see what would be revealed, consent, refuse, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from node.maker.requesting import resolve_request
from node.organisation import Node
from node.supplier.consenting import approve, open_entries, refuse, withdraw
from node.supplier.inbox import Inquiry, list_inquiries
from node.supplier.states import WAITING
from node.supplier.telling import tell_inquiries
from node.web.api.calling import API, Answers, Deciding, Reading, Sent, problems, send
from node.web.desk import Desk
from protocol.errors import Refused
from protocol.payloads import Approval
from web.paging import Cursor, Limit, PageOf, make_cursor, parse_cursor

RequestId = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{8,64}$",
        description="The request's id, or its first 8 digits or more where no other begins so.",
    ),
]


class PolicyFields(BaseModel):
    """What a policy says of a request: whether it lets it through, which questions it does not accept, whether it is
    for later requests only, and how many of its totals are left."""

    policy: int
    approves: bool
    lacks: list[str]
    later: bool
    left: int


class Words(BaseModel):
    """One sentence in both languages."""

    en: str
    zh: str


class OtherFields(BaseModel):
    """Another company's entry: who it is, the category of what it gives, and the stage; no quantity."""

    entity: str
    name: Words
    category: Words
    stage: str


class InquiryFields(BaseModel):
    """One entry of somebody's request. `findings` say in words what taking part reveals, `asks` name the questions.

    `quantities`: declared units in one pack, by model; nothing where this node cannot open them. `others`: who else
    takes part, as far as this node has read. `policies`: those for
    this customer and product in the order in which they are asked, while it waits. `ending`: how it ended, once over.
    """

    request: str
    entry: int
    declaration: str
    product: str
    customer: str
    state: str
    findings: list[str]
    asks: list[str]
    decided_by: str | None
    answer: str
    policy: int | None
    models: int
    created: int
    quantities: dict[str, str]
    others: list[OtherFields]
    policies: list[PolicyFields]
    ending: Words | None


def name_request(desk: Desk) -> Any:
    """The dependency of a call whose path names a request: its full id; Refused("unknown") unless one fits."""

    def resolve(request_id: RequestId) -> str:
        return resolve_request(desk.node, request_id)

    return Depends(resolve)


class Consenting(BaseModel):
    """Take part: with one entry, or with every entry of this node's; what was answered is logged.

    `findings` are those that the program showed its owner, entry by entry: when they have changed, nothing is signed.
    """

    entry: int | None = Field(None, ge=0, le=1023)
    answer: str = Field("approved", min_length=1, max_length=400)
    findings: dict[int, list[str]] | None = None


class Refusing(BaseModel):
    """Do not take part, or leave; the other parties read the reason."""

    entry: int | None = Field(None, ge=0, le=1023)
    reason: str = Field(min_length=1, max_length=400)


class Leaving(BaseModel):
    """Leave a calculation; the other parties read the reason."""

    reason: str = Field(min_length=1, max_length=400)


class Answered(BaseModel):
    """What was signed, entry by entry."""

    statements: dict[int, Sent]


def make_inbox(desk: Desk) -> APIRouter:
    """The calls."""
    router = APIRouter(prefix=API, tags=["inbox"])

    @router.get("/inbox", responses=problems())
    def inbox(
        caller: Reading,
        everything: Annotated[bool, Query(alias="all", description="Also what is answered or over.")] = False,
        limit: Limit = 100,
        cursor: Cursor = "",
    ) -> PageOf[InquiryFields]:
        """List requests that name your declarations, oldest first."""
        after = parse_cursor(cursor, int, str, int)
        found = [
            one
            for one in list_inquiries(desk.node)
            if (everything or one.state == WAITING)
            and (after is None or (one.created, one.request, one.entry) > after)
        ]
        page = _tell(desk.node, found[:limit])
        last = page[-1] if len(found) > limit else None
        behind = None if last is None else make_cursor(last.created, last.request, last.entry)
        return PageOf(items=page, next=behind)

    named = name_request(desk)

    @router.get("/inbox/{request_id}", responses=problems())
    def inquiry(caller: Reading, request_id: str = named) -> list[InquiryFields]:
        """Your entries of one request: what each would reveal, in words."""
        return _tell(desk.node, open_entries(desk.node, request_id, None))

    _add_answers(router, desk)
    return router


def _tell(node: Node, inquiries: Sequence[Inquiry]) -> list[InquiryFields]:
    return [InquiryFields.model_validate(one) for one in tell_inquiries(node, inquiries)]


def _add_answers(router: APIRouter, desk: Desk) -> None:
    answers: Answers = problems() | {202: {"model": Answered}}
    named = name_request(desk)

    @router.post("/inbox/{request_id}/consent", response_model=Answered, responses=answers)
    def consent(change: Deciding, order: Consenting, request_id: str = named) -> JSONResponse:
        """Take part. The agent contributes once everyone has answered."""

        def work() -> tuple[int, Any]:
            node, signed = desk.node, {}
            inquiries = open_entries(node, request_id, order.entry)
            _check_shown(inquiries, order)
            for one in inquiries:
                approval = Approval(decided_by="person", asked=one.findings, answer=order.answer)
                signed[one.entry] = approve(node, one, approval)
            return _answer({entry: send(node, statement) for entry, statement in signed.items()})

        return change.once(work)

    @router.post("/inbox/{request_id}/refusal", response_model=Answered, responses=answers)
    def refusal(change: Deciding, order: Refusing, request_id: str = named) -> JSONResponse:
        """Do not take part: the calculation ends. One refusal says it for all your entries."""

        def work() -> tuple[int, Any]:
            first = open_entries(desk.node, request_id, order.entry)[0]
            return _answer({first.entry: send(desk.node, refuse(desk.node, first, order.reason))})

        return change.once(work)

    @router.post(
        "/calculations/{request_id}/withdrawal",
        response_model=Sent,
        responses=problems() | {202: {"model": Sent}},
    )
    def withdrawal(change: Deciding, order: Leaving, request_id: str = named) -> JSONResponse:
        """Leave a calculation before its result, as a supplier or as the requester; it ends for everyone."""

        def work() -> tuple[int, Any]:
            made = send(desk.node, withdraw(desk.node, request_id, order.reason))
            return (200 if made.state == "logged" else 202), made.model_dump()

        return change.once(work)


def _check_shown(inquiries: list[Inquiry], order: Consenting) -> None:
    if order.findings is None:
        return
    for one in inquiries:
        if list(one.findings) != order.findings.get(one.entry):
            raise Refused(
                "changed",
                f"what entry {one.entry} would reveal is not what was shown; read it again, then answer",
            )


def _answer(statements: dict[int, Sent]) -> tuple[int, Any]:
    waits = any(one.state != "logged" for one in statements.values())
    fields = {str(entry): one.model_dump() for entry, one in statements.items()}
    return (202 if waits else 200), {"statements": fields}

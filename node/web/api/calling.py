"""What every call of the API shares: who may call it, how a change is done once, how errors are told.

The one fact: calls run the functions that the command line runs; what a program may do is its token's scopes, cut by
its account's roles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from node.accounts import OWNER, PREPARER
from node.importers.problem import ImportProblems
from node.organisation import Node
from node.tokens import DECIDE, PREPARE, READ, SHARE
from protocol.errors import NetworkError
from web.openapi import SCOPE_OF, looking
from web.problems import MEDIA
from web.repeating import HEADER, answer_once
from web.tokens import Caller, allowed
from web.visits import open_visit

API = "/api/v1"


async def _body(request: Request) -> bytes:
    return await request.body()


Key = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=128,
        pattern="^[!-~]{1,128}$",
        description="Send the same key again with the same request, and it is done once and answered alike.",
    ),
]


@dataclass(frozen=True, slots=True)
class Change:
    """A call that changes something: who makes it, its body as it came, and its Idempotency-Key."""

    caller: Caller
    request: Request
    body: bytes
    key: str | None

    def once(self, work: Callable[[], tuple[int, Any]]) -> JSONResponse:
        """Do `work`, once for each key, and answer with its status and JSON."""
        url = self.request.url
        asked = f"{self.request.method} {url.path}?{url.query}\n".encode() + self.body
        return answer_once(self.caller, self.key, asked, work)


def _changing(scope: str, *roles: str) -> Any:
    may = allowed(scope, *roles)

    def change(
        request: Request,
        body: Annotated[bytes, Depends(_body)],
        # As a default: an annotation of this module is resolved by name, and `may` has none there.
        caller: Caller = may,
        key: Key = None,
    ) -> Change:
        return Change(caller, request, body, key)

    SCOPE_OF[change] = scope
    return Depends(change)


Reading = Annotated[Caller, looking(READ)]
Preparing = Annotated[Change, _changing(PREPARE, OWNER, PREPARER)]
Deciding = Annotated[Change, _changing(DECIDE, OWNER)]
Sharing = Annotated[Change, _changing(SHARE, OWNER)]


class Problem(BaseModel):
    """An error as RFC 9457 has it; decide by `type`, not by words."""

    type: str
    title: str
    status: int
    detail: str = ""


class CellProblem(BaseModel):
    """One thing to mend in a file; `row` 0 and empty texts where it is the file's."""

    file: str
    sheet: str
    row: int
    column: str
    found: str
    expected: str
    advice: str


class FileProblem(Problem):
    """A request or a file that was not understood; of a file, everything to mend in it."""

    problems: list[CellProblem] = []


class Sent(BaseModel):
    """A signed statement: logged, or stored and waiting until the coordinator answers; the node sends it by itself."""

    id: str
    state: str = Field(description="logged or waiting")
    message: str


Answers = dict[int | str, dict[str, Any]]
_MEANING = {
    400: "The body is no JSON",
    401: "A token is needed, or this one is not valid or has expired",
    403: "This token or account may not do that; `detail` names the scope or role that it lacks",
    404: "There is no such thing here",
    405: "Not by this method",
    409: "This cannot be done; the check in `type` says why",
    413: "The body is longer than 32 MiB",
    422: "The request or the file was not understood",
    503: "The coordinator or the store does not answer; try again",
}


def problems() -> Answers:
    """What every call may answer besides success, for the OpenAPI."""
    found: Answers = {}
    for status in _MEANING:
        name = FileProblem.__name__ if status == 422 else Problem.__name__
        schema = {"$ref": f"#/components/schemas/{name}"}
        found[status] = {"description": _MEANING[status], "content": {MEDIA: {"schema": schema}}}
    return found


def send(node: Node, statement: str) -> Sent:
    """Send a signed statement and say what became of it; Refused when the coordinator refused it."""
    try:
        state, message = node.settle(statement)
    except NetworkError as error:
        return Sent(id=statement, state="waiting", message=str(error))
    return Sent(id=statement, state=state, message=message)


def answer_file_problems(request: Request, error: Exception) -> JSONResponse:
    """Every problem of a file, in the language that the caller asked for."""
    assert isinstance(error, ImportProblems)
    language = open_visit(request).language
    fields = {
        "type": "urn:sealsum:problem:file",
        "title": "the file cannot be taken over",
        "status": 422,
        "detail": str(error),
        "problems": [one.as_fields(language) for one in error.problems],
    }
    return JSONResponse(fields, 422, media_type=MEDIA)

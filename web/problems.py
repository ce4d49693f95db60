"""Errors of the API as RFC 9457 says, from the same errors as everywhere; one table.

The one fact: `type` is stable and made of the check's name, so a program decides by it and not by words.
"""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from protocol.errors import NetworkError, PeerError, Refused, StoreError
from web.visits import Forged, NotAllowed, NotSignedIn, UnknownToken

API = "/api/"
MEDIA = "application/problem+json"
MISSING = frozenset({"unknown", "not-found"})
"""Checks that say a thing is not there."""
_RETRY_SECONDS = "5"


def is_api(request: Request) -> bool:
    """Whether a program asks, so that the answer is JSON."""
    root = str(request.scope.get("root_path", ""))
    return request.url.path.removeprefix(root).startswith(API)


def make_problem(status: int, check: str, title: str, detail: str = "") -> JSONResponse:
    """One problem as RFC 9457 writes it."""
    fields: dict[str, str | int] = {"type": f"urn:sealsum:problem:{check}", "title": title, "status": status}
    if detail:
        fields["detail"] = detail
    headers = {"Retry-After": _RETRY_SECONDS} if status == 503 else {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="sealsum"'
    return JSONResponse(fields, status, headers, MEDIA)


def answer_problem(_request: Request, error: Exception) -> JSONResponse:
    """An error as a problem; what is not in the table is a bug and is raised again."""
    match error:
        case Refused():
            status = 404 if error.check in MISSING else 409
            return make_problem(status, error.check, "this cannot be done", error.message)
        case PeerError():
            return make_problem(422, error.check, "what came in breaks the rules", error.message)
        case NetworkError():
            return make_problem(503, "network", "the other side does not answer; try again", str(error))
        case StoreError():
            return make_problem(503, "store", "the store did not answer; try again", str(error))
        case UnknownToken():
            advice = "make another under API tokens; an account that was closed has none that is good"
            return make_problem(401, "token", "this token is not valid, or has expired", advice)
        case NotSignedIn():
            return make_problem(401, "not-signed-in", "a token is needed", "send Authorization: Bearer TOKEN")
        case NotAllowed():
            return make_problem(403, "not-allowed", "this token or account may not do that", str(error))
        case Forged():
            return make_problem(403, "forged", "the request does not carry the token of its visit")
        case RequestValidationError():
            places = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            return make_problem(422, "input", "the request was not understood", places)
        case HTTPException():
            return make_problem(error.status_code, "http", error.detail)
    raise error

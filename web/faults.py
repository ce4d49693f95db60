"""What a page says when something went wrong: the one table from our errors to answers for people.

The one fact: a message says what happened, what it means and what to do next; what is a bug of ours is answered with
500 and raised again, so that the process's log has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from protocol.errors import NetworkError, PeerError, Refused, SealsumError, StoreError
from web.languages import mark
from web.problems import MISSING, answer_problem, is_api, make_problem
from web.visits import Forged, NotAllowed, NotSignedIn, Visit, open_visit


@dataclass(frozen=True, slots=True)
class Fault:
    """Status, headline, and what to do next; both marked for translation."""

    status: int
    title: str
    advice: str


FORGED = Fault(
    403,
    mark("This form is no longer valid"),
    mark("Nothing was changed. Go back, load the page again, and send the form once more."),
)
NOT_ALLOWED = Fault(
    403,
    mark("This page is not for your account"),
    mark("Ask whoever runs this to give your account the role for it."),
)
NO_PAGE = Fault(404, mark("There is no such page"), mark("Check the address, or start from the navigation."))
NO_INPUT = Fault(
    422, mark("The form was not understood"), mark("Nothing was changed. Go back and correct the form.")
)
OURS = Fault(
    500,
    mark("This is a mistake of the program"),
    mark("Nothing you typed caused it. Try again; if it stays, pass on what the log of this process says."),
)
TABLE: tuple[tuple[type[SealsumError], Fault], ...] = (
    (Refused, Fault(409, mark("This cannot be done"), mark("Nothing was changed."))),
    (
        PeerError,
        Fault(
            422,
            mark("What came in breaks the rules"),
            mark(
                "It was not taken over. The message below names the check it failed; pass it on to who sent it."
            ),
        ),
    ),
    (NetworkError, Fault(503, mark("The other side does not answer"), mark("Try again in a minute."))),
    (
        StoreError,
        Fault(503, mark("The store did not answer"), mark("Nothing was changed. Try again in a minute.")),
    ),
)


def fault_of(error: SealsumError) -> Fault:
    """The row of the table for an error."""
    if isinstance(error, Refused) and error.check in MISSING:
        return NO_PAGE
    return next(fault for kind, fault in TABLE if isinstance(error, kind))


def show_fault(visit: Visit, fault: Fault, detail: str = "") -> Response:
    """The page, or the part of one, that says it."""
    name = "fault_part.html" if visit.is_part else "fault.html"
    return visit.page(name, status=fault.status, fault=fault, detail=detail)


def add_faults(app: FastAPI) -> None:
    """Answer every error of ours on this application."""

    def answered(kind: type[Exception], fault_for: Callable[[Exception], tuple[Fault, str]]) -> None:
        def answer(request: Request, error: Exception) -> Response:
            if is_api(request):
                return answer_problem(request, error)
            visit = open_visit(request)
            fault, detail = fault_for(error)
            if isinstance(error, NetworkError) and visit.site.look.unreachable:
                fault = replace(fault, advice=visit.site.look.unreachable)
            if isinstance(error, SealsumError):
                detail = visit.explain(error)
            return show_fault(visit, fault, detail)

        app.add_exception_handler(kind, answer)

    answered(Forged, lambda _error: (FORGED, ""))
    answered(NotAllowed, lambda _error: (NOT_ALLOWED, ""))
    answered(RequestValidationError, lambda error: (NO_INPUT, _places_of(error)))
    answered(HTTPException, _of_http)
    answered(SealsumError, lambda error: (fault_of(_own(error)), ""))
    app.add_exception_handler(NotSignedIn, ask_to_sign_in)
    app.add_exception_handler(Exception, own_up)


def own_up(request: Request, _error: Exception) -> Response:
    """A bug of ours; it tells nothing of itself, and who raised it logs it."""
    if is_api(request):
        return make_problem(500, "bug", OURS.title, OURS.advice)
    return show_fault(open_visit(request), OURS)


def _own(error: Exception) -> SealsumError:
    assert isinstance(error, SealsumError)
    return error


def _places_of(error: Exception) -> str:
    """Which fields were not understood; never what was in them."""
    assert isinstance(error, RequestValidationError)
    return ", ".join(str(one["loc"][-1]) for one in error.errors())


def _of_http(error: Exception) -> tuple[Fault, str]:
    assert isinstance(error, HTTPException)
    return (
        (NO_PAGE, "")
        if error.status_code == 404
        else (Fault(error.status_code, NO_INPUT.title, NO_INPUT.advice), "")
    )


def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """To the page for signing in, and from there back to where the reader wanted to go."""
    if is_api(request):
        return answer_problem(request, error)
    visit = open_visit(request)
    if (
        request.headers.get("sec-fetch-site") == "cross-site"
        and request.method == "GET"
        and not visit.is_part
    ):
        # A link on another site: the browser withholds the cookie on this request only. Ask once more from here.
        return HTMLResponse('<!doctype html><meta http-equiv="refresh" content="0"><title>Sealsum</title>')
    to_go = {"next": visit.back} if request.method == "GET" and not visit.is_part else {}
    return visit.go("/login" + (f"?{urlencode(to_go)}" if to_go else ""))

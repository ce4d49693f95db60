"""Signing in and out: by password, by a one-time link; and the reader's choice of language and look.

The one fact: a one-time link carries its secret behind the #, which no browser sends and no log sees; a script of ours
posts it once. After signing in a reader is sent to pages of this application only.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, Request
from starlette.responses import JSONResponse, Response

from web.accounts import is_password, stored_password
from web.codes import SecondFactor, use_code
from web.known import attempt_by_password, remember_browser
from web.languages import LANGUAGES, mark
from web.logins import Attempt
from web.sessions import end_session, open_session, use_link
from web.visits import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Anyone, Visit, open_visit

Field = Annotated[str, Form(max_length=300)]
WRONG = mark("Name, password or code is not right. Nothing was opened.")
LIMITED = mark("Too many attempts. Wait a quarter of an hour, then try again.")
USED = mark("This link was used already, or is too old. Ask for a new one where you got it.")


def add_entries(app: FastAPI) -> None:
    """Add the pages."""
    app.add_api_route("/login", show_login, methods=["GET"], response_model=None)
    app.add_api_route("/login", sign_in, methods=["POST"], response_model=None)
    app.add_api_route("/logout", sign_out, methods=["POST"], response_model=None)
    app.add_api_route("/enter", show_enter, methods=["GET"], response_model=None)
    app.add_api_route("/enter", enter, methods=["POST"], response_model=None)
    app.add_api_route("/choices", choose, methods=["POST"], response_model=None)


def local_path(visit: Visit, wanted: str) -> str:
    """A path of this application, or its home: nothing that leads to another host."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_local and "\\" not in wanted else visit.site.home


def show_login(visit: Anyone) -> Response:
    """The form."""
    wanted = local_path(visit, visit.request.query_params.get("next", ""))
    if visit.session is not None:
        return visit.go(wanted)
    return _show(visit, 200, wanted)


def sign_in(visit: Anyone, name: Field, password: Field, code: Field = "", wanted: Field = "") -> Response:
    """Check name and password; one answer for an unknown name, a closed account and a wrong password."""
    store, wanted, attempt = visit.site.store(), local_path(visit, wanted), attempt_by_password(visit, name)
    with store.read() as connection:
        limited = attempt.is_limited(connection, visit.now)
        stored = None if limited else stored_password(connection, name)
    if limited:
        return _show(visit, 429, wanted, visit.say(LIMITED), name)
    right = is_password(password, stored, visit.site.random)
    with store.write() as connection:
        if right:
            right = use_code(
                connection, SecondFactor(name, visit.site.key()), code, visit.now, visit.site.random
            )
        attempt.note(connection, visit.now, "entered" if right else "refused")
    if not right:
        return _show(visit, 403, wanted, visit.say(WRONG), name)
    response = visit.go(wanted)
    begin_session(visit, response, name)
    return response


def _show(visit: Visit, status: int, wanted: str, problem: str = "", name: str = "") -> Response:
    has_company, name = visit.site.company is not None, name or visit.site.look.account
    return visit.page(
        "login.html", status=status, wanted=wanted, problem_text=problem, name=name, has_company=has_company
    )


def begin_session(visit: Visit, response: Response, account: str, notice: str = "") -> None:
    """Sign an account in with a new secret, whatever the browser had before; it is known from now on.

    `notice`: what its next page says.
    """
    with visit.site.store().write() as connection:
        secret = open_session(connection, account, visit.now, visit.site.random, notice)
    visit.keep_cookie(response, secret)
    remember_browser(visit, response, account)


def sign_out(visit: Anyone) -> Response:
    """End the session."""
    if visit.session is not None:
        with visit.site.store().write() as connection:
            end_session(connection, visit.session)
            Attempt(visit.session.account.name, visit.address, "out").note(connection, visit.now, "left")
    response = visit.go("/login")
    response.delete_cookie(visit.site.cookie, path=visit.url("/"))
    return response


def show_enter(visit: Anyone) -> Response:
    """Where a one-time link leads: static/enter.js takes the secret from behind the # and posts it."""
    return visit.page("enter.html")


def enter(request: Request, secret: Field) -> Response:
    """Use a one-time link. Its secret stands for the form's token: who has it may enter, and only once."""
    visit = open_visit(request)
    with visit.site.store().write() as connection:
        # A right secret is never refused for the sake of wrong ones: nobody guesses 256 bits.
        found = use_link(connection, secret, visit.now)
        attempt = Attempt(found[0] if found else "", visit.address, "link")
        if found is None and attempt.is_limited(connection, visit.now):
            return JSONResponse({"problem": visit.say(LIMITED)}, 429)
        attempt.note(connection, visit.now, "entered" if found else "refused")
    if found is None:
        further = visit.site.look.new_link
        problem = f"{visit.say(USED)} {visit.say(further)}" if further else visit.say(USED)
        return JSONResponse({"problem": problem}, 403)
    response = JSONResponse({"leads_to": visit.url(local_path(visit, found[1]))})
    begin_session(visit, response, found[0])
    return response


def choose(visit: Anyone, language: Field = "", theme: Field = "", back: Field = "/") -> Response:
    """Keep how the reader wants pages, and show the same page again."""
    response = visit.go(local_path(visit, back))
    if language in LANGUAGES:
        visit.keep_choice(response, LANGUAGE_COOKIE, language)
    if theme in (*THEMES, "system"):
        visit.keep_choice(response, THEME_COOKIE, theme)
    return response

"""A reader's own account: password, second factor, the last logins; and the way in by the company's login."""

from __future__ import annotations

import io
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Form
from sqlalchemy import Connection, select, update
from starlette.responses import RedirectResponse, Response

from protocol.errors import Refused
from web.accounts import (
    find_account,
    is_password,
    make_password,
    set_password,
    stored_password,
)
from web.codes import (
    SecondFactor,
    begin_code,
    confirm_code,
    has_code,
    pending_code,
    remove_code,
    use_code,
)
from web.company import TRIP_SECONDS, Person, begin_trip, end_trip
from web.entering import LIMITED, begin_session, local_path
from web.languages import mark
from web.logins import Attempt
from web.schema import ACCOUNTS, LOGINS
from web.tables import Column, Table
from web.visits import Anyone, Visit, signed_in

Field = Annotated[str, Form(max_length=300)]
Member = Annotated[Visit, signed_in()]
WRONG_PASSWORD = mark("The present password is not right. Nothing was changed.")
WRONG_CODE = mark("That code is not right, or was used before. Nothing was changed.")
PASSWORD_SET = mark("The password is set. Other sessions of this account have ended.")
CODE_SET = mark("From now on a code is asked for with the password.")
CODE_REMOVED = mark("No code is asked for any more.")
NO_ACCOUNT = mark(
    "The company's login knows you, but there is no account for you here. Ask whoever runs this to make one."
)
WAYS = {
    "password": mark("password"),
    "known": mark("password, in a browser that was known"),
    "link": mark("one-time link"),
    "company": mark("the company's login"),
    "passphrase": mark("passphrase"),
    "out": mark("signing out"),
}
OUTCOMES = {"entered": mark("came in"), "refused": mark("refused"), "left": mark("left")}
_SHOWN = 20


def add_accounts(app: FastAPI) -> None:
    """Add the pages."""
    app.add_api_route("/account", show, methods=["GET"], response_model=None)
    app.add_api_route("/account/password", change_password, methods=["POST"], response_model=None)
    app.add_api_route("/account/code", start_code, methods=["POST"], response_model=None)
    app.add_api_route("/account/code/confirm", keep_code, methods=["POST"], response_model=None)
    app.add_api_route("/account/code/remove", drop_code, methods=["POST"], response_model=None)
    app.add_api_route("/company", go_to_company, methods=["GET"], response_model=None)
    app.add_api_route("/company/back", come_back, methods=["GET"], response_model=None)


def _factor(visit: Visit) -> SecondFactor:
    return SecondFactor(visit.account.name, visit.site.key())


def show(visit: Member) -> Response:
    """The page."""
    return _show(visit)


def _show(visit: Visit, problem: str = "", status: int = 200, uri: str = "") -> Response:
    """`uri`: what an authenticator app scans, as a picture and as the key for who types it."""
    name = visit.account.name
    with visit.site.store().read() as connection:
        has = stored_password(connection, name) is not None
        is_asked = has_code(connection, _factor(visit))
        table = logins_table(visit, connection, name)
    return visit.page(
        "account.html",
        [table],
        status=status,
        account=visit.account,
        has_password=has,
        has_code=is_asked,
        picture=_picture(uri) if uri else "",
        typed_key=_typed_key(uri) if uri else "",
        problem_text=problem,
    )


def logins_table(visit: Visit, connection: Connection, name: str) -> Table:
    """The last times that somebody tried to come in under a name, newest first."""
    query = select(LOGINS).where(LOGINS.c.account == name).order_by(LOGINS.c.id.desc()).limit(_SHOWN)
    rows = [
        (row.at, row.address, visit.say(WAYS[row.way]), visit.say(OUTCOMES[row.outcome]))
        for row in connection.execute(query)
    ]
    columns = (
        Column(visit.say("When"), "time"),
        Column(visit.say("From")),
        Column(visit.say("Way")),
        Column(visit.say("Outcome")),
    )
    return Table("logins", visit.say("Last logins"), columns, rows, visit.say("None yet."))


def change_password(visit: Member, password: Field, present: Field = "") -> Response:
    """Set a password, or a new one; the present one is asked for where there is one."""
    name, store = visit.account.name, visit.site.store()
    attempt = Attempt(name, visit.address, "known")
    with store.read() as connection:
        limited = attempt.is_limited(connection, visit.now)
        stored = stored_password(connection, name)
    if limited:
        return _show(visit, visit.say(LIMITED), 429)
    if stored is not None and not is_password(present, stored, visit.site.random):
        with store.write() as connection:
            attempt.note(connection, visit.now, "refused")
        return _show(visit, visit.say(WRONG_PASSWORD), 403)
    try:
        made = make_password(password, visit.site.random)
    except Refused as error:
        return _show(visit, visit.explain(error), 422)
    with store.write() as connection:
        set_password(connection, name, made)
    # Another page: this one's forms carry the token of the session that has just ended.
    response = RedirectResponse(visit.url("/account"), 303)
    begin_session(visit, response, name, visit.say(PASSWORD_SET))
    return response


def start_code(visit: Member) -> Response:
    """Draw a key and show it for an authenticator app."""
    with visit.site.store().write() as connection:
        uri = begin_code(connection, _factor(visit), visit.site.random)
    return _show(visit, uri=uri)


def _picture(uri: str) -> str:
    import segno

    out = io.BytesIO()
    segno.make(uri, micro=False).save(out, kind="svg", xmldecl=False, svgns=True, scale=4, nl=False)
    return out.getvalue().decode()


def _typed_key(uri: str) -> str:
    """The key as people type it: groups of four letters and digits."""
    key = parse_qs(urlsplit(uri).query)["secret"][0]
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def keep_code(visit: Member, code: Field) -> Response:
    """Ask for codes from now on, if this is one; after a mistyped one the same key is shown again."""
    with visit.site.store().write() as connection:
        right = confirm_code(connection, _factor(visit), code, visit.now, visit.site.random)
        pending = None if right else pending_code(connection, _factor(visit))
    if right:
        return visit.go("/account", visit.say(CODE_SET))
    return _show(visit, visit.say(WRONG_CODE), 422, pending or "")


def drop_code(visit: Member, code: Field) -> Response:
    """Ask for no codes any more; one more is asked for that."""
    name, store = visit.account.name, visit.site.store()
    attempt = Attempt(name, visit.address, "known")
    with store.read() as connection:
        limited = attempt.is_limited(connection, visit.now)
    if limited:
        return _show(visit, visit.say(LIMITED), 429)
    with store.write() as connection:
        right = use_code(connection, _factor(visit), code, visit.now, visit.site.random)
        if right:
            remove_code(connection, name)
        else:
            attempt.note(connection, visit.now, "refused")
    return (
        visit.go("/account", visit.say(CODE_REMOVED)) if right else _show(visit, visit.say(WRONG_CODE), 422)
    )


# --- the company's login ----------------------------------------------------------------------------


def _trip_cookie(visit: Visit) -> str:
    return f"{visit.site.cookie}_company"


def go_to_company(visit: Anyone) -> Response:
    """To the company's login."""
    company = visit.site.company
    if company is None:
        raise Refused("unknown", "no company's login is set up here")
    wanted = local_path(visit, visit.request.query_params.get("next", ""))
    url, kept = begin_trip(company, visit.site.key(), wanted, visit.now, visit.site.random)
    response = RedirectResponse(url, 303)
    # Lax: the way back comes from the company's site, and a strict cookie would stay behind.
    response.set_cookie(
        _trip_cookie(visit),
        kept,
        max_age=TRIP_SECONDS,
        path=visit.url("/company"),
        httponly=True,
        secure=visit.site.is_secure,
        samesite="lax",
    )
    return response


def come_back(visit: Anyone, code: str = "", state: str = "") -> Response:
    """From the company's login: in, if there is an account for this person."""
    company = visit.site.company
    if company is None:
        raise Refused("unknown", "no company's login is set up here")
    kept = visit.request.cookies.get(_trip_cookie(visit), "")
    person, wanted = end_trip(company, visit.site.key(), kept, (code[:2000], state[:200]), visit.now)
    with visit.site.store().write() as connection:
        account = _account_of(connection, person)
        attempt = Attempt(account or person.email, visit.address, "company")
        attempt.note(connection, visit.now, "entered" if account else "refused")
    if account is None:
        return visit.page("changed.html", status=403, said=visit.say(NO_ACCOUNT))
    response = visit.go(local_path(visit, wanted))
    response.delete_cookie(_trip_cookie(visit), path=visit.url("/company"))
    begin_session(visit, response, account)
    return response


def _account_of(connection: Connection, person: Person) -> str | None:
    """The account bound to this person; else one named by the address the company vouches for, bound from now on."""
    query = select(ACCOUNTS.c.name).where(
        ACCOUNTS.c.subject == person.subject, ACCOUNTS.c.is_closed.is_(False)
    )
    bound = connection.execute(query).scalar()
    if bound is not None:
        return str(bound)
    if not person.email or find_account(connection, person.email) is None:
        return None
    free = (ACCOUNTS.c.name == person.email) & ACCOUNTS.c.subject.is_(None)
    done = connection.execute(update(ACCOUNTS).where(free).values(subject=person.subject))
    return person.email if done.rowcount == 1 else None

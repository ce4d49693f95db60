"""The console's application, mounted in the coordinator's HTTP door under /console.

The one fact: it is not there for anybody until the operator made an account on the machine itself, and it never shows
what the coordinator does not have: no private number is in its store. How to add a page: docs/web.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from coordinator.console.accounts import add_account_pages
from coordinator.console.api import add_api
from coordinator.console.calculations import add_calculation_pages
from coordinator.console.finding import add_finding_page
from coordinator.console.library import add_library_pages
from coordinator.console.log import add_log_pages
from coordinator.console.overview import add_overview_pages
from coordinator.console.participants import ROLES, add_participant_pages
from coordinator.console.refused import add_refusal_pages
from coordinator.console.roles import EXPERT, OPERATOR, PROVIDER, VERIFIER
from coordinator.console.tokens import TOKENS
from coordinator.console.verifying import add_verifier_pages
from coordinator.service import Service
from crypto.note import parse_signer
from web.accounts import list_accounts
from web.application import make_app
from web.codes import derive_site_key
from web.languages import mark
from web.shields import Shields
from web.site import Look, Place, Site, name_organisation
from web.storing import WebStore
from web.templating import Templates
from web.token_pages import add_token_pages

_OPERATORS, _AUDITORS = frozenset({OPERATOR}), frozenset({OPERATOR, VERIFIER})
PLACES = (
    Place(mark("Overview"), "/", _OPERATORS),
    Place(mark("Your work"), "/work", frozenset({VERIFIER})),
    Place(mark("To review"), "/reviews", frozenset({EXPERT})),
    Place(mark("Your factors"), "/submissions", frozenset({PROVIDER})),
    Place(mark("Calculations"), "/calculations", _AUDITORS),
    Place(mark("Participants"), "/participants", _OPERATORS),
    Place(mark("Library"), "/library"),
    Place(mark("Log"), "/log", _AUDITORS),
    Place(mark("Not accepted"), "/refusals", _OPERATORS),
    Place(mark("Health"), "/health", _OPERATORS),
    Place(mark("Accounts"), "/accounts", _OPERATORS),
    Place(mark("API tokens"), "/tokens", _AUDITORS),
)
MOUNT = "/console"
HINT = mark(
    "No account yet, or the password forgotten? The operator gives you a link that lets you in once. "
    "You are the operator? On the coordinator's machine: sealsum coordinator account link DIR NAME"
)
NEW_LINK = mark(
    "The operator prints another on the coordinator's machine: sealsum coordinator account link DIR NAME"
)
VERIFY = Place(mark("Verify a certificate, without an account"), "/verify/")


def add_console(app: FastAPI, service: Service, is_secure: bool) -> None:
    """Mount the console in the coordinator's HTTP door; whoever types only the door's address gets there as well."""
    app.mount(MOUNT, make_console(service, is_secure))

    @app.get("/", include_in_schema=False)
    @app.get(MOUNT, include_in_schema=False)
    def to_console() -> Response:
        return RedirectResponse(f"{MOUNT}/", 307)


UNREACHABLE = mark(
    "Try again in a minute; if it stays so, see whether this coordinator's machine reaches the address named below."
)


def _whose(service: Service) -> Sequence[tuple[str, str]]:
    """The operator and its log, by label."""
    entity = service.folder.party.entity
    operator = name_organisation(entity.name_zh, entity.name_en, entity.legal_entity)
    return (mark("Platform operator"), operator), (
        mark("Name of the log"),
        parse_signer(service.folder.log_key).name,
    )


def make_console(service: Service, is_secure: bool) -> ASGIApp:
    """The console over a running coordinator; `is_secure`: its cookies go over https only."""
    site = Site(
        store=lambda: service.stores.accounts,
        templates=Templates([Path(__file__).parent]),
        look=Look(
            mark("Sealsum console"),
            PLACES,
            search_path="/find",
            search_title=mark("Id, company or factor"),
            hint=HINT,
            new_link=NEW_LINK,
            outside=VERIFY,
            unreachable=UNREACHABLE,
            whose=lambda: _whose(service),
            roles=ROLES,
        ),
        cookie=name_cookie(service.folder.path),
        is_secure=is_secure,
        company=service.company,
        key=lambda: derive_site_key(service.folder.log_key.encode()),
        clock=service.clock,
    )
    app = make_app(site, "Sealsum console")
    add_pages(app, service)
    return Gate(Shields(app, ("*",)), service.stores.accounts)


def add_pages(app: FastAPI, service: Service) -> None:
    """Every page; each module adds its own."""
    add_overview_pages(app, service)
    add_log_pages(app, service)
    add_calculation_pages(app, service)
    add_participant_pages(app, service)
    add_refusal_pages(app, service)
    add_library_pages(app, service)
    add_verifier_pages(app, service)
    add_account_pages(app, service)
    add_token_pages(app, TOKENS)
    add_api(app, service)
    add_finding_page(app, service)


def name_cookie(folder: Path) -> str:
    """Of each console on a machine another, since ports share cookies."""
    return f"sealsum_console_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


class Gate:
    """Lets nobody through while there is no account."""

    def __init__(self, app: ASGIApp, store: WebStore) -> None:
        self._app = app
        self._store = store
        self._is_open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_open:
            with self._store.read() as connection:
                self._is_open = bool(list_accounts(connection))
            if not self._is_open:
                text = (
                    "No console here yet. On this machine, its operator opens it with:\n"
                    "sealsum coordinator account add DIR NAME --role operator\n"
                    "To verify a certificate, open /verify/ at this address.\n"
                )
                await PlainTextResponse(text, 404)(scope, receive, send)
                return
        await self._app(scope, receive, send)

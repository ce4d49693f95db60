"""The node's web app: its look, its pages, over one desk.

The one fact: pages call what the command line calls; neither has a rule of its own. How to add a page: docs/web.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from node.accounts import OWNER, OWNER_NAME
from node.web.accounts import ROLE_NAMES, add_accounts_pages
from node.web.api.calls import add_calls
from node.web.desk import Desk, NotOpen
from node.web.health import add_health
from node.web.home import add_home
from node.web.joining import add_joining
from node.web.keys import add_keys
from node.web.knowledge import pages as knowledge
from node.web.knowledge.finding import find_in_library
from node.web.knowledge.tasks import tell_knowledge
from node.web.library import add_reading
from node.web.maker import pages as maker
from node.web.maker.finding import find_duty
from node.web.maker.tasks import tell_maker
from node.web.partners import WithPartners
from node.web.search import add_search
from node.web.supplier import pages as supplier
from node.web.supplier.opinions import find_for_owner
from node.web.supplier.tasks import tell_supplier
from node.web.tokens import TOKENS
from node.web.verifier import pages as verifier
from node.web.verifier.finding import find_for_verifier
from node.web.verifier.tasks import tell_verifier
from node.words.refusals import say_message, say_refusal
from protocol.errors import PeerError, Refused, SealsumError
from web.application import make_app
from web.company import Company
from web.door import Listen
from web.faults import ask_to_sign_in
from web.languages import Language, mark
from web.problems import is_api, make_problem
from web.shields import Shields
from web.site import Look, Place, Site
from web.templating import Templates
from web.token_pages import add_token_pages
from web.visits import NotSignedIn, open_visit

_HERE = Path(__file__).parent
PARTS = [*(_HERE / part for part in ("supplier", "maker", "knowledge", "verifier")), _HERE]
"""The packages with templates and texts of their own."""
HINT = mark(
    "Whoever uses this program on its own computer is the account owner. No password yet, or forgotten? End the "
    "program and start it again: it gives a link, or asks for the passphrase of the data folder; then set a password. "
    "On a server, sealsum node web-link DIR prints a link that lets you in once. The passphrase of the data folder "
    "is not the password of these pages."
)
NEW_LINK = mark(
    "If you started this program yourself: end it (Ctrl-C) and start it again, it gives a new link. Once this node has "
    "joined, sealsum node web-link DIR prints one while it runs."
)
TELLS = (tell_supplier, tell_maker, tell_verifier, tell_knowledge)
"""What each part of the app has waiting for somebody; shown on the first page."""
LOOKS = (find_duty, find_for_owner, find_for_verifier, find_in_library)
"""What the search box finds for a role beside products, requests and calculations."""
PLACES = (
    Place(mark("Overview"), "/"),
    *supplier.PLACES,
    *maker.PLACES,
    *knowledge.PLACES,
    *verifier.PLACES,
    Place(mark("Accounts"), "/accounts", frozenset({OWNER})),
    Place(mark("API tokens"), "/tokens"),
    Place(mark("Keys and backup"), "/keys", frozenset({OWNER})),
    Place(mark("Health"), "/health-report"),
)


UNREACHABLE = mark(
    "What was signed is stored and will be sent by itself. Try again in a minute; if it stays so, see whether the "
    "coordinator's address is right, under Keys and backup."
)


def make_node_app(desk: Desk, listen: Listen, company: Company | None = None) -> ASGIApp:
    """The application over a desk, with what stands before it."""
    name = hashlib.sha256(str(desk.folder.resolve()).encode()).hexdigest()[:12]
    site = Site(
        store=desk.store,
        templates=Templates(PARTS),
        look=Look(
            mark("Sealsum node"),
            PLACES,
            "/search",
            mark("Search products, partners, ids"),
            search_titles=dict.fromkeys(("provider", "expert"), mark("Factors, products, partners, ids")),
            hint=HINT,
            new_link=NEW_LINK,
            account=OWNER_NAME,
            unreachable=UNREACHABLE,
            organisation=desk.organisation,
            whose=desk.whose,
            roles=ROLE_NAMES,
        ),
        cookie=f"sealsum_{name}",
        is_secure=listen.certificate is not None,
        key=desk.key,
        company=company,
        clock=desk.clock,
        explain=_explain,
    )
    app = make_app(site, "Sealsum node")
    app.add_exception_handler(NotOpen, _to_the_start)
    add_reading(app, desk)
    app.add_exception_handler(NotSignedIn, _unlock_or_sign_in(desk))
    add_pages(app, desk)
    return Shields(WithPartners(app, desk), listen.hosts)


def add_pages(app: FastAPI, desk: Desk) -> None:
    """Every page; each part adds its own."""
    add_home(app, desk, TELLS)
    add_search(app, desk, LOOKS)
    add_joining(app, desk)
    add_accounts_pages(app, desk)
    add_token_pages(app, TOKENS)
    add_keys(app, desk)
    add_health(app, desk)
    supplier.add_supplier(app, desk)
    maker.add_maker(app, desk)
    knowledge.add_knowledge(app, desk)
    verifier.add_verifier(app, desk)
    add_calls(app, desk)


def _explain(error: SealsumError, language: Language) -> str:
    said = say_refusal(error) if isinstance(error, PeerError | Refused) else say_message(str(error))
    return said.say(language)


def _unlock_or_sign_in(desk: Desk) -> Callable[[Request, Exception], Response]:
    """While the node is locked nobody can sign in: its passphrase is asked for first."""

    def answer(request: Request, error: Exception) -> Response:
        if desk.state == "locked" and not is_api(request):
            return open_visit(request).go("/unlock")
        return ask_to_sign_in(request, error)

    return answer


def _to_the_start(request: Request, _error: Exception) -> Response:
    if is_api(request):
        return make_problem(503, "not-open", "this node is not enrolled or not unlocked yet")
    return open_visit(request).go("/")

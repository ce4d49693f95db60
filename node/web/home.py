"""The first page: joining, unlocking, or how things stand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.accounts import OWNER_NAME
from node.backup import find_lack
from node.outbox import count_late
from node.store.locks import Choice, Kind
from node.supplier.products import count_products, find_declared_last, look_up_product
from node.web.backups import LACKS
from node.web.desk import Desk
from node.web.joining import show_start
from node.web.tasks import Task, Tell
from node.web.visiting import Reader
from protocol.errors import Refused
from web.accounts import stored_password
from web.entering import LIMITED, begin_session
from web.languages import mark
from web.logins import Attempt
from web.visits import Anyone, NotSignedIn, Visit

UNSENT_SECONDS = 60
"""How long a signed statement may wait before it is said on the first page."""
WRONG = mark("That is not the passphrase of this node. Nothing was opened.")


def add_home(app: FastAPI, desk: Desk, tells: Sequence[Tell]) -> None:
    """Add the pages."""

    @app.get("/")
    def home(visit: Anyone) -> Response:
        if desk.state == "locked":
            return visit.go("/unlock")
        if visit.session is None:
            raise NotSignedIn
        if desk.state == "empty":
            return show_start(visit)
        tasks = _tasks(visit, desk, tells)
        node = desk.node
        declared = find_declared_last(node)
        last = None if declared is None else look_up_product(node, declared[0])
        return visit.page(
            "home.html",
            entity=node.identity.entity,
            enrolment=node.id,
            tasks=tasks,
            version=_version(tasks),
            products=count_products(node),
            declared=declared,
            last=last,
        )

    @app.get("/live")
    def live(visit: Reader) -> Response:
        tasks = _tasks(visit, desk, tells)
        return visit.live("home_live.html", _version(tasks), tasks=tasks)

    @app.get("/unlock")
    def show_unlock(visit: Anyone) -> Response:
        return visit.page("unlock.html", problem_text="") if desk.state == "locked" else visit.go("/")

    @app.post("/unlock")
    def unlock(visit: Anyone, passphrase: Annotated[str, Form(max_length=1000)]) -> Response:
        """Who knows the passphrase owns the node."""
        if desk.state != "locked":
            return visit.go("/")
        attempt = Attempt(OWNER_NAME, visit.address, "passphrase")
        with desk.store().read() as connection:
            limited = attempt.is_limited(connection, visit.now)
        if limited:
            return visit.page("unlock.html", status=429, problem_text=visit.say(LIMITED))
        try:
            desk.open(Choice(Kind.PASSPHRASE, passphrase))
        except Refused:
            with desk.store().write() as connection:
                attempt.note(connection, visit.now, "refused")
            return visit.page("unlock.html", status=403, problem_text=visit.say(WRONG))
        with desk.store().write() as connection:
            attempt.note(connection, visit.now, "entered")
        response = visit.go("/")
        begin_session(visit, response, OWNER_NAME)
        return response

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok", "state": desk.state}


def _tasks(visit: Visit, desk: Desk, tells: Sequence[Tell]) -> list[Task]:
    if desk.node.is_revoked:
        said = visit.say("This enrolment was revoked: nothing can be sent any more. Health says what to do")
        return [Task(said, "/health-report", is_late=True)]
    tasks = [one for tell in tells for one in tell(visit, desk)]
    late = count_late(desk.node.store, visit.now - UNSENT_SECONDS)
    if late:
        text = visit.say_many(
            "The coordinator does not answer: %(n)s statement waits to be sent",
            "The coordinator does not answer: %(n)s statements wait to be sent",
            late,
        )
        tasks.insert(0, Task(text, "/keys#coordinator", is_late=True))
    if _lacks_password(visit, desk):
        text = visit.say("Set a password for these pages: without one you need a new link after signing out")
        tasks.append(Task(text, "/account"))
    lack = find_lack(desk.node.store)
    if lack is not None:
        tasks.append(Task(visit.say(LACKS[lack]), "/keys#backup", is_late=True))
    return tasks


def _lacks_password(visit: Visit, desk: Desk) -> bool:
    if visit.site.company is not None:
        return False
    with desk.node.store.read() as connection:
        return stored_password(connection, visit.account.name) is None


def _version(tasks: Sequence[Task]) -> str:
    return hashlib.sha256("\n".join(one.text for one in tasks).encode()).hexdigest()[:16]

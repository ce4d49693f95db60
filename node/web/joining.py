"""The first run: joining with a one-time token, or coming back from a backup; then the backup file.

The one fact: keys are drawn on this machine and locked before the token is used, by the function that
`sealsum node enrol` calls.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, FastAPI, File, Form, UploadFile
from starlette.responses import Response

from node.backup import open_backup, restore_backup
from node.enrolling import Invitation, Unanswered, enrol
from node.identity import parse_log_key
from node.store import keyrings
from node.store.locks import VARIABLE, Choice, Kind
from node.web.backups import backup_values
from node.web.desk import Desk
from node.web.visiting import Owner
from operation.passphrases import check_new, find_passphrase
from protocol.errors import NetworkError, PeerError, Refused
from web.languages import mark
from web.visits import Visit

LONG = 20_000
Text = Annotated[str, Form(max_length=LONG)]
Short = Annotated[str, Form(max_length=1000)]
SENT = mark("Your enrolment is in the log. Now make a backup.")
WAITS = mark(
    "You have joined, and the token is used. The coordinator does not answer: Health says why. See whether its address "
    "is right, under Keys and backup. What is signed will be sent by itself."
)
NOT_THE_SAME = "the two are not the same; nothing was done"
UNANSWERED = mark(
    "Nothing answers at the coordinator’s address, and nothing was sent: the token is unused. Compare the address with "
    "what the operator gave you, and ask your IT whether this machine may reach it."
)
FALSE_LOG = mark(
    "The coordinator shows another log than the key says. Either the log key is wrong, or this coordinator is false. "
    "The token is used up: ask for another one, and join with the right log key in a new folder."
)


RESTORED = mark(
    "Restored. The log is read first; calculations that were under way are left, and your policies are to be set again."
)
RESTORED_IN_VAIN = mark(
    "The data are restored, but not the right to take part: this enrolment was revoked since the backup was made. What "
    "to do stands below."
)
FIRST = {
    "supplier": (mark("Go on: the first product"), "/products/new"),
    "requester": (mark("Go on: the first model"), "/models"),
    "verifier": (mark("Go on: choose a declaration to verify"), "/verifications"),
    "provider": (mark("Go on: submit factors"), "/factors"),
    "expert": (mark("Go on: what waits for an opinion"), "/reviews"),
}
HOME = (mark("Go on"), "/")


@dataclass(frozen=True, slots=True)
class LockForm:
    """How the keys are to be locked, as the form says it."""

    kind: str
    passphrase: str = field(repr=False)
    again: str = field(repr=False)


def _read_lock(lock: Short = "passphrase", passphrase: Short = "", again: Short = "") -> LockForm:
    return LockForm(lock, passphrase, again)


Lock = Annotated[LockForm, Depends(_read_lock)]


@dataclass(frozen=True, slots=True)
class JoinForm:
    """What a person was given to join with; `unanswered`: the address is right, though nothing answers there yet."""

    token: str = field(default="", repr=False)
    coordinator: str = ""
    log_key: str = ""
    unanswered: str = ""


def _read_join(token: Text, coordinator: Short, log_key: Text, unanswered: Short = "") -> JoinForm:
    return JoinForm(token, coordinator, log_key, unanswered)


Join = Annotated[JoinForm, Depends(_read_join)]
EMPTY = JoinForm()


def add_joining(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    @app.post("/join")
    def join(visit: Owner, form: Join, lock: Lock) -> Response:
        """Become an organisation."""
        if desk.state != "empty":
            return visit.go("/")
        try:
            choice = _choose(lock)
            log_key, is_looked_for = parse_log_key(form.log_key), not form.unanswered
            invitation = Invitation(form.token.strip(), form.coordinator.strip(), log_key, is_looked_for)
            enrol(desk.folder, invitation, desk.clock, os.urandom, choice)
        except Unanswered:
            return show_start(visit, visit.say(UNANSWERED), replace(form, unanswered="1"))
        except (Refused, PeerError, NetworkError) as error:
            return show_start(visit, visit.explain(error), form)
        desk.open(choice)
        return _introduce(visit, desk)

    @app.post("/restore")
    def restore(
        visit: Owner, file: Annotated[UploadFile, File()], backup_passphrase: Short, lock: Lock
    ) -> Response:
        """Come back from a backup."""
        if desk.state != "empty":
            return visit.go("/")
        try:
            choice = _choose(lock)
            found = open_backup(file.file.read(), backup_passphrase)
            restore_backup(found, desk.folder, choice, desk.clock())
        except Refused as error:
            return show_start(visit, visit.explain(error), is_restoring=True)
        desk.open(choice)
        return _come_back(visit, desk)

    @app.get("/welcome")
    def welcome(visit: Owner) -> Response:
        entity = desk.node.identity.entity
        first, values = _first_of(desk.organisation()), backup_values(desk.node.store)
        return visit.page("welcome.html", entity=entity, first=first, **values)


def _come_back(visit: Visit, desk: Desk) -> Response:
    """Say at once when the restored enrolment counts no more: nothing else that could be done here would."""
    try:
        desk.node.egress.checkpoint()
    except Refused as error:
        desk.node.note_refusal(error)
    except (PeerError, NetworkError):
        pass  # the agent meets it as well, and Health tells
    if desk.node.is_revoked:
        return visit.go("/", visit.say(RESTORED_IN_VAIN), is_task=True)
    return visit.go("/", visit.say(RESTORED))


def _first_of(roles: frozenset[str]) -> tuple[str, str]:
    """What an organisation with these roles does first, and where."""
    return next((FIRST[role] for role in FIRST if role in roles), HOME)


def show_start(
    visit: Visit, problem: str = "", typed: JoinForm = EMPTY, is_restoring: bool = False
) -> Response:
    """The first page, with what was typed before and what was wrong with it; in the part for a backup, or above."""
    return visit.page(
        "start.html",
        status=422 if problem else 200,
        has_keyring=keyrings.is_available(),
        has_file=bool(os.environ.get(VARIABLE)),
        typed=typed,
        is_restoring=is_restoring,
        problem_text=problem,
    )


def _choose(lock: LockForm) -> Choice:
    named = find_passphrase(VARIABLE)
    if named is not None:  # another one would not open the node when it starts again
        return Choice(Kind.PASSPHRASE, check_new(named))
    if lock.kind == "keyring" and keyrings.is_available():
        return Choice(Kind.KEYRING)
    if lock.passphrase != lock.again:
        raise Refused("passphrase", NOT_THE_SAME)
    return Choice(Kind.PASSPHRASE, check_new(lock.passphrase))


def _introduce(visit: Visit, desk: Desk) -> Response:
    """Have the enrolment logged; the token is used by now, so whatever fails is said beside that."""
    try:
        desk.node.settle(desk.node.id)
        return visit.go("/welcome", visit.say(SENT))
    except NetworkError:
        return visit.go("/welcome", visit.say(WAITS), is_task=True)
    except PeerError as error:
        if error.check != "log":
            raise
        return visit.go("/welcome", visit.say(FALSE_LOG), is_task=True)

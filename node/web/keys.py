"""What opens this node: how its keys are locked, its backup, and new keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.backup import find_backup_made, make_backup, note_backup, open_backup
from node.identity import keep_coordinator
from node.rotating import rotate_keys
from node.store.locks import Choice, Kind, kind_of, lock_store
from node.web.backups import backup_values
from node.web.desk import Desk
from node.web.joining import NOT_THE_SAME
from node.web.visiting import Owner
from operation.passphrases import check_new
from protocol.errors import NetworkError, PeerError, Refused
from protos.enrolment import check_address
from web.languages import mark
from web.numbers import MOST_AHEAD
from web.visits import Visit

Secret = Annotated[str, Form(max_length=1000)]
Ahead = Annotated[int, Form(ge=-MOST_AHEAD, le=MOST_AHEAD)]
LOCKED_ANEW = mark("Every secret is locked anew. Backups keep their own passphrase.")
ROTATED = mark(
    "The keys are replaced. Make a new backup now: with an older one this organisation cannot come back."
)


MOVED = mark("The coordinator answers there, and its log is the pinned one.")
NO_ANSWER = mark(
    "The address is kept. No coordinator answers there yet; what is signed will be sent by itself."
)


def add_keys(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    _add_coordinator(app, desk)

    @app.get("/keys")
    def keys(visit: Owner) -> Response:
        return _show(visit, desk)

    @app.get("/keys/live")
    def live(visit: Owner) -> Response:
        """The download leaves the page as it was; this part of it tells that the backup was made."""
        values, made = backup_values(desk.node.store), find_backup_made(desk.node.store)
        return visit.live("backup_made.html", str(made or 0), is_new=True, **values)

    @app.post("/keys/backup")
    def backup(visit: Owner, passphrase: Secret, again: Secret = "", ahead: Ahead = 0) -> Response:
        """The whole node in one encrypted file, which was opened once with what was typed."""
        try:
            if passphrase != again:
                raise Refused("passphrase", NOT_THE_SAME)
            data = make_backup(desk.node.store, check_new(passphrase), visit.now)
            open_backup(data, passphrase)
        except Refused as error:
            return _show(visit, desk, visit.explain(error), 422)
        note_backup(desk.node.store, visit.now)
        day = (datetime.fromtimestamp(visit.now, UTC) + timedelta(minutes=ahead)).date()
        name = f"sealsum-{desk.node.id[:8]}-{day}.backup"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(data, media_type="application/octet-stream", headers=headers)

    @app.post("/keys/passphrase")
    def set_passphrase(visit: Owner, passphrase: Secret, again: Secret) -> Response:
        """Lock every secret anew under a new passphrase; the agent rests meanwhile."""
        try:
            if passphrase != again:
                raise Refused("passphrase", NOT_THE_SAME)
            choice = Choice(Kind.PASSPHRASE, check_new(passphrase))
        except Refused as error:
            return _show(visit, desk, visit.explain(error), 422)
        with desk.resting():
            lock_store(desk.node.store, choice)
        return visit.go("/keys", visit.say(LOCKED_ANEW))

    @app.post("/keys/rotate")
    def rotate(visit: Owner) -> Response:
        """New signing and sealing keys through the authority; the old enrolment ends."""
        with desk.resting():
            enrolment = rotate_keys(desk.node)
            desk.refresh()
            desk.node.logbook.follow(desk.node.egress.checkpoint())
            desk.node.settle(enrolment.id)
        return visit.go("/keys#backup", visit.say(ROTATED), is_task=True)


def _add_coordinator(app: FastAPI, desk: Desk) -> None:
    @app.post("/keys/coordinator")
    def move(visit: Owner, coordinator: Annotated[str, Form(max_length=300)]) -> Response:
        """Another address of the same coordinator; whom this node trusts there is pinned and does not change."""
        try:
            check_address(coordinator.strip())
        except PeerError as error:
            return _show(visit, desk, visit.explain(error), 422)
        with desk.resting():
            with desk.node.store.write() as connection:
                keep_coordinator(connection, coordinator.strip())
            desk.refresh()
        try:
            desk.node.settle(desk.node.id)
            desk.node.logbook.follow(desk.node.egress.checkpoint())
        except NetworkError:
            return visit.go("/keys", visit.say(NO_ANSWER), is_task=True)
        return visit.go("/keys", visit.say(MOVED))


def _show(visit: Visit, desk: Desk, problem: str = "", status: int = 200) -> Response:
    return visit.page(
        "keys.html",
        status=status,
        kind=kind_of(desk.node.store),
        enrolment=desk.node.id,
        earlier=sorted(desk.node.identity.earlier),
        coordinator=desk.node.identity.coordinator,
        problem_text=problem,
        **backup_values(desk.node.store),
    )

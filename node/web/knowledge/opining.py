"""An expert's opinion on submissions, one or several: written, looked at as everyone will read it, only then signed.

The one fact: an acceptance counts without conditions, whatever its words say; the page says so before the signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import FastAPI, Form
from pydantic import BaseModel, Field
from starlette.responses import Response

from node.reviewing import MAX_SUBJECTS, check_unjudged, review
from node.web.desk import Desk
from node.web.knowledge.submissions import find_own, find_submission, read_fresh, waits, written_by
from node.web.last_look import UNSHOWN, fingerprint
from node.web.visiting import Owner
from protocol.shelf import Item
from web.languages import mark
from web.lines import Line
from web.visits import Visit

_LACKING = mark("Choose a verdict and say in words what you checked.")
_GONE = mark("Left out, because it waits for no opinion of yours any more: %(codes)s")


class Said(BaseModel):
    """What the form of an opinion holds; `shown`: the fingerprint of what was shown before."""

    verdict: Literal["accept", "return", ""] = ""
    opinion: Line = ""
    step: Literal["choose", "look", "sign"] = "look"
    shown: Annotated[str, Field(max_length=64)] = ""


class SaidOfSeveral(Said):
    """`chosen`: the ids of the submissions that were ticked."""

    chosen: Annotated[list[str], Field(max_length=MAX_SUBJECTS)] = []


def add_opining(app: FastAPI, desk: Desk) -> None:
    """Add what the form on a submission's page, and ticks in the list, lead to."""

    @app.post("/reviews/{submission}")
    def write(visit: Owner, submission: str, said: Annotated[Said, Form()]) -> Response:
        _, item = find_submission(desk.node, submission)
        check_unjudged(desk.node, [item.id])
        return _take(visit, desk, [item], said)

    @app.post("/reviews")
    def write_on_several(visit: Owner, said: Annotated[SaidOfSeveral, Form()]) -> Response:
        """What was ticked and still waits; the rest is named and left out."""
        shelved, _ = read_fresh(desk.node)
        own = find_own(desk.node, shelved.parties)
        done = written_by(shelved, own) | shelved.settled
        ticked = [shelved.by_id[one] for one in dict.fromkeys(said.chosen) if one in shelved.by_id]
        items = [one for one in ticked if waits(one, own, done)]
        if not items:
            return visit.go("/reviews", visit.say("Tick submissions that wait for your opinion first."))
        return _take(visit, desk, items, said, [one.payload.code for one in ticked if one not in items])


def _take(visit: Visit, desk: Desk, items: Sequence[Item], said: Said, gone: Sequence[str] = ()) -> Response:
    """Show the form, or what would be signed; sign and send it once this very thing was shown."""
    shown = fingerprint([[one.id for one in items], said.verdict, said.opinion])
    if said.verdict and said.opinion and said.step == "sign" and said.shown == shown:
        desk.node.settle(review(desk.node, [one.id for one in items], said.verdict, said.opinion))
        codes = visit.marks.between.join(one.payload.code for one in items[:3])
        return visit.go(
            "/reviews",
            visit.say("Your opinion on %(code)s is in the log.", code=codes)
            if len(items) <= 3
            else visit.say("Your opinion on %(n)s submissions is in the log.", n=len(items)),
        )
    is_whole = bool(said.verdict and said.opinion)
    problems = [] if is_whole or said.step == "choose" else [visit.say(_LACKING)]
    problems += [visit.say(UNSHOWN)] if is_whole and said.step == "sign" else []
    return visit.page(
        "review_sign.html",
        status=422 if problems else 200,
        problems=problems,
        gone=visit.say(_GONE, codes=visit.marks.between.join(gone)) if gone else "",
        shown=shown if is_whole else "",
        items=items,
        entity=desk.node.identity.entity,
        verdict=said.verdict,
        opinion=said.opinion,
    )

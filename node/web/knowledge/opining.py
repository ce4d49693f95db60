"""An expert's opinion on a submission: written, looked at as everyone will read it, and only then signed.

The one fact: an acceptance counts without conditions, whatever its words say; the page says so before the signature.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, Form
from pydantic import BaseModel, Field
from starlette.responses import Response

from node.reviewing import review
from node.web.desk import Desk
from node.web.knowledge.submissions import find_submission
from node.web.last_look import UNSHOWN, fingerprint
from node.web.visiting import Owner
from web.lines import Line


class Read(BaseModel):
    """What the form of an opinion holds; `shown`: the fingerprint of what was shown before."""

    verdict: Literal["accept", "return"]
    opinion: Annotated[Line, Field(min_length=1)]
    step: Literal["look", "sign"] = "look"
    shown: Annotated[str, Field(max_length=64)] = ""


def add_opining(app: FastAPI, desk: Desk) -> None:
    """Add what the form on a submission's page leads to."""

    @app.post("/reviews/{submission}")
    def write(visit: Owner, submission: str, said: Annotated[Read, Form()]) -> Response:
        """Show what would be signed; sign and send it once this very thing was shown."""
        _, item = find_submission(desk.node, submission)
        payload = item.payload
        shown = fingerprint([item.id, said.verdict, said.opinion])
        is_unshown = said.step == "sign" and said.shown != shown
        if said.step == "look" or is_unshown:
            name = payload.name_zh if visit.language == "zh" else payload.name_en
            return visit.page(
                "review_sign.html",
                status=422 if is_unshown else 200,
                problem_text=visit.say(UNSHOWN) if is_unshown else "",
                shown=shown,
                item=item,
                name=name,
                entity=desk.node.identity.entity,
                verdict=said.verdict,
                opinion=said.opinion,
            )
        desk.node.settle(review(desk.node, [item.id], said.verdict, said.opinion))
        return visit.go("/reviews", visit.say("Your opinion on %(code)s is in the log.", code=payload.code))

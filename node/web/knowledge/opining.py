"""An expert's opinion on a submission: written, looked at as everyone will read it, and only then signed.

The one fact: an acceptance counts without conditions, whatever its words say; the page says so before the signature.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import FastAPI, Form
from starlette.responses import Response

from node.reviewing import review
from node.web.desk import Desk
from node.web.knowledge.submissions import find_submission
from node.web.visiting import Owner
from web.lines import Line

Opinion = Annotated[Line, Form(min_length=1)]


def add_opining(app: FastAPI, desk: Desk) -> None:
    """Add what the form on a submission's page leads to."""

    @app.post("/reviews/{submission}")
    def write(
        visit: Owner,
        submission: str,
        verdict: Annotated[Literal["accept", "return"], Form()],
        opinion: Opinion,
        step: Annotated[Literal["look", "sign"], Form()] = "look",
    ) -> Response:
        """Show what would be signed; sign and send it once it was shown."""
        _, item = find_submission(desk.node, submission)
        payload = item.payload
        if step == "look":
            name = payload.name_zh if visit.language == "zh" else payload.name_en
            return visit.page(
                "review_sign.html",
                item=item,
                name=name,
                entity=desk.node.identity.entity,
                verdict=verdict,
                opinion=opinion,
            )
        desk.node.settle(review(desk.node, [item.id], verdict, opinion))
        return visit.go("/reviews", visit.say("Your opinion on %(code)s is in the log.", code=payload.code))

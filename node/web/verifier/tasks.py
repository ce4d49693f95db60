"""What waits for a verifier: openings that owners answered and nothing was signed on, or a first question."""

from __future__ import annotations

from node.verifying import list_asked_by, list_issued
from node.web.desk import Desk
from node.web.tasks import Task
from protocol.payloads import Verification
from web.paging import Slice
from web.visits import Visit

_LOOKED_AT = 100
"""The newest questions and findings; what is older and unsigned stands on the verifier's own page."""


def tell_verifier(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks; none for who is no verifier."""
    if "verifier" not in desk.organisation():
        return []
    asked = list_asked_by(desk.node, Slice(most=_LOOKED_AT))
    if not asked:
        return [
            Task(visit.say("Choose a declaration, and ask its owner what you need to see"), "/verifications")
        ]
    signed = {
        logged.payload.subject
        for logged in list_issued(desk.node, Slice(most=_LOOKED_AT))
        if isinstance(logged.payload, Verification)
    }
    return [
        Task(
            visit.say(
                "%(product)s was opened to you: look at it and sign what you found", product=one.product
            ),
            f"/verifications/{one.id}",
            is_late=True,
        )
        for one in asked
        if one.state == "opened" and one.declaration not in signed
    ]

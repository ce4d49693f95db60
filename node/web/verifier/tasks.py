"""What waits for a verifier: what owners opened or refused and nothing was signed on, or a first question."""

from __future__ import annotations

from node.verifications import Work, list_work
from node.web.desk import Desk
from node.web.tasks import Task
from node.web.verifier.work import say_owned, say_wish
from web.languages import mark
from web.paging import Slice
from web.visits import Visit

SAID = {
    "checked": mark("%(product)s was opened to you: look at it and sign what you found"),
    "refused": mark(
        "%(product)s was refused to you: ask for less, or say in public that you could not see it"
    ),
    "false": mark("What was opened to you of %(product)s does not hold: see what"),
}
_LOOKED_AT = 100
"""The newest questions; what is older and unsigned stands on the verifier's own page."""


def tell_verifier(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks; none for who is no verifier."""
    if "verifier" not in desk.organisation():
        return []
    work = list_work(desk.node, Slice(most=_LOOKED_AT))
    if not work:
        return [
            Task(visit.say("Choose a declaration, and ask its owner what you need to see"), "/verifications")
        ]
    waiting = [one for one in work if one.state in SAID and not one.is_past]
    told = [_tell(visit, desk, one) for one in waiting]
    return [
        Task(
            text if told.count(text) == 1 else f"{text} · {say_wish(visit, one.inquiry)}",
            f"/verifications/{one.inquiry.id}",
            is_late=True,
        )
        for one, text in zip(waiting, told, strict=True)
    ]


def _tell(visit: Visit, desk: Desk, one: Work) -> str:
    product = say_owned(visit, desk.node, one.inquiry.product_name, one.inquiry.owner)
    return visit.say(SAID[one.state], product=product)

"""What waits for an expert or a factor provider, as far as this node has seen the library.

The one fact: the first page is shown as this node knows things, and looks again as soon as it is there and every few
seconds; that asks the coordinator what is new, so it counts what the list itself would show.
"""

from __future__ import annotations

from contextlib import suppress

from node.library import fetch_submissions
from node.organisation import Node
from node.web.desk import Desk
from node.web.knowledge.submissions import find_own, next_decision, read_known, waits, written_by
from node.web.tasks import Task
from protocol.errors import NetworkError
from protocol.shelf import Item
from web.visits import Visit

EVERY_SECONDS = 5
_ASKED = "library asked"


def tell_knowledge(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks of an expert, then those of a provider; none for who is neither."""
    roles = desk.organisation()
    if not roles & {"expert", "provider"} or not desk.prepared.is_set():
        return []  # the first page looks again by itself, once the library is read
    if visit.is_part:
        _bring_up_to_date(desk.node, visit.now)
    shelved = read_known(desk.node)
    own = find_own(desk.node, shelved.parties)
    tasks = []
    if "expert" in roles:
        done = written_by(shelved, own) | shelved.settled
        tasks.append(_tell_expert(visit, sum(waits(item, own, done) for item in shelved.items)))
    if "provider" in roles:
        tasks += _tell_provider(visit, desk.node, [item for item in shelved.items if item.payload.by in own])
    return tasks


def _bring_up_to_date(node: Node, now: int) -> None:
    """Fetch what is new in the library; while the coordinator does not answer, what is known stays."""
    if now - node.kept.get(_ASKED, 0) >= EVERY_SECONDS:
        node.kept[_ASKED] = now
        with suppress(NetworkError):
            fetch_submissions(node)


def _tell_expert(visit: Visit, count: int) -> Task:
    if not count:
        return Task(visit.say("See whether submissions wait for your opinion"), "/reviews")
    text = visit.say_many(
        "%(n)s submission waits for your opinion", "%(n)s submissions wait for your opinion", count
    )
    return Task(text, "/reviews", is_late=True)


def _tell_provider(visit: Visit, node: Node, own: list[Item]) -> list[Task]:
    if not own:
        return [Task(visit.say("Submit your first factors"), "/factors")]
    newest = {
        (item.payload.type, item.payload.code): item
        for item in sorted(own, key=lambda one: one.payload.version)
    }
    returned = [
        Task(
            visit.say("%(code)s was returned: submit a corrected version", code=item.payload.code),
            f"/reviews/{item.id}",
            is_late=True,
        )
        for item in newest.values()
        if item.state == "returned" or (item.state == "in_review" and item.count("return"))
    ]
    decided = [item for item in newest.values() if next_decision(node, item) == "publish"]
    if decided:
        text = visit.say_many(
            "%(n)s factor of yours has the opinions it needs: the operator decides next",
            "%(n)s factors of yours have the opinions they need: the operator decides next",
            len(decided),
        )
        path = f"/reviews/{decided[0].id}" if len(decided) == 1 else "/factors"
        returned.append(Task(text, path))
    return returned or [
        Task(visit.say("See how far your factors are, and how often they are cited"), "/factors")
    ]

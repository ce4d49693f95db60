"""What waits for an expert or a factor provider, as far as this node has seen the library.

The one fact: nothing is asked of the coordinator here, since the first page looks again every few seconds; the pages
that these tasks lead to bring the library up to date.
"""

from __future__ import annotations

from node.web.desk import Desk
from node.web.knowledge.submissions import find_own, read_known, waits, written_by
from node.web.tasks import Task
from protocol.shelf import Item
from web.visits import Visit


def tell_knowledge(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks of an expert, then those of a provider; none for who is neither."""
    roles = desk.organisation()
    if not roles & {"expert", "provider"} or not desk.prepared.is_set():
        return []  # the first page looks again by itself, once the library is read
    shelved = read_known(desk.node)
    own = find_own(desk.node, shelved.parties)
    tasks = []
    if "expert" in roles:
        done = written_by(shelved, own) | shelved.barred
        tasks.append(_tell_expert(visit, sum(waits(item, own, done) for item in shelved.items)))
    if "provider" in roles:
        tasks += _tell_provider(visit, [item for item in shelved.items if item.payload.by in own])
    return tasks


def _tell_expert(visit: Visit, count: int) -> Task:
    if not count:
        return Task(visit.say("See whether submissions wait for your opinion"), "/reviews")
    text = visit.say_many(
        "%(n)s submission waits for your opinion", "%(n)s submissions wait for your opinion", count
    )
    return Task(text, "/reviews", is_late=True)


def _tell_provider(visit: Visit, own: list[Item]) -> list[Task]:
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
    return returned or [
        Task(visit.say("See how far your factors are, and how often they are cited"), "/factors")
    ]

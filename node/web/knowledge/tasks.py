"""What waits for an expert or a factor provider, as far as this node has seen the library.

The one fact: the first page is shown as this node knows things, and looks again as soon as it is there and every few
seconds; that asks the coordinator what is new, so it counts what the list itself would show.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress

from node.decisions import Decided, list_unread_decided
from node.library import Library, fetch_submissions, read_library
from node.organisation import Node
from node.web.desk import Desk
from node.web.knowledge.citable import find_uncited
from node.web.knowledge.submissions import Shelved, find_own, next_decision, read_known, waits, written_by
from node.web.tasks import Task
from protocol.errors import NetworkError
from protocol.payloads import Factor
from protocol.shelf import OPEN, Item
from web.languages import mark
from web.visits import Visit

EVERY_SECONDS = 5
_ASKED = "library asked"
_NAMED = 3
"""What was decided is named, as long as it is little."""
PUBLISHED = mark("%(code)s version %(version)s is published: declarations may cite it")
UNCITED = mark(
    "%(code)s version %(version)s is published, but no product category accepts this code yet: ask the operator for one"
)
OTHER_UNIT = mark(
    "%(code)s version %(version)s is published, but product categories accept it per another unit: submit a version "
    "per theirs"
)
RETURNABLE = mark(
    "Enough experts wrote about %(code)s, and one returns it: the operator decides next, and you may submit a "
    "corrected version now"
)
BARRED = mark(
    "%(code)s version %(version)s cannot be published any more: its code is another provider's, or as high a version "
    "is published"
)


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
        written = written_by(shelved, own)
        done = written | shelved.settled
        tasks += _tell_expert(visit, sum(waits(item, own, done) for item in shelved.items), bool(written))
    if "provider" in roles:
        tasks += _tell_provider(visit, desk.node, shelved, own)
    return tasks


def _bring_up_to_date(node: Node, now: int) -> None:
    """Fetch what is new in the library; while the coordinator does not answer, what is known stays."""
    if now - node.kept.get(_ASKED, 0) >= EVERY_SECONDS:
        node.kept[_ASKED] = now
        with suppress(NetworkError):
            fetch_submissions(node)


def _tell_expert(visit: Visit, count: int, has_written: bool) -> list[Task]:
    """How many submissions wait; while none does, only who never wrote an opinion is led there."""
    if not count:
        text = visit.say("See whether submissions wait for your opinion")
        return [] if has_written else [Task(text, "/reviews")]
    text = visit.say_many(
        "%(n)s submission waits for your opinion", "%(n)s submissions wait for your opinion", count
    )
    return [Task(text, "/reviews", is_late=True)]


def _tell_provider(visit: Visit, node: Node, shelved: Shelved, own: Collection[str]) -> list[Task]:
    submitted = [item for item in shelved.items if item.payload.by in own]
    library = read_library(node)
    mended = {item.payload.code for item in submitted if item.state in OPEN and _is_citable(library, item)}
    uncited = [item for item in find_uncited(library, submitted) if item.payload.code not in mended]
    told = [
        *_tell_open(visit, node, shelved, submitted),
        *_tell_uncited(visit, library, uncited),
        *_tell_decided(visit, node, shelved, own, {item.id for item in uncited}),
    ]
    if told:
        return told
    if not submitted:
        return [Task(visit.say("Submit your first factors"), "/factors")]
    return [
        Task(visit.say("How far your factors are, and how often they are cited"), "/factors", is_news=True)
    ]


def _is_citable(library: Library, item: Item) -> bool:
    payload = item.payload
    return isinstance(payload, Factor) and bool(library.lines_for(payload.code, payload.unit))


def _tell_uncited(visit: Visit, library: Library, uncited: Sequence[Item]) -> list[Task]:
    """What is published and can be cited nowhere; this stays until a line accepts it."""
    if len(uncited) > _NAMED:
        text = visit.say_many(
            "%(n)s published factor of yours is accepted by no product category: ask the operator for one",
            "%(n)s published factors of yours are accepted by no product category: ask the operator for one",
            len(uncited),
        )
        return [Task(text, "/factors")]
    return [_tell_one_uncited(visit, library, item) for item in uncited]


def _tell_one_uncited(visit: Visit, library: Library, item: Item) -> Task:
    payload = item.payload
    text = OTHER_UNIT if library.is_named(payload.code) else UNCITED
    return Task(visit.say(text, code=payload.code, version=payload.version), f"/reviews/{item.id}")


def _tell_decided(
    visit: Visit, node: Node, shelved: Shelved, own: Collection[str], uncited: Collection[str]
) -> list[Task]:
    """What was published, or cannot be any more, since its owner last looked, but for what is told as `uncited`."""
    unread = list_unread_decided(node, shelved.items, own, shelved.barred)
    decided = [one for one in unread if one.item.id not in uncited]
    if len(decided) > _NAMED:
        return _count_decided(visit, decided)
    return [_tell_one(visit, one) for one in decided]


def _count_decided(visit: Visit, decided: list[Decided]) -> list[Task]:
    barred = sum(one.is_barred for one in decided)
    published = len(decided) - barred
    tasks = []
    if barred:
        text = visit.say_many(
            "%(n)s submission of yours cannot be published any more",
            "%(n)s submissions of yours cannot be published any more",
            barred,
        )
        tasks.append(Task(text, "/factors", is_late=True))
    if published:
        text = visit.say_many(
            "%(n)s submission of yours was published", "%(n)s submissions of yours were published", published
        )
        tasks.append(Task(text, "/factors", is_news=True))
    return tasks


def _tell_one(visit: Visit, decided: Decided) -> Task:
    payload = decided.item.payload
    text = BARRED if decided.is_barred else PUBLISHED
    return Task(
        visit.say(text, code=payload.code, version=payload.version),
        f"/reviews/{decided.item.id}",
        is_late=decided.is_barred,
        is_news=not decided.is_barred,
    )


def _tell_open(visit: Visit, node: Node, shelved: Shelved, own: list[Item]) -> list[Task]:
    """What was returned and is to be corrected, what the operator decides on next, and what waits for experts."""
    newest = {
        (item.payload.type, item.payload.code): item
        for item in sorted(own, key=lambda one: one.payload.version)
    }
    told = [
        Task(_say_returned(visit, node, item), f"/reviews/{item.id}", is_late=True)
        for item in newest.values()
        if item.state == "returned" or (item.state == "in_review" and item.objections)
    ]
    decided = [item for item in newest.values() if next_decision(node, item) == "publish"]
    waiting = [item for item in newest.values() if _waits_for_experts(node, shelved, item)]
    said_decided = visit.say_many(
        "%(n)s factor of yours has the opinions it needs: the operator decides next",
        "%(n)s factors of yours have the opinions they need: the operator decides next",
        len(decided),
    )
    said_waiting = visit.say_many(
        "%(n)s factor of yours waits for experts' opinions",
        "%(n)s factors of yours wait for experts' opinions",
        len(waiting),
    )
    for text, items in ((said_decided, decided), (said_waiting, waiting)):
        if items:
            place = f"/reviews/{items[0].id}" if len(items) == 1 else "/factors"
            told.append(Task(text, place, is_news=True))
    return told


def _say_returned(visit: Visit, node: Node, item: Item) -> str:
    """Of what the operator has not decided on, that experts return it and a better version may come at once."""
    if item.state == "returned":
        return visit.say("%(code)s was returned: submit a corrected version", code=item.payload.code)
    if next_decision(node, item) == "return":
        return visit.say(RETURNABLE, code=item.payload.code)
    return visit.say_many(
        "%(n)s expert returns %(code)s, still in review: you may submit a corrected version now",
        "%(n)s experts return %(code)s, still in review: you may submit a corrected version now",
        len(item.objections),
        code=item.payload.code,
    )


def _waits_for_experts(node: Node, shelved: Shelved, item: Item) -> bool:
    is_open = item.state in OPEN and item.id not in shelved.settled
    return is_open and not item.objections and not next_decision(node, item)

"""What waits for a supplier: requests, verifiers, sheets being worked on, products that are not declared."""

from __future__ import annotations

from node.consenting import list_inquiries
from node.declaring import list_declarations
from node.products import list_products
from node.states import WAITING
from node.vault import secret_names
from node.verifying import WAITING as OPENING_WAITS
from node.verifying import list_openings
from node.web.desk import Desk
from node.web.tasks import Task
from web.visits import Visit

_DRAFTS = "draft/"


def tell_supplier(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks, the most pressing first."""
    node = desk.node
    tasks = []
    requests = sum(one.state == WAITING for one in list_inquiries(node))
    if requests:
        text = visit.say_many(
            "%(n)s request waits for your answer", "%(n)s requests wait for your answer", requests
        )
        tasks.append(Task(text, "/inbox", is_late=True))
    openings = sum(one.state == OPENING_WAITS for one in list_openings(node))
    if openings:
        text = visit.say_many(
            "%(n)s verifier asks to see something", "%(n)s verifiers ask to see something", openings
        )
        tasks.append(Task(text, "/openings", is_late=True))
    with node.store.read() as connection:
        drafts = [name.removeprefix(_DRAFTS) for name in secret_names(connection, _DRAFTS)]
    tasks += [
        Task(
            visit.say("The sheet of %(product)s is being worked on", product=code), f"/products/{code}/import"
        )
        for code in drafts
    ]
    declared = {one.product for one in list_declarations(node)}
    tasks += [
        Task(visit.say("%(product)s is not declared yet", product=one.code), f"/products/{one.code}")
        for one in list_products(node)
        if one.code not in declared and one.code not in drafts
    ]
    return tasks

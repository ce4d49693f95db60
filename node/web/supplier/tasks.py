"""What waits for a supplier: requests, verifiers, sheets being worked on, products that are not declared."""

from __future__ import annotations

from node.opinions import list_unread
from node.organisation import Node
from node.store.vault import secret_names
from node.supplier.inbox import count_inquiries
from node.supplier.products import has_products, list_undeclared
from node.supplier.states import WAITING
from node.verifying import count_waiting_openings
from node.web.desk import Desk
from node.web.supplier.opinions import PLACE, name_verifier, say_finding
from node.web.tasks import Task
from web.visits import Visit

_DRAFTS = "draft/"
_NAMED = 20
"""Products that wait are named, as long as they are few."""


def tell_supplier(visit: Visit, desk: Desk) -> list[Task]:
    """The tasks, the most pressing first."""
    node = desk.node
    tasks = []
    requests = count_inquiries(node).get(WAITING, 0)
    if requests:
        text = visit.say_many(
            "%(n)s request waits for your answer", "%(n)s requests wait for your answer", requests
        )
        tasks.append(Task(text, "/inbox", is_late=True))
    openings = count_waiting_openings(node)
    if openings:
        text = visit.say_many(
            "%(n)s request of a verifier to see something waits for your answer",
            "%(n)s requests of verifiers to see something wait for your answer",
            openings,
        )
        tasks.append(Task(text, "/openings", is_late=True))
    tasks += _tell_opinions(visit, node)
    with node.store.read() as connection:
        drafts = [name.removeprefix(_DRAFTS) for name in secret_names(connection, _DRAFTS)]
    tasks += _tell_sheets(visit, drafts)
    if "supplier" in desk.organisation() and not has_products(node):
        tasks.append(Task(visit.say("Add your first product, then its activity"), "/products/new"))
    undeclared = [code for code in list_undeclared(node) if code not in drafts]
    tasks += [
        Task(visit.say("%(product)s is not declared yet", product=code), f"/products/{code}")
        for code in undeclared[:_NAMED]
    ]
    if further := undeclared[_NAMED:]:
        text = visit.say_many(
            "%(n)s further product is not declared yet",
            "%(n)s further products are not declared yet",
            len(further),
        )
        tasks.append(Task(text, "/products"))
    return tasks


def _tell_opinions(visit: Visit, node: Node) -> list[Task]:
    """What verifiers signed on its declarations and nobody has read yet."""
    return [
        Task(
            visit.say(
                "%(verifier)s signed an opinion on your declaration of %(product)s: %(finding)s",
                verifier=name_verifier(visit, one),
                product=one.product_name,
                finding=say_finding(visit, one),
            ),
            PLACE,
            is_late=one.says.finding != "unmodified",
        )
        for one in list_unread(node, _NAMED)
    ]


def _tell_sheets(visit: Visit, products: list[str]) -> list[Task]:
    """Sheets that are being worked on, by their products."""
    tasks = [
        Task(
            visit.say("The sheet of %(product)s is being worked on", product=code), f"/products/{code}/import"
        )
        for code in products[:_NAMED]
    ]
    if further := products[_NAMED:]:
        text = visit.say_many(
            "The sheet of %(n)s further product is being worked on",
            "The sheets of %(n)s further products are being worked on",
            len(further),
        )
        tasks.append(Task(text, "/products"))
    return tasks

"""What the owner approves in advance, and despite what."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import FastAPI, Form
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from node.companies import find_entities, name_entities
from node.organisation import Node
from node.supplier.inbox import count_inquiries, list_customers
from node.supplier.policies import ANY, Preapproval, add_policy, list_policies, remove_policy
from node.supplier.products import list_products, look_up_product
from node.supplier.questions import ACCEPT_WORDS
from node.supplier.states import WAITING
from node.web.desk import Desk
from node.web.visiting import Owner, Reader
from protocol.errors import Refused
from web.languages import mark
from web.visits import Visit

KEPT = mark("Kept. The node answers such requests by itself from now on; what waits already waits for you.")
KEPT_FOR_ALL = mark("Kept. The node answers such requests by itself, those that wait already as well.")
UNKNOWN = mark(
    "No company of this name has been met here yet, so the policy would never apply. Choose one from the list, or give "
    "the code under which it enrolled: ask the company for it, or wait for its first request."
)
SEVERAL = mark("Several companies have this name: %(codes)s. Give the code of the one you mean.")
_CODE = re.compile(r"[0-9A-Za-z-]*[0-9][0-9A-Za-z-]*")
_SHORTEST_CODE = 8
"""What looks like a registration number may be one that this node meets later."""
REMOVED = mark("Removed. What it approved before stands.")


class PolicyForm(BaseModel):
    """A policy as the form gives it."""

    model_config = ConfigDict(str_max_length=200, str_strip_whitespace=True)
    customer: str = Field(min_length=1)
    product: str = ""
    totals: int = Field(1, ge=1, le=10_000)
    accept: list[str] = Field(default=[], max_length=len(ACCEPT_WORDS))
    for_waiting: bool = False


def add_policies(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    def show(visit: Visit, typed: PolicyForm | None = None, problem: str = "") -> Response:
        part = visit.slice("policies", int)
        with desk.node.store.read() as connection:
            found, further = part.cut(list_policies(connection, part), lambda one: (one.id,))
        customers = list_customers(desk.node)
        names = name_entities(desk.node, {*customers, *(one.customer for one in found)})
        return visit.page(
            "policies.html",
            status=409 if problem else 200,
            problem_text=problem,
            typed=typed,
            policies=[(one, [_words(visit, name) for name in one.accepts]) for one in found],
            further=further,
            products=list_products(desk.node),
            customers=customers,
            names={entity: name.say(visit.language) for entity, name in names.items()},
            waiting=count_inquiries(desk.node).get(WAITING, 0),
            questions=[(name, _words(visit, name)) for name in ACCEPT_WORDS],
            any=ANY,
        )

    @app.get("/policies")
    def policies(visit: Reader) -> Response:
        return show(visit)

    @app.post("/policies")
    def add(visit: Owner, form: Annotated[PolicyForm, Form()]) -> Response:
        unknown = set(form.accept) - set(ACCEPT_WORDS)
        if unknown:
            raise Refused("accept", f"no question of that name; there are: {', '.join(ACCEPT_WORDS)}")
        product = _find_product(desk.node, form.product)
        if product is None:
            unknown_product = visit.say("There is no product of this name or code; choose one from the list.")
            return show(visit, form, unknown_product)
        customer, problem = _find_customer(visit, desk.node, form.customer)
        if problem:
            return show(visit, form, problem)
        policy = Preapproval(customer, product, form.totals, tuple(form.accept), form.for_waiting)
        with desk.node.store.write() as connection:
            add_policy(connection, policy, desk.node.clock())
        return visit.go("/policies", visit.say(KEPT_FOR_ALL if form.for_waiting else KEPT))

    @app.post("/policies/{number}/remove")
    def remove(visit: Owner, number: int) -> Response:
        with desk.node.store.write() as connection:
            remove_policy(connection, number)
        return visit.go("/policies", visit.say(REMOVED))


def _find_product(node: Node, named: str) -> str | None:
    """The code that is meant, ANY for nothing typed; None where no product, or more than one, is called so."""
    if not named or look_up_product(node, named) is not None:
        return named or ANY
    called = [one.code for one in list_products(node) if named in (one.name_zh, one.name_en)]
    return called[0] if len(called) == 1 else None


def _find_customer(visit: Visit, node: Node, named: str) -> tuple[str, str]:
    """The legal entity that is meant, or why it is not known which."""
    found = sorted(find_entities(node, named))
    if len(found) == 1:
        return found[0], ""
    if found:
        return "", visit.say(SEVERAL, codes=visit.marks.between.join(found))
    if named == ANY or (len(named) >= _SHORTEST_CODE and _CODE.fullmatch(named)):
        return named, ""
    return "", visit.say(UNKNOWN)


def _words(visit: Visit, name: str) -> str:
    words = ACCEPT_WORDS[name]
    return words.zh if visit.language == "zh" else words.en

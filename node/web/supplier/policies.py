"""What the owner approves in advance, and despite what."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from node.companies import name_entities
from node.supplier.answers import say_still_asks
from node.supplier.inbox import count_inquiries, list_customers
from node.supplier.meaning import find_customer, find_meant_product
from node.supplier.policies import (
    ANY,
    Policy,
    Preapproval,
    add_policy,
    change_policy,
    find_policy_numbered,
    list_policies,
    remove_policy,
)
from node.supplier.products import list_products
from node.supplier.questions import ACCEPT_WORDS
from node.supplier.repeating import foresee_repeated, weigh_repeated
from node.supplier.states import WAITING
from node.web.desk import Desk
from node.web.visiting import Owner, Reader
from protocol.errors import Refused
from web.languages import mark
from web.visits import Visit

KEPT = mark("Kept. The node answers such requests by itself from now on; what waits already waits for you.")
KEPT_ALONE = mark("Kept.")
STILL_ASKS = mark("Where a request raises a point that you did not tick, you are asked all the same.")
KEPT_FOR_ALL = mark("Kept. The node answers such requests by itself, those that wait already as well.")
REMOVED = mark("Removed. What it approved before stands.")


class PolicyForm(BaseModel):
    """A policy as the form gives it; `change`: the number of the one that it takes the place of."""

    model_config = ConfigDict(str_max_length=200, str_strip_whitespace=True)
    customer: str = Field(min_length=1)
    product: str = ""
    totals: int = Field(1, ge=1, le=10_000)
    accept: list[str] = Field(default=[], max_length=len(ACCEPT_WORDS))
    for_waiting: bool = False
    change: int | None = None


def add_policies(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""

    def show(visit: Visit, typed: PolicyForm | None = None, problem: str = "") -> Response:
        part = visit.slice("policies", int)
        with desk.node.store.read() as connection:
            found, further = part.cut(list_policies(connection, part), lambda one: (one.id,))
        customers = list_customers(desk.node)
        products = list_products(desk.node)
        names = name_entities(desk.node, {*customers, *(one.customer for one in found)})
        repeated = None if typed is None else foresee_repeated(desk.node, typed.customer, typed.product)
        return visit.page(
            "policies.html",
            status=409 if problem else 200,
            problem_text=problem,
            typed=typed,
            needed=repeated.wanted.asks if repeated else (),
            held=repeated.held if repeated else 0,
            policies=[(one, [_words(visit, name) for name in one.accepts]) for one in found],
            further=further,
            products=products,
            called={one.code: one.name_zh if visit.language == "zh" else one.name_en for one in products},
            customers=customers,
            names={entity: name.say(visit.language) for entity, name in names.items()},
            waiting=count_inquiries(desk.node).get(WAITING, 0),
            questions=[(name, _words(visit, name)) for name in ACCEPT_WORDS],
            any=ANY,
        )

    @app.get("/policies")
    def policies(
        visit: Reader,
        customer: Annotated[str, Query(max_length=200)] = "",
        product: Annotated[str, Query(max_length=200)] = "",
        accept: Annotated[list[str], Query(max_length=len(ACCEPT_WORDS))] = [],  # noqa: B006
        change: int | None = None,
    ) -> Response:
        """`customer`, `product` and `accept`, what a request asked, fill those fields in; or the policy to `change`."""
        with desk.node.store.read() as connection:
            found = None if change is None else find_policy_numbered(connection, change)
        if found is not None:
            return show(visit, _form_of(found))
        if not customer.strip():
            return show(visit)
        return show(visit, PolicyForm(customer=customer, product=product, totals=1, accept=accept))

    @app.post("/policies")
    def add(visit: Owner, form: Annotated[PolicyForm, Form()]) -> Response:
        unknown = set(form.accept) - set(ACCEPT_WORDS)
        if unknown:
            raise Refused("accept", f"no question of that name; there are: {', '.join(ACCEPT_WORDS)}")
        try:
            customer = find_customer(desk.node, form.customer)
            product = find_meant_product(desk.node, form.product or ANY)
        except Refused as error:
            return show(visit, form, visit.explain(error))
        policy = Preapproval(customer, product, form.totals, tuple(form.accept), form.for_waiting)
        now = desk.node.clock()
        with desk.node.store.write() as connection:
            if form.change is None:
                number = add_policy(connection, policy, now)
            else:
                number = form.change
                change_policy(connection, number, policy, now)
        return visit.go("/policies", _say_kept(visit, desk, number, policy))

    @app.post("/policies/{number}/remove")
    def remove(visit: Owner, number: int) -> Response:
        with desk.node.store.write() as connection:
            remove_policy(connection, number)
        return visit.go("/policies", visit.say(REMOVED))


def _form_of(policy: Policy) -> PolicyForm:
    """The form filled in with a policy, to change it."""
    return PolicyForm(
        customer=policy.customer,
        product="" if policy.product == ANY else policy.product,
        totals=policy.totals,
        accept=list(policy.accepts),
        change=policy.id,
    )


def _say_kept(visit: Visit, desk: Desk, number: int, policy: Preapproval) -> str:
    """What the owner can expect of it: whether it would answer this customer's last request if that came again."""
    space = "" if visit.language == "zh" else " "
    repeated = foresee_repeated(desk.node, policy.customer, policy.product)
    weighed = None if repeated is None else weigh_repeated(desk.node, number, repeated)
    if weighed is not None:
        return visit.say(KEPT_ALONE) + space + say_still_asks(weighed).say(visit.language)
    said = visit.say(KEPT_FOR_ALL if policy.for_waiting else KEPT)
    if len(policy.accepts) < len(ACCEPT_WORDS):
        said += space + visit.say(STILL_ASKS)
    return said


def _words(visit: Visit, name: str) -> str:
    words = ACCEPT_WORDS[name]
    return words.zh if visit.language == "zh" else words.en

"""Every call of the API, and the OpenAPI of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from node.importers.problem import ImportProblems
from node.tokens import SCOPES
from node.web.api.calling import (
    API,
    CellProblem,
    FileProblem,
    Problem,
    answer_file_problems,
)
from node.web.api.inbox import make_inbox
from node.web.api.products import make_products
from node.web.api.requests import make_requests
from node.web.api.sharing import make_sharing
from node.web.desk import Desk
from web.openapi import add_description, describe_api, routes_of


def make_calls(desk: Desk) -> tuple[APIRouter, ...]:
    """The calls, all under /api/v1."""
    return tuple(make(desk) for make in (make_products, make_inbox, make_requests, make_sharing))


def add_calls(app: FastAPI, desk: Desk) -> None:
    """Add the API and its OpenAPI to the node's application."""
    routers = make_calls(desk)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(ImportProblems, answer_file_problems)

    @cache
    def document() -> dict[str, Any]:
        return make_openapi(routes_of(routers))

    add_description(app, API, document)


def make_openapi(routes: tuple[APIRoute, ...]) -> dict[str, Any]:
    """The OpenAPI of these calls, with the scope that each needs."""
    summary = "What the command line does, for the owner's own programs."
    document = describe_api("Sealsum node", summary, routes, SCOPES)
    schemas = document["components"]["schemas"]
    for model in (Problem, CellProblem, FileProblem):
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas[model.__name__].pop("$defs", None)
    return document

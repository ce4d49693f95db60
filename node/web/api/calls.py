"""Every call of the API, and the OpenAPI of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from node.importers.problem import ImportProblems
from node.tokens import SCOPES
from node.web.api.calling import (
    API,
    SCOPE_OF,
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

VERSION = "1"


def make_calls(desk: Desk) -> tuple[APIRouter, ...]:
    """The calls, all under /api/v1."""
    return tuple(make(desk) for make in (make_products, make_inbox, make_requests, make_sharing))


def routes_of(routers: Iterable[APIRouter]) -> tuple[APIRoute, ...]:
    """Every call, in order."""
    return tuple(route for router in routers for route in router.routes if isinstance(route, APIRoute))


def add_calls(app: FastAPI, desk: Desk) -> None:
    """Add the API and its OpenAPI to the node's application."""
    routers = make_calls(desk)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(ImportProblems, answer_file_problems)

    @app.get(f"{API}/openapi.json", include_in_schema=False)
    @cache
    def openapi() -> dict[str, Any]:
        return make_openapi(routes_of(routers))


def make_openapi(routes: tuple[APIRoute, ...]) -> dict[str, Any]:
    """The OpenAPI of these calls, with the scope that each needs."""
    document = get_openapi(
        title="Sealsum node",
        version=VERSION,
        summary="What the command line does, for the owner's own programs.",
        routes=routes,
    )
    schemas = document["components"]["schemas"]
    for model in (Problem, CellProblem, FileProblem):
        schemas[model.__name__] = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas[model.__name__].pop("$defs", None)
    document["components"]["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "sealsum node tokens add; scopes: "
            + "; ".join(f"{name}: {what}" for name, what in SCOPES.items()),
        }
    }
    for route in routes:
        for method in sorted(route.methods or ()):
            document["paths"][route.path][method.lower()]["security"] = [{"token": [scope_of(route)]}]
    return document


def scope_of(route: APIRoute) -> str:
    """The scope that a call needs."""
    for dependency in route.dependant.dependencies:
        if dependency.call in SCOPE_OF:
            return SCOPE_OF[dependency.call]
    raise LookupError(f"{route.path} does not say who may call it")

"""Which scope each call of a REST API asks for, and its OpenAPI with that in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.tokens import allowed

VERSION = "1"
SCOPE_OF: dict[Callable[..., Any], str] = {}
"""The scope that each dependency asks for."""


def looking(scope: str, *roles: str) -> Any:
    """The dependency of a call that changes nothing, as `allowed`."""
    found = allowed(scope, *roles)
    SCOPE_OF[found.dependency] = scope
    return found


def routes_of(routers: Iterable[APIRouter]) -> tuple[APIRoute, ...]:
    """Every call, in order."""
    return tuple(route for router in routers for route in router.routes if isinstance(route, APIRoute))


def scope_of(route: APIRoute) -> str:
    """The scope that a call needs."""
    for dependency in route.dependant.dependencies:
        if dependency.call in SCOPE_OF:
            return SCOPE_OF[dependency.call]
    raise LookupError(f"{route.path} does not say who may call it")


def describe_api(
    title: str, summary: str, routes: tuple[APIRoute, ...], scopes: Mapping[str, str]
) -> dict[str, Any]:
    """The OpenAPI of these calls, with the scope that each needs; `scopes`: what each is in words."""
    document = get_openapi(title=title, version=VERSION, summary=summary, routes=routes)
    said = "; ".join(f"{name}: {what}" for name, what in scopes.items())
    scheme = {"type": "http", "scheme": "bearer", "description": f"A token; scopes: {said}"}
    document["components"]["securitySchemes"] = {"token": scheme}
    for route in routes:
        for method in sorted(route.methods or ()):
            document["paths"][route.path][method.lower()]["security"] = [{"token": [scope_of(route)]}]
    return document


def add_description(app: FastAPI, api: str, document: Callable[[], dict[str, Any]]) -> None:
    """Serve the OpenAPI of the calls under `api`, whose servers' address is where this application is mounted."""

    @app.get(f"{api}/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> dict[str, Any]:
        return {**document(), "servers": [{"url": request.scope.get("root_path") or "/"}]}

    @app.get(api, include_in_schema=False)
    @app.get(f"{api}/docs", include_in_schema=False)
    def to_description(request: Request) -> Response:
        """Whoever looks for the API by its address."""
        return RedirectResponse(f"{request.scope.get('root_path', '')}{api}/openapi.json")

"""One web application: its store of accounts, its templates, its clock; and the FastAPI application around them.

The one fact: pages are ordinary FastAPI routes that ask for a Visit (web/visits.py); nothing is registered elsewhere.
How to add one: docs/web.md.
"""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, Response

from protocol.errors import SealsumError
from web.account_pages import add_accounts
from web.accounts import Random
from web.company import Company
from web.entering import add_entries
from web.faults import add_faults
from web.languages import Language, mark
from web.storing import WebStore
from web.templating import STATIC, Templates

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_COMPRESSED = frozenset((".css", ".js", ".svg"))
"""What is text; a font is compressed already."""


def wall_clock() -> int:
    """Unix seconds."""
    return int(time.time())


def say_plainly(error: SealsumError, _language: Language) -> str:
    """An error's own words, for an application that has no others."""
    return getattr(error, "message", str(error))


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its title (marked for translation), where it leads, which roles see it.

    `of`: the organisations that have use for it, by their roles; empty: all.
    """

    title: str
    path: str
    roles: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """What an application's pages have in common: titles, navigation, where a search goes.

    `organisation` tells the roles of whose application it is; without it every place is for it.
    """

    title: str
    places: Sequence[Place]
    search_path: str = ""
    search_title: str = mark("Search")
    hint: str = ""
    """What to do without a password, for the page where one signs in; marked for translation."""
    outside: Place | None = None
    """A page that needs no account, of this host but outside the application: offered where one signs in."""
    organisation: Callable[[], frozenset[str]] | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    """What the roles of accounts are called; marked for translation."""

    def places_for(self, roles: frozenset[str]) -> list[Place]:
        """The navigation of an account with these roles."""
        own = None if self.organisation is None else self.organisation()
        return [
            place
            for place in self.places
            if (not place.roles or place.roles & roles) and (own is None or not place.of or place.of & own)
        ]


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of one application works with.

    `cookie` names the browser's cookie: ports share cookies, so two nodes on one machine need two names.
    `explain` says an error in the reader's language. `key` locks what the site keeps for itself (web/codes.py);
    `company` is the company's login, where there is one.
    """

    store: Callable[[], WebStore]
    templates: Templates
    look: Look
    cookie: str
    is_secure: bool
    key: Callable[[], bytes]
    home: str = "/"
    company: Company | None = None
    explain: Callable[[SealsumError, Language], str] = say_plainly
    clock: Callable[[], int] = wall_clock
    random: Random = field(default=os.urandom)


def make_app(site: Site, title: str) -> FastAPI:
    """A FastAPI application with the pages that every site has: signing in and out, language and look, static files."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    add_faults(app)
    add_entries(app)
    add_accounts(app)
    _add_static(app, [STATIC, *(folder / "static" for folder in site.templates.folders)])
    return app


def _add_static(app: FastAPI, folders: Sequence[Path]) -> None:
    files = {
        path.relative_to(folder).as_posix(): path
        for folder in reversed(folders)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in _TYPES
    }

    @app.get("/static/{name:path}", include_in_schema=False)
    def static(request: Request, name: str) -> Response:
        path = files.get(name)
        if path is None:
            return Response("no such file", 404)
        media = _TYPES[path.suffix]
        # Pages are not compressed: their length would tell about the token of a visit beside text that a link chose.
        if path.suffix in _COMPRESSED and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                _compressed(path), media_type=media, headers=_FOREVER | {"Content-Encoding": "gzip"}
            )
        return FileResponse(path, media_type=media, headers=_FOREVER)


@lru_cache(maxsize=256)
def _compressed(path: Path) -> bytes:
    """A static file as gzip; made once, since these files do not change while the process runs."""
    return gzip.compress(path.read_bytes(), mtime=0)

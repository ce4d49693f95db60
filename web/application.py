"""A FastAPI application around a site: signing in and out, accounts, faults, static files.

The one fact: pages are ordinary FastAPI routes that ask for a Visit (web/visits.py); nothing is registered elsewhere.
How to add one: docs/web.md.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, Response

from web.account_pages import add_accounts
from web.entering import add_entries
from web.faults import add_faults
from web.site import Site
from web.templating import STATIC

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_COMPRESSED = frozenset((".css", ".js", ".svg"))
"""What is text; a font is compressed already."""


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

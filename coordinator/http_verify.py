"""The certificate page, served: whoever has a certificate checks it here, in their own browser.

The one fact: the page sends nothing back, and the pins that it is given here are this operator's own word; the page
says so, and takes others in their place.
"""

from __future__ import annotations

import json
from importlib import resources

from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse, Response

from coordinator.folder import Folder, make_pins

_PACKAGE = "verifier.page"
_INDEX = "index.html"
_KINDS = {
    _INDEX: "text/html; charset=utf-8",
    "sealsum-page.css": "text/css; charset=utf-8",
    "sealsum-verify.js": "text/javascript; charset=utf-8",
}
_GIVEN = '<script type="application/json" id="given-pins">'
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add_verify(app: FastAPI, folder: Folder) -> None:
    """Serve the page under /verify/, with this log's key and its authority's root in it."""
    pages = {name: _read(name) for name in _KINDS}
    # A closing tag inside the block would end it.
    given = _GIVEN + json.dumps(make_pins(folder)).replace("<", "\\u003c")
    pages[_INDEX] = pages[_INDEX].decode("utf-8").replace(_GIVEN, given, 1).encode()

    @app.get("/verify", include_in_schema=False)
    def to_page() -> Response:
        """The page's files are relative to its folder."""
        return RedirectResponse("/verify/", headers=_HEADERS)

    @app.get("/verify/", include_in_schema=False)
    @app.get("/verify/{name}", include_in_schema=False)
    def page(name: str = _INDEX) -> Response:
        """One file of the page."""
        if name not in pages:
            raise HTTPException(404, "no such file")
        return Response(pages[name], media_type=_KINDS[name], headers=_HEADERS)


def _read(name: str) -> bytes:
    # By name: rooms beside each other do not import each other, and these are files.
    return resources.files(_PACKAGE).joinpath(name).read_bytes()

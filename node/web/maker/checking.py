"""Screen 6 on the node: run a certificate's numbered checks again, hand it out, check one that somebody sent."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from urllib.parse import quote

from fastapi import FastAPI, UploadFile
from starlette.responses import Response

from node.exporting import export_report
from node.identity import pins_fields
from node.library import fetch_kinds
from node.maker.opinions import count_uncarried
from node.maker.requesting import resolve_request
from node.maker.resulting import (
    SavedCertificate,
    fetch_certificate,
    find_certificate,
    redact_certificate,
)
from node.maker.standings import find_standings
from node.organisation import Node
from node.web.desk import Desk
from node.web.maker.telling import opinion_labels, tell_certificate, tell_opinions
from node.web.visiting import Reader
from protocol.errors import NetworkError, Refused
from web.languages import mark

MOST_BYTES = 64 * 1024 * 1024
_PLAIN = re.compile(r"[^\w.()+-]+")
"""What a file's name does not hold on every system."""
SAME = mark("No verifier has said anything since: the certificate is the newest one.")
FETCHED = mark("Fetched anew and verified: the certificate has what verifiers have said until now.")
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "html": "text/html",
}


def add_checking(app: FastAPI, desk: Desk) -> None:
    """Add the pages."""
    _add_own(app, desk)

    @app.get("/certificates/check")
    def show_check(visit: Reader) -> Response:
        return visit.page("check.html", told=None)

    @app.post("/certificates/check")
    def check(visit: Reader, file: UploadFile) -> Response:
        """Under this node's pins; nothing is kept and nothing is sent."""
        data = file.file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Refused("certificate", f"expected a certificate of at most {MOST_BYTES} bytes")
        name = file.filename or ""
        told = tell_certificate(visit, desk.node, data, name)
        may_say = "verifier" in desk.organisation()
        return visit.page("check.html", told=told, name=name, may_say=may_say)


def _add_own(app: FastAPI, desk: Desk) -> None:
    @app.post("/calculations/{request}/verify")
    def verify(visit: Reader, request: str) -> Response:
        node = desk.node
        saved = fetch_saved(node, request)
        told = tell_certificate(visit, node, saved.bundle, saved.request)
        return visit.page(
            "checks_part.html" if visit.is_part else "check.html",
            told=told,
            name=_name_calculation(node, saved.request),
        )

    @app.get("/calculations/{request}/opinions")
    def opinions(visit: Reader, request: str) -> Response:
        """What verifiers said: a part of the result's page, since a certificate of many members takes long to read, and
        what was said of its declarations is looked up."""
        node = desk.node
        saved = fetch_saved(node, request)
        found = tell_opinions(visit, saved) if saved.holds else []
        with suppress(NetworkError):
            fetch_kinds(node, ("verification",))
        return visit.page(
            "opinions_part.html",
            opinions=found,
            labels=opinion_labels(visit),
            request=saved.request,
            new_opinions=count_uncarried(node, saved.request),
        )

    @app.post("/calculations/{request}/certificate/newest")
    def newest(visit: Reader, request: str) -> Response:
        """Fetch it again, with what verifiers have said since."""
        node = desk.node
        full = resolve_request(node, request)
        before = find_certificate(node, full)
        saved = fetch_certificate(node, node.calculation(full), newest=True)
        is_same = before is not None and before.bundle == saved.bundle
        said = visit.say(SAME if is_same else FETCHED)
        return visit.go(f"/calculations/{full}/result", said)

    @app.get("/calculations/{request}/certificate")
    def certificate(visit: Reader, request: str, form: str = "full") -> Response:
        saved = fetch_saved(desk.node, request)
        if not saved.holds:
            raise Refused("certificate", "this certificate does not verify under the pins of this node")
        is_redacted = form == "redacted"
        data = redact_certificate(saved.bundle) if is_redacted else saved.bundle
        # The public form does not say the model, so its name does not either.
        name = (
            f"certificate-{saved.request[:8]}-public.json"
            if is_redacted
            else name_file(desk.node, saved.request, "certificate", "json")
        )
        return make_file(data, name, "application/json")

    @app.get("/calculations/{request}/report")
    def report(visit: Reader, request: str, form: str = "pdf") -> Response:
        saved = fetch_saved(desk.node, request)
        data = export_report(desk.node, saved.request, form, "zh" if visit.language == "zh" else "en")
        return make_file(data, name_file(desk.node, saved.request, "report", form), MEDIA[form])

    @app.get("/calculations/{request}/pins")
    def pins(visit: Reader, request: str) -> Response:
        """What a verifier holds this certificate against, as `sealsum verify --pins` reads it."""
        text = json.dumps(pins_fields(desk.node.identity.pins), indent=2) + "\n"
        return make_file(text.encode(), "pins.json", "application/json")


def fetch_saved(node: Node, request: str) -> SavedCertificate:
    """The certificate of the calculation whose id begins so, fetched when it is not kept; Refused, NetworkError."""
    return fetch_certificate(node, node.calculation(resolve_request(node, request)))


def _name_calculation(node: Node, request: str) -> str:
    """Its models and their year, where this node has them."""
    standing = find_standings(node, [request]).get(request)
    return (
        request if standing is None else " ".join(filter(None, (", ".join(standing.models), standing.year)))
    )


def name_file(node: Node, request: str, kind: str, ending: str, model: str = "") -> str:
    """What a file about a calculation is called: its kind, the model (one of several, or the first and how many more),
    the year, the beginning of the id."""
    standing = find_standings(node, [request]).get(request)
    parts = [kind, request[:8]]
    if standing is not None:
        more = f"+{len(standing.models) - 1}" if len(standing.models) > 1 and not model else ""
        parts[1:1] = [_PLAIN.sub("-", model or standing.models[0]) + more, standing.year]
    return f"{'-'.join(filter(None, parts))}.{ending}"


def make_file(data: bytes, name: str, media: str) -> Response:
    """An answer that a browser saves under this name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(data, media_type=media, headers=headers)

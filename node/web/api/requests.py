"""Calls of a pack maker: request a calculation, follow it, take its result and its certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from method.errors import MethodError
from method.pack import PackDefinition
from method.pack_models import parse_packs
from method.result import make_rules_report
from node.exporting import ALL_FORMATS, Wanted, export_file, make_particulars
from node.maker.progress import read_progress
from node.maker.requesting import Terms, list_requests, request_calculation
from node.maker.resulting import (
    SavedCertificate,
    fetch_certificate,
    figures_of,
    redact_certificate,
    result_of,
)
from node.organisation import Node
from node.web.api.calling import API, Deciding, Reading, Sent, problems, send
from node.web.api.inbox import name_request
from node.web.desk import Desk
from protocol.errors import Refused
from web.paging import Cursor, Limit, PageOf, make_cursor, parse_cursor

DAY = 86_400
_SHORTEST, _LONGEST = 10, 3650 * DAY
Seconds = Annotated[int, Field(ge=_SHORTEST, le=_LONGEST)]
_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class RequestOrder(BaseModel):
    """One or several pack models as pack.toml has them, and what is decided beside; times in seconds from now.

    `declarations` and `suppliers` name, per item, a declaration id or the supplier's legal entity.
    """

    pack: dict[str, Any]
    declarations: dict[str, str] = {}
    suppliers: dict[str, str] = {}
    method: str | None = Field(None, max_length=64)
    boundary: Literal["partial", "full"] | None = None
    consent_within: Seconds = 14 * DAY
    contribute_within: Seconds = 28 * DAY
    result_within: Seconds = 42 * DAY


class Requested(Sent):
    """A request, what the boundary left out of the bill of materials, and what its maker should be warned of."""

    entries: int
    left_out: list[str]
    warnings: list[str]


class RequestRow(BaseModel):
    """One of this node's requests; `items` names the declaration chosen for each item."""

    id: str
    model: str
    models: list[str]
    sequence: int
    created: int
    items: dict[str, str]


class EntryFields(BaseModel):
    """One supplier in a calculation: invited, consented, refused or contributed."""

    entry: int
    item: str
    stage: str
    declaration: str
    supplier: str
    supplier_zh: str
    product: str
    code: str
    state: str
    answer: str


class ProgressFields(BaseModel):
    """Where a calculation stands; times in Unix seconds."""

    request: str
    model: str
    phase: str
    since: int
    deadline: int | None
    consented: int
    contributed: int
    result: str | None
    certificate: str | None
    ending: str
    ending_zh: str
    entries: list[EntryFields]


class ResultFields(BaseModel):
    """The published totals of each model, and the rule set that they stand under."""

    request: str
    method: str
    boundary: str
    models: list[dict[str, Any]]
    rules: dict[str, Any]


class CertificateFields(BaseModel):
    """The stored certificate: whether it holds under this node's pins, check by check."""

    request: str
    holds: bool
    bytes: int
    sha256: str
    checks: list[dict[str, Any]]


class ExportOrder(BaseModel):
    """Another format for a result; `particulars` are the fields of the owner's file (docs/exchange.md)."""

    format: Literal["pact", "battery-pass", "catena-x", "csv", "xlsx"]
    model: str | None = Field(None, max_length=400)
    particulars: dict[str, Any] = {}


assert set(ALL_FORMATS) == {"pact", "battery-pass", "catena-x", "csv", "xlsx"}


def make_requests(desk: Desk) -> APIRouter:
    """The calls."""
    router = APIRouter(prefix=API, tags=["requests"])

    @router.get("/requests", responses=problems())
    def requests(caller: Reading, limit: Limit = 100, cursor: Cursor = "") -> PageOf[RequestRow]:
        """List this node's requests, oldest first."""
        after = parse_cursor(cursor, int)
        found = [one for one in list_requests(desk.node) if after is None or (one.sequence,) > after]
        page = [RequestRow(model=one.model, **asdict(one)) for one in found[:limit]]
        return PageOf(items=page, next=make_cursor(page[-1].sequence) if len(found) > limit else None)

    @router.post(
        "/requests",
        status_code=201,
        response_model=Requested,
        responses=problems() | {202: {"model": Requested}},
    )
    def make_request(change: Deciding, order: RequestOrder) -> JSONResponse:
        """Ask for a pack's footprint: quantities are locked, and each is readable by its own supplier only."""

        def work() -> tuple[int, Any]:
            made = request_calculation(desk.node, _read_packs(order.pack), _terms(order))
            sent = send(desk.node, made.id)
            found = Requested(
                **sent.model_dump(),
                entries=made.entries,
                left_out=list(made.left_out),
                warnings=list(made.warnings),
            )
            return (201 if sent.state == "logged" else 202), found.model_dump()

        return change.once(work)

    named = name_request(desk)

    @router.get("/calculations/{request_id}", responses=problems())
    def progress(caller: Reading, request_id: str = named) -> ProgressFields:
        """Where a calculation stands: who was invited, consented, contributed; who is awaited, until when."""
        return ProgressFields.model_validate(asdict(read_progress(desk.node, request_id)))

    @router.get("/calculations/{request_id}/result", responses=problems())
    def result(caller: Reading, request_id: str = named) -> ResultFields:
        """The published totals."""
        calculation = desk.node.calculation(request_id)
        published = result_of(calculation)
        return ResultFields(
            request=request_id,
            method=published.method,
            boundary=published.boundary,
            models=figures_of(calculation),
            rules=make_rules_report(published.method, published.boundary),
        )

    _add_certificates(router, desk)
    return router


def _read_packs(record: Mapping[str, object]) -> tuple[PackDefinition, ...]:
    try:
        return parse_packs({"library": "-", **record})
    except MethodError as error:
        raise Refused("pack", str(error)) from error


def _terms(order: RequestOrder) -> Terms:
    return Terms(
        consent_seconds=order.consent_within,
        contribute_seconds=order.contribute_within,
        result_seconds=order.result_within,
        declarations=order.declarations,
        suppliers=order.suppliers,
        method=order.method,
        boundary=order.boundary,
    )


def _add_certificates(router: APIRouter, desk: Desk) -> None:
    named = name_request(desk)

    @router.get("/calculations/{request_id}/certificate", responses=problems())
    def certificate(
        caller: Reading,
        request_id: str = named,
        newest: Annotated[
            bool, Query(description="Fetch it again, with what verifiers have said since.")
        ] = False,
    ) -> CertificateFields:
        """The certificate, fetched and checked under this node's own pins, check by check."""
        saved = _certificate(desk.node, request_id, newest)
        return CertificateFields(
            request=request_id,
            holds=saved.holds,
            bytes=len(saved.bundle),
            sha256=hashlib.sha256(saved.bundle).hexdigest(),
            checks=list(saved.checks),
        )

    @router.get(
        "/calculations/{request_id}/certificate/file",
        response_class=Response,
        responses=problems() | {200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    )
    def certificate_file(
        caller: Reading,
        request_id: str = named,
        form: Annotated[Literal["full", "redacted"], Query(description="redacted: totals only.")] = "full",
    ) -> Response:
        """The certificate's exact bytes; only one that holds."""
        saved = _certificate(desk.node, request_id, False)
        if not saved.holds:
            raise Refused("certificate", "this certificate does not verify under the pins of this node")
        data = saved.bundle if form == "full" else redact_certificate(saved.bundle)
        ending = "" if form == "full" else "-public"
        return _file(data, f"certificate-{request_id[:16]}{ending}.json", "application/json")

    @router.post(
        "/calculations/{request_id}/exports",
        response_class=Response,
        responses=problems() | {200: {"content": {"application/octet-stream": {}}}},
    )
    def exports(caller: Reading, order: ExportOrder, request_id: str = named) -> Response:
        """The certified result in another format, as a file; nothing is stored or sent."""
        wanted = Wanted(order.format, order.model, make_particulars(order.particulars))
        desk.node.calculation(request_id)
        data = export_file(desk.node, request_id, wanted)
        ending = order.format if order.format in _MEDIA else "json"
        media = _MEDIA.get(order.format, "application/json")
        return _file(data, f"{order.format}-{request_id[:16]}.{ending}", media)


def _certificate(node: Node, request: str, newest: bool) -> SavedCertificate:
    return fetch_certificate(node, node.calculation(request), newest)


def _file(data: bytes, name: str, media: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media, headers=headers)

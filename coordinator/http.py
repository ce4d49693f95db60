"""The HTTP door: the transparency log as tiles and proofs, health, leaf metadata, the library; all of it public.

The one fact: leaves are {id, envelope hash, logged_at}; but for the library, which is made to be read, no statement and
nothing that tells who or what is behind one leaves through this door. C2SP tlog-tiles; protocol section 5.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from coordinator.http_library import add_library
from coordinator.http_verify import add_verify
from coordinator.service import Service
from coordinator.store.contract import LogStore
from crypto.merkle import leaf_hash
from protocol.errors import SealsumError, StoreError
from protocol.statements import encode_leaf
from web.problems import answer_problem, make_problem

TILE = 256
LOG_BITS = 62
"""No log has more leaves than its tables can count."""
_INDEX = re.compile(r"(x[0-9]{3}/)*[0-9]{3}")
_PARTIAL = re.compile(r"(?P<index>[x0-9/]+)\.p/(?P<width>[1-9][0-9]{0,2})")
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOW = {"Cache-Control": "no-cache"}
R = TypeVar("R")
StatementId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class Health(BaseModel):
    """Whether the coordinator works, and how long its log is."""

    status: str
    log_size: int
    is_sequencing: bool


class Leaf(BaseModel):
    """One leaf of the log: what is hashed (base64), and its parts."""

    id: str
    index: int
    logged_at: int
    envelope_sha256: str
    leaf: str
    leaf_hash: str


class Proof(BaseModel):
    """Hashes (hex) that lead from a leaf, or from an older tree, to a root."""

    index: int | None
    size: int
    root: str
    proof: list[str]
    checkpoint: str


def make_app(service: Service) -> FastAPI:
    """The application over a running coordinator."""
    app = FastAPI(
        title="Sealsum coordinator",
        description="The transparency log of a Sealsum coordinator.",
        version="1",
        redirect_slashes=False,
        docs_url=None,  # its page would fetch a script from another host
        redoc_url=None,
    )
    app.add_exception_handler(SealsumError, _translate)
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer_problem)
    _add_log(app, service)
    _add_tiles(app, service)
    add_library(app, service.catalogue)
    add_verify(app, service.folder)
    return app


async def _translate(_request: Request, error: Exception) -> JSONResponse:
    check = getattr(error, "check", "try-again")
    code = {"unknown": 404, "size": 404, "not-ready": 404, "try-again": 503}.get(check, 400)
    return make_problem(code, check, getattr(error, "message", str(error)))


def _add_log(app: FastAPI, service: Service) -> None:
    journal = service.journal

    @app.get("/health")
    def health() -> Health:
        """Whether this coordinator works; 503 when it takes no submissions."""
        running = service.sequencer.is_running
        if not running:
            raise HTTPException(503, "not taking submissions")
        return Health(status="ok", log_size=journal.head.frontier.size, is_sequencing=running)

    @app.get("/checkpoint", response_class=PlainTextResponse)
    def checkpoint() -> Response:
        """The newest signed checkpoint (C2SP tlog-checkpoint), with the cosignatures of witnesses if there are any."""
        service.following.look()
        note = service.witnessing.newest()
        if not note:
            raise HTTPException(404, "the log is empty")
        return PlainTextResponse(note, headers=_NOW)

    @app.get("/api/v1/statements/{statement_id}")
    def statement(statement_id: StatementId) -> Leaf:
        """What the log says of a statement: its leaf."""
        service.following.look()
        stored = service.stores.log.statement(statement_id)
        if stored is None or stored.index >= journal.head.frontier.size:
            raise HTTPException(404, "the log has no such statement")
        leaf = encode_leaf(stored.id, stored.data, stored.logged_at)
        return Leaf(
            id=stored.id,
            index=stored.index,
            logged_at=stored.logged_at,
            envelope_sha256=hashlib.sha256(stored.data).hexdigest(),
            leaf=base64.b64encode(leaf).decode(),
            leaf_hash=leaf_hash(leaf).hex(),
        )

    @app.get("/log/proof")
    def proof(
        statement: Annotated[str, Query(alias="id", pattern="^[0-9a-f]{64}$")],
        size: Annotated[int, Query(ge=0)] = 0,
    ) -> Proof:
        """The inclusion proof of a statement in the tree of `size` leaves (0: the newest)."""
        service.following.look()
        found = journal.prove_inclusion(statement, size)
        of_size = size or journal.head.frontier.size
        return Proof(
            index=found.index,
            size=of_size,
            root=journal.root(of_size).hex(),
            proof=[node.hex() for node in found.proof],
            checkpoint=found.checkpoint,
        )

    @app.get("/log/consistency")
    def consistency(old: Annotated[int, Query(ge=0)], new: Annotated[int, Query(ge=0)]) -> Proof:
        """The proof that the tree of `new` leaves extends the tree of `old`."""
        service.following.reach(new)
        nodes = journal.prove_consistency(old, new)
        return Proof(
            index=None,
            size=new,
            root=journal.root(new).hex(),
            proof=[node.hex() for node in nodes],
            checkpoint=journal.head.note,
        )


def _add_tiles(app: FastAPI, service: Service) -> None:
    log = service.stores.log
    copies = [log] if service.stores.tiles is None else [service.stores.tiles, log]

    def find(read: Callable[[LogStore], list[R]], width: int) -> list[R]:
        """From the copy of the database, unless it lags behind or is away; a tile never changes once it is there."""
        for copy in copies:
            try:
                rows = read(copy)
            except StoreError:
                if copy is log:
                    raise
                continue
            if len(rows) == width:
                return rows
        raise HTTPException(404, "the log is not that long yet")

    @app.get("/tile/entries/{place:path}", response_class=Response)
    def entries(request: Request, place: str) -> Response:
        """A bundle of leaves, each after its length in two bytes (C2SP tlog-tiles)."""
        index, width = _parse_place(place)
        _check_available(service, index, width, 0)
        rows = find(lambda copy: copy.leaves(index * TILE, width), width)
        leaves = [encode_leaf(row.id, row.data, row.logged_at) for row in rows]
        return _tile(request, b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves))

    @app.get("/tile/{level}/{place:path}", response_class=Response)
    def tile(
        request: Request, level: Annotated[str, Path(pattern="^(0|[1-9][0-9]?)$")], place: str
    ) -> Response:
        """A tile of hashes (C2SP tlog-tiles)."""
        height = 8 * int(level)
        index, width = _parse_place(place)
        _check_available(service, index, width, height)
        hashes = find(lambda copy: copy.read_hashes(height, index * TILE, width), width)
        return _tile(request, b"".join(hashes))


def _tile(request: Request, data: bytes) -> Response:
    """Bytes that never change: any cache between may keep them, and ask by their hash."""
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {**_FOREVER, "ETag": tag}
    asked = request.headers.get("if-none-match", "")
    if tag in (part.strip().removeprefix("W/") for part in asked.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="application/octet-stream", headers=headers)


def _parse_place(place: str) -> tuple[int, int]:
    """Index and width of a tile from its path: x001/x234/067, or 067.p/12 for a partial one; 404 else."""
    width = TILE
    partial = _PARTIAL.fullmatch(place)
    if partial is not None:
        place, width = partial["index"], int(partial["width"])
    if _INDEX.fullmatch(place) is None or (partial is not None and width >= TILE) or len(place) > 60:
        raise HTTPException(404, "no such tile; expected x001/x234/067 or 067.p/12")
    index = int(place.replace("x", "").replace("/", ""))
    if place != encode_place(index):
        raise HTTPException(404, "no such tile; its number has leading groups of zero")
    return index, width


def encode_place(index: int) -> str:
    """A tile's number as its path: groups of three digits, all but the last after an x."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def _check_available(service: Service, index: int, width: int, height: int) -> None:
    end = index * TILE + width
    if height < LOG_BITS and end << height < 1 << LOG_BITS:
        service.following.reach(end << height)
        if end <= service.journal.head.frontier.size >> height:
            return
    raise HTTPException(404, "the log is not that long yet")

"""The node's own HTTP door, on loopback only: is it alive, and how do things stand. The web app will build on it.

The one fact: it binds to 127.0.0.1 and answers only requests addressed to it by that name, so no page of a browser
elsewhere can ask it through a name of its own (DNS rebinding). Nothing it says is secret.
"""

from __future__ import annotations

import socket
import threading
from dataclasses import asdict
from typing import Any

from node.maker.progress import read_progress
from node.maker.requesting import list_requests
from node.organisation import Node
from node.supplier.declaring import list_declarations
from node.supplier.inbox import list_inquiries
from protocol.errors import Refused, SealsumError

HOST = "127.0.0.1"


def make_app(node: Node) -> Any:
    """The FastAPI application of a node."""
    from fastapi import FastAPI, HTTPException
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app = FastAPI(title="Sealsum node", docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])

    @app.get("/health")
    def health() -> dict[str, Any]:
        return {"status": "ok", "enrolment": node.id}

    @app.get("/api/status")
    def status() -> dict[str, Any]:
        entity = node.identity.entity
        return {
            "enrolment": node.id,
            "name_zh": entity.name_zh,
            "name_en": entity.name_en,
            "declarations": [asdict(one) for one in list_declarations(node)],
            "requests": [
                {"id": one.id, "model": one.model, "created": one.created} for one in list_requests(node)
            ],
            "inbox": [asdict(one) for one in list_inquiries(node)],
        }

    @app.get("/api/requests/{request}")
    def progress(request: str) -> dict[str, Any]:
        try:
            return asdict(read_progress(node, request))
        except Refused as error:
            raise HTTPException(404, {"check": error.check, "message": error.message}) from error
        except SealsumError as error:
            raise HTTPException(503, {"check": "try-again", "message": str(error)}) from error

    return app


def open_door(node: Node, port: int) -> str:
    """Serve in a thread of this process until it ends; returns the address."""
    import uvicorn

    listener = socket.create_server((HOST, port))
    config = uvicorn.Config(make_app(node), log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, args=([listener],), name="door", daemon=True).start()
    return f"http://{HOST}:{listener.getsockname()[1]}"

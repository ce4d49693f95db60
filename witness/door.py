"""The witness's HTTP door: `add-checkpoint` for logs, and who the witness is for everyone. C2SP tlog-witness."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from protocol.errors import StoreError
from witness.cosigning import REQUEST_LIMIT, add_checkpoint
from witness.store import Store


def make_app(store: Store, clock: Callable[[], int]) -> FastAPI:
    """The application over an opened witness."""
    app = FastAPI(title="Sealsum witness", description="Cosigns checkpoints of logs.", version="1")

    @app.post("/add-checkpoint", response_class=PlainTextResponse)
    async def add(request: Request) -> Response:
        """Cosign a checkpoint that extends the last one (C2SP tlog-witness)."""
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > REQUEST_LIMIT:
                return PlainTextResponse("too long\n", 413)
        answer = await run_in_threadpool(add_checkpoint, store, bytes(body), clock)
        # As a header: a media type would get a charset, and the size has none.
        return Response(answer.body, answer.status, {"Content-Type": answer.content_type})

    @app.get("/")
    def who() -> dict[str, object]:
        """The witness's public key, and of each log the last size it cosigned and the checkpoint that log signed."""
        logs = store.logs()
        return {
            "key": store.public_key,
            "logs": {log.origin: log.size for log in logs},
            "checkpoints": {log.origin: log.note for log in logs},
        }

    @app.exception_handler(StoreError)
    async def failed(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"message": str(error)}, 503)

    return app


class Door:
    """An open door on a thread of its own; `address` is where it listens."""

    def __init__(self, store: Store, listen: str, clock: Callable[[], int]) -> None:
        store.unlock()
        host, _, port = listen.rpartition(":")
        try:
            self._socket = socket.create_server((host.strip("[]"), int(port)))
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot listen on {listen}: {error}; choose another --listen") from error
        self.address = f"{host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            make_app(store, clock), log_level="warning", access_log=False, timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="witness", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def wait(self) -> None:
        """Return when the door is closed."""
        self._thread.join()

    def close(self) -> None:
        """Finish the answers under way."""
        self._server.should_exit = True
        self._thread.join()

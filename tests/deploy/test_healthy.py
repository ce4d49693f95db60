"""deploy/healthy.py, which the containers ask whether they work."""

from __future__ import annotations

import importlib.util
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType

import pytest

from tests.support.deployment import DEPLOY


def load() -> ModuleType:
    """The script as a module; it belongs to no package."""
    spec = importlib.util.spec_from_file_location("healthy", DEPLOY / "healthy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Answers(BaseHTTPRequestHandler):
    """200 to /health, 503 to everything else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """A door on a free port."""
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield str(server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_door_that_answers_200_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving() as port:
        assert load().main([port, "/health"]) == 0


def test_a_door_that_answers_otherwise_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as port:
        assert load().main([port, "/"]) == 1
    assert "expected 200, found 503" in capsys.readouterr().err


def test_a_port_that_accepts_works_without_a_path() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert load().main([str(listener.getsockname()[1])]) == 0


@pytest.mark.parametrize("path", [[], ["/health"]])
def test_a_closed_port_does_not_work(path: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert load().main([str(bound.getsockname()[1]), *path]) == 1
    assert "no answer" in capsys.readouterr().err

"""An authority and a coordinator of this checkout, and a supplier that joins by its pages, without a browser."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from tools.images import ask, running, sealsum

ANYWHERE = "127.0.0.1:0"


@dataclass(frozen=True)
class Town:
    """Where nodes connect to, the key of its log, a token for one supplier, and where processes write what they say."""

    address: str
    log_key: str
    token: str
    log: IO[bytes]


@contextmanager
def in_town(folder: Path) -> Iterator[Town]:
    """Both serve until the block ends."""
    authority, coordinator = str(folder / "authority"), str(folder / "coordinator")
    invited = ("authority", "invite", authority, "--name")
    ask(sealsum("authority", "init", authority, "--name", "Trial authority"))
    with (
        (folder / "log").open("wb") as log,
        running(sealsum("authority", "serve", authority, "--listen", ANYWHERE), log),
    ):
        operator = ("Operator", "--legal-entity", "OPERATOR", "--role", "operator", "--host", "127.0.0.1")
        token = ask(sealsum(*invited, *operator))["token"]
        made = ask(sealsum("coordinator", "init", coordinator, "--token", token, "--name", "log.example.com"))
        doors = ("--listen", ANYWHERE, "--http", ANYWHERE)
        with running(sealsum("coordinator", "serve", coordinator, *doors), log) as opened:
            supplier = ("Supplier", "--legal-entity", "SUPPLIER", "--role", "supplier")
            token = ask(sealsum(*invited, *supplier))["token"]
            yield Town(opened.said["address"], made["log_key"], token, log)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def join_by_pages(before: Sequence[str], folder: str, town: Town) -> None:
    """As an owner does in the browser, with the passphrase file of the environment; then start again, and be let in.

    `before` stands in front of `sealsum`: a container, or nothing.
    """
    port = free_port()
    where = ("--listen", f"0.0.0.0:{port}", "--published", f"127.0.0.1:{port}", "--json", "--quiet")
    words = [*before, "node", "web", folder, *where]
    with running(words, town.log) as opened, _entered(opened.said) as client:
        start = client.get("/")
        assert 'name="passphrase"' not in start.text
        form = {"coordinator": town.address, "log_key": town.log_key, "token": town.token}
        joined = client.post("/join", data={"csrf": _token_of(start), **form})
        assert (joined.status_code, joined.headers["location"]) == (303, "/welcome"), joined.text
        stranger = client.get("/login", headers={"Host": f"0.0.0.0:{port}"})
        assert stranger.is_client_error
    with running(words, town.log) as opened, _entered(opened.said) as client:
        assert "Supplier" in client.get("/").text, "open without anybody typing a passphrase"


@contextmanager
def _entered(said: dict[str, str]) -> Iterator[httpx.Client]:
    """A client that came in by the link that the command printed."""
    assert said["entry"].startswith(f"{said['url']}/enter#")
    with httpx.Client(base_url=said["url"], trust_env=False, timeout=60) as client:
        assert client.get("/login").status_code == 200
        assert client.post("/enter", data={"secret": said["entry"].partition("#")[2]}).status_code == 200
        yield client


def _token_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]

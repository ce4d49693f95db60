"""A real enrolment authority on loopback, for tests of commands and processes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from authority.door import Door, Surroundings
from authority.enrolling import Enroller
from authority.invitations import Invitee, add_invitation
from authority.root import make_root_files
from authority.store import make_store
from coordinator.cli import app
from crypto.certificates import fingerprint
from protos.enrolment import EnrolmentToken, encode_token


@dataclass
class Office:
    """An authority with its door open."""

    enroller: Enroller
    door: Door

    def token(self, name: str, *roles: str) -> str:
        """A one-time token for an organisation."""
        hosts = ("127.0.0.1", "localhost") if "operator" in roles else ()
        invitee = Invitee(name, name, name, name, roles, hosts)
        secret, now = os.urandom(16), int(time.time())
        with self.enroller.store.write() as connection:
            add_invitation(connection, invitee, secret, now, now + 3600)
        root = fingerprint(self.enroller.root.issuer.certificate)
        return encode_token(EnrolmentToken(self.door.address, root, secret))


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """An authority in a folder, its door on a free port."""
    folder.mkdir()
    root = make_root_files(folder, "Authority", None, int(time.time()), os.urandom)
    enroller = Enroller(make_store(folder), root, os.urandom)
    surroundings = Surroundings(lambda: int(time.time()), os.urandom, lambda line: None)
    door = Door(enroller, "127.0.0.1:0", surroundings)
    try:
        yield Office(enroller, door)
    finally:
        door.close()
        enroller.store.close()


def run(*words: object) -> Result:
    """Run `sealsum coordinator WORDS`."""
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> dict[str, Any]:
    """What a command that succeeds prints with --json."""
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found

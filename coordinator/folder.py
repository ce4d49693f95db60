"""The coordinator's data folder: its party, the log's key, pins for everyone, database, blobs, and a lock.

The one fact: whoever serves from the folder holds the lock, so on SQLite one process appends. Architecture, "State".
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from coordinator.party import KEY_FILES, Party, enrol_party, is_enrolled, load_party
from coordinator.store.database import parse_url, sqlite_url
from crypto.group import Random
from crypto.note import make_log_key, verifier_text
from operation.files import read_file, write_file
from protocol.errors import PeerError, Refused, StoreError

LOG_KEY, PINS, DATABASE, BLOBS = "log.key", "pins.json", "coordinator.db", "blobs"
LOCK, SERVING, BACKED_UP = "lock", "serving.json", "backed_up.json"
_LOG_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,100}(/[a-z0-9][a-z0-9._-]{0,60})?")


@dataclass(frozen=True, slots=True)
class Folder:
    """An initialised data folder; the repr shows no key."""

    path: Path
    party: Party
    log_key: str = field(repr=False)

    @property
    def database_url(self) -> str:
        """Where the store is unless a URL is given: the folder's own SQLite file."""
        return sqlite_url(self.path / DATABASE)

    @property
    def blobs(self) -> Path:
        """Where blobs are."""
        return self.path / BLOBS


def init_folder(
    path: Path, token: str, name: str, clock: Callable[[], int], random: Random
) -> tuple[Folder, dict[str, str]]:
    """Enrol as operator, draw the log's key, write pins; returns them as well. Run it again after a NetworkError.

    PeerError("name") unless `name` can name a log: like a host name. Refused("role") for a token of another role.
    """
    if _LOG_NAME.fullmatch(name) is None:
        raise PeerError("name", f"{name!r} cannot name a log; expected something like log.example.com")
    if (path / PINS).exists():
        raise Refused("enrolment", f"{path} is a coordinator already; take another folder")
    party = load_party(path) if is_enrolled(path) else enrol_party(path, token, name, clock, random)
    if "operator" not in party.entity.entity_roles:
        raise Refused("role", "this token does not enrol an operator; ask the authority for one that does")
    private, public = make_log_key(name, random)
    KEY_FILES.write(path / LOG_KEY, private.encode())
    # Last: nobody has seen this log before its key is pinned, so a crash before here costs a key and nothing else.
    pins = {"log_key": public, "authority_root": party.root_pem}
    write_file(path / PINS, json.dumps(pins, indent=2).encode() + b"\n")
    return open_folder(path), pins


def read_pins(path: Path) -> dict[str, str]:
    """The log's public key and the authority's root, as written for everyone."""
    pins: dict[str, str] = json.loads(read_file(path / PINS))
    return pins


def make_pins(folder: Folder) -> dict[str, str]:
    """What everyone pins, from the keys themselves."""
    return {"log_key": verifier_text(folder.log_key), "authority_root": folder.party.root_pem}


def open_folder(path: Path) -> Folder:
    """An initialised folder; Refused("enrolment") or StoreError when it is none."""
    return Folder(path, load_party(path), KEY_FILES.read(path / LOG_KEY).decode().strip())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder for one serving process; Refused("busy") when another has it, StoreError when the disk fails."""
    try:
        file = (path / LOCK).open("a")
    except OSError as error:
        raise StoreError(f"cannot write {path / LOCK}: {error.strerror}; try again") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("busy", f"another process serves from {path}") from error
        yield


@contextmanager
def locked_database(url: str) -> Iterator[None]:
    """Hold a file of SQLite for one serving process, wherever it lies; Refused("busy") when another has it.

    PostgreSQL needs none: there the store itself lets one process append.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        yield
        return
    path = Path(parsed.database)
    try:
        file = path.with_name(f"{path.name}.lock").open("a")
    except OSError as error:
        raise StoreError(f"the database at {path} cannot be used: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                "busy", f"another process serves from {path}: stop it, or use PostgreSQL for several"
            ) from error
        yield


def set_serving(path: Path, grpc_address: str, http_address: str) -> None:
    """Note where the doors are, for commands run beside the server."""
    write_file(path / SERVING, json.dumps({"grpc": grpc_address, "http": http_address}).encode())


def find_serving(path: Path) -> str | None:
    """The address of the gRPC door of a running server, if one noted it."""
    if not (path / SERVING).exists():
        return None
    return str(json.loads(read_file(path / SERVING))["grpc"])


def set_backed_up(path: Path, made: int) -> None:
    """Leave in the folder when it was backed up last, Unix seconds; StoreError."""
    write_file(path / BACKED_UP, json.dumps({"made": made}).encode())


def find_backed_up(path: Path) -> int | None:
    """When `sealsum coordinator backup` copied this folder last, Unix seconds; None for never; StoreError."""
    if not (path / BACKED_UP).exists():
        return None
    return int(json.loads(read_file(path / BACKED_UP))["made"])

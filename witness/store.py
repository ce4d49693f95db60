"""A witness's folder: its key, the logs it watches with the last checkpoint of each, and evidence against them.

The one fact: a checkpoint is compared with the last one and takes its place in one transaction that is on disk before
the witness signs, so it never signs two histories, whatever crashes. Losing this folder means a new witness: an old
copy of it would sign again what lies behind. C2SP tlog-witness.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crypto.cosignature import make_witness_key, parse_witness_signer
from crypto.errors import CryptoError
from crypto.group import Random
from crypto.note import parse_verifier
from operation.files import write_file
from operation.key_files import KeyFiles
from protocol.errors import PeerError, Refused, StoreError

KEY, PUBLIC, DATABASE = "witness.key", "witness.pub", "witness.sqlite"
KEY_FILES = KeyFiles("SEALSUM_WITNESS_PASSPHRASE_FILE")
EVIDENCE_KEPT = 1000
UNPROVEN_KEPT = 100
"""Anyone can send a proof that fails with a checkpoint that is good, so such evidence leaves room for what convicts."""
_TABLES = """
CREATE TABLE IF NOT EXISTS logs (origin TEXT PRIMARY KEY, key TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS evidence
    (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, origin TEXT NOT NULL, data BLOB UNIQUE);
"""


@dataclass(frozen=True, slots=True)
class WatchedLog:
    """A log, its public key, and the last checkpoint cosigned: its size and the note, 0 and "" before the first."""

    origin: str
    key: str
    size: int
    note: str


def make_witness(folder: Path, name: str, random: Random) -> str:
    """Draw a witness's key in a new folder and return its public text; Refused when there is one already."""
    if (folder / KEY).exists():
        raise Refused("folder", f"{folder} holds a witness already; a witness is never replaced")
    try:
        private, public = make_witness_key(name, random)
    except CryptoError as error:
        raise PeerError("name", f"{error}; take something like witness.example.com") from error
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(folder / PUBLIC, f"{public}\n".encode())
        _open_database(folder).close()
        KEY_FILES.write(folder / KEY, f"{private}\n".encode())  # last: its presence says that all is there
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror}") from error
    return public


def _open_database(folder: Path) -> sqlite3.Connection:
    path = folder / DATABASE
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    # Before the witness signs, what it signs is on disk.
    connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_TABLES}")
    return connection


class Store:
    """An opened witness; the repr shows no key. It signs once it is unlocked."""

    def __init__(self, folder: Path) -> None:
        try:
            (folder / KEY).stat()
            self.public_key = (folder / PUBLIC).read_text().strip()
            if not (folder / DATABASE).is_file():
                raise StoreError(
                    f"{folder / DATABASE} is missing: this witness has forgotten what it signed; retire it"
                )
            self._folder = folder
            self._private_key: str | None = None
            self._lock = threading.RLock()
            self._db = _open_database(folder)
        except OSError as error:
            raise StoreError(
                f"{folder} holds no witness ({error.strerror}); make one: sealsum witness init {folder} --name NAME"
            ) from error

    def __repr__(self) -> str:
        return f"Store({str(self._folder)!r}, <key redacted>)"

    def unlock(self) -> None:
        """Read the key to sign with; Refused("passphrase") when it is locked and the passphrase is not there."""
        path = self._folder / KEY
        try:
            text = KEY_FILES.read(path).decode("ascii").strip()
            parse_witness_signer(text)
        except (CryptoError, UnicodeDecodeError) as error:
            raise StoreError(f"{path} is damaged: it holds no witness's key; put its copy back") from error
        self._private_key = text

    @property
    def private_key(self) -> str:
        """What it signs with, once `unlock` has read it."""
        assert self._private_key is not None, "unlock the store before signing"
        return self._private_key

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A transaction that holds the write lock from its start; durable when it ends well, else nothing happened."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise StoreError(
                    f"the store in {self._folder} failed ({error}); nothing was signed"
                ) from error

    def add_log(self, key: str) -> WatchedLog:
        """Watch the log with this public key; Refused("log") for another key of a known origin."""
        try:
            origin = parse_verifier(key).name
        except CryptoError as error:
            raise PeerError("log-key", f"{error}; ask the log's operator for NAME+HASH+KEY") from error
        with self.turn():
            known = self.find(origin)
            if known is not None and known.key != key:
                raise Refused("log", f"{origin} is watched under another key; a log never changes its key")
            if known is None:
                self._db.execute("INSERT INTO logs VALUES (?, ?, 0, '')", (origin, key))
        return WatchedLog(origin, key, 0, "") if known is None else known

    def logs(self) -> list[WatchedLog]:
        """Every watched log."""
        rows = self._db.execute("SELECT origin, key, size, note FROM logs ORDER BY origin")
        return [WatchedLog(*row) for row in rows]

    def find(self, origin: str) -> WatchedLog | None:
        """The log of this origin, or None."""
        row = self._db.execute(
            "SELECT origin, key, size, note FROM logs WHERE origin = ?", (origin,)
        ).fetchone()
        return None if row is None else WatchedLog(*row)

    def move(self, origin: str, size: int, note: str) -> None:
        """Take a checkpoint as the last one; within `turn`."""
        self._db.execute("UPDATE logs SET size = ?, note = ? WHERE origin = ?", (size, note, origin))

    def keep_evidence(self, origin: str, data: bytes, now: int, most: int = EVIDENCE_KEPT) -> None:
        """Keep evidence against a log, once, unless `most` are kept in all."""
        with self.turn():
            (count,) = self._db.execute("SELECT COUNT(*) FROM evidence").fetchone()
            if count < most:
                self._db.execute(
                    "INSERT OR IGNORE INTO evidence (at, origin, data) VALUES (?, ?, ?)", (now, origin, data)
                )

    def evidence(self) -> list[tuple[int, int, str, bytes]]:
        """Number, time, origin and bytes of all evidence kept."""
        rows = self._db.execute("SELECT id, at, origin, data FROM evidence ORDER BY id")
        return [(int(row[0]), int(row[1]), str(row[2]), bytes(row[3])) for row in rows]

"""What an audit has read and checked so far, in one SQLite file, so that it goes on where it was stopped.

The one fact: leaves are kept as the log served them first, so a log that rewrites its past is held against what it
said then. Statements lie here as they came; the file is readable by its owner only.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from protocol.errors import Refused, StoreError

_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rows (place INTEGER PRIMARY KEY, leaf BLOB NOT NULL, data BLOB);
CREATE TABLE IF NOT EXISTS checked (work TEXT PRIMARY KEY, digest TEXT NOT NULL, phase TEXT NOT NULL);
"""


class State:
    """The state of one audit of one log by one reader."""

    def __init__(self, path: Path, log_key: str, reader: str) -> None:
        self.path = path
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path)
            # What the last seconds wrote may be lost with the power: it is read again.
            self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_TABLES}")
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{path} cannot be used: {error}") from error
        for name, value in (("log_key", log_key), ("reader", reader)):
            if self.value(name) not in (None, value):
                raise Refused("state", f"{path} is of another audit ({name} differs); take another file")
            self.keep_value(name, value)

    def close(self) -> None:
        """Write out and let go."""
        self._db.commit()
        self._db.close()

    def value(self, name: str) -> str | None:
        """A setting, or None."""
        row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def keep_value(self, name: str, value: str) -> None:
        """Write a setting."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def size(self) -> int:
        """How many leaves have been read."""
        # They are kept in order without a gap; counting them would read them all.
        return int(self._db.execute("SELECT COALESCE(MAX(place) + 1, 0) FROM rows").fetchone()[0])

    def keep(self, start: int, leaves: Sequence[bytes], data: Sequence[bytes | None]) -> None:
        """Take the next leaves with their envelopes."""
        places = range(start, start + len(leaves))
        with self._db:
            self._db.executemany("INSERT INTO rows VALUES (?, ?, ?)", zip(places, leaves, data, strict=True))

    def rows(self, size: int) -> Iterator[tuple[bytes, bytes | None]]:
        """The first `size` leaves with their envelopes, in order."""
        yield from self._db.execute("SELECT leaf, data FROM rows WHERE place < ? ORDER BY place", (size,))

    def checked(self, work: str) -> tuple[str, str] | None:
        """Digest and phase of a piece of work that was found good, or None."""
        row = self._db.execute("SELECT digest, phase FROM checked WHERE work = ?", (work,)).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def keep_checked(self, found: Sequence[tuple[str, str, str]]) -> None:
        """Remember pieces of work that were found good: name, digest, phase."""
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO checked VALUES (?, ?, ?)", found)


class Rows:
    """Reads the leaves that a State keeps, beside it and in any process."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path)
            self._db.execute("PRAGMA query_only=1")
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be read: {error}") from error

    def close(self) -> None:
        """Let go."""
        self._db.close()

    def at(self, places: Sequence[int]) -> list[tuple[bytes, bytes | None]]:
        """The leaves at these places, which are there, with their envelopes."""
        query = "SELECT leaf, data FROM rows WHERE place = ?"
        return [self._db.execute(query, (place,)).fetchone() for place in places]

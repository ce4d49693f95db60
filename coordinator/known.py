"""The newest checkpoints of this log that are kept outside its database: with witnesses, mirrors, and the blobs.

The one fact: each is signed by the log itself, so whoever shows one of more statements than the database holds proves
that statements are missing; a log that went on from there would be a rollback to everyone. Protocol section 5.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from coordinator.journal import Journal
from coordinator.objects import Objects
from coordinator.outward import ask_outside
from coordinator.store.contract import LogStore
from coordinator.witnessing import Witness
from crypto.errors import CryptoError
from crypto.merkle import root_at
from crypto.note import Checkpoint, check_checkpoint, parse_verifier
from operation.files import read_file
from protocol.errors import NetworkError, PeerError, Refused, StoreError

KEEP_SECONDS = 10.0
"""How old the checkpoint beside the blobs may be while the log grows."""
ANSWER_LIMIT = 1024 * 1024
_log = logging.getLogger("sealsum.coordinator.known")


@dataclass(frozen=True, slots=True)
class Known:
    """A checkpoint that this log signed, and who holds it."""

    source: str
    checkpoint: Checkpoint


def parse_known(source: str, note: str, log_key: str) -> Known:
    """Refused("known") unless the note is a checkpoint that the log with this public key signed."""
    try:
        return Known(source, check_checkpoint(note, log_key))
    except CryptoError as error:
        raise Refused("known", f"{source} holds no checkpoint of this log: {error}") from error


def read_known(source: str, log_key: str) -> Known:
    """A checkpoint in a file, or what a mirror's URL answers; Refused("known"), NetworkError, StoreError."""
    if not source.startswith(("http://", "https://")):
        return parse_known(source, read_file(Path(source)).decode("utf-8", "replace"), log_key)
    url = source if source.endswith("/checkpoint") else f"{source.rstrip('/')}/checkpoint"
    asked = ask_outside(url, ANSWER_LIMIT)
    if asked.status != 200:
        raise NetworkError(f"{source} answers {asked.status}, expected its checkpoint")
    return parse_known(source, asked.body, log_key)


def ask_witnesses(witnesses: Sequence[Witness], log_key: str) -> list[Known]:
    """What each witness cosigned last; one that does not answer, or has nothing of this log, is left out."""
    if not witnesses:
        return []
    with ThreadPoolExecutor(len(witnesses)) as pool:
        return [found for found in pool.map(lambda one: _ask(one, log_key), witnesses) if found is not None]


def _ask(witness: Witness, log_key: str) -> Known | None:
    origin = parse_verifier(log_key).name
    try:
        told = json.loads(ask_outside(witness.url, ANSWER_LIMIT).body)
        note = told["checkpoints"][origin]
        return parse_known(f"witness {witness.url}", str(note), log_key) if note else None
    except (NetworkError, Refused, ValueError, KeyError, TypeError) as error:
        _log.warning("witness %s does not say how far this log had come: %s", witness.url, error)
        return None


def find_beside_blobs(objects: Objects, log_key: str) -> list[Known]:
    """What the coordinator left beside the blobs, if anything; Refused("known") when another key signed it."""
    note = objects.get(_name(log_key))
    return [] if note is None else [parse_known("the blob store", note.decode("utf-8", "replace"), log_key)]


def _name(log_key: str) -> str:
    return f"checkpoints/{parse_verifier(log_key).key_hash.hex()}"


def check_reaches(log: LogStore | None, known: Sequence[Known]) -> None:
    """Raise Refused unless the log in the database (None: there is none yet) is one that continues what is known.

    1. "behind": it has at least as many statements. 2. "forked": at that size it has the same root.
    """
    newest = None if log is None else log.newest_checkpoint()
    size = 0 if newest is None else newest.size
    for one in sorted(known, key=lambda one: one.checkpoint.size, reverse=True):
        wanted = one.checkpoint
        if wanted.size > size:  # 1
            raise Refused("behind", _lost(one, size))
        if log is not None and wanted.size and root_at(wanted.size, log.read_hash) != wanted.root:  # 2
            raise Refused(
                "forked",
                f"{one.source} holds a checkpoint of {wanted.size} statements that this log signed, and the database "
                "has others: never serve from it, restore the database that belongs to this log",
            )


def _lost(known: Known, size: int) -> str:
    wanted = known.checkpoint.size
    return (
        f"this copy of the log ends after {size} statements, and {known.source} holds its signature over {wanted}: "
        f"{wanted - size} statements are lost in it, from number {size} to {wanted - 1}. To nodes and witnesses it "
        "would be a log that went back; bring a newer copy of the database, and do not serve from this one"
    )


class Keeping:
    """Leaves the newest checkpoint beside the blobs, on a thread of its own, as long as this process appends."""

    def __init__(
        self, journal: Journal, objects: Objects, log_key: str, is_leading: Callable[[], bool]
    ) -> None:
        self._journal = journal
        self._objects = objects
        self._name = _name(log_key)
        self._is_leading = is_leading
        self._kept = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Leave the last one and end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        for _ in self._turns():
            head = self._journal.head
            if head.frontier.size == self._kept or not self._is_leading():
                continue
            try:
                self._objects.put(self._name, head.note.encode())
                self._kept = head.frontier.size
            except (StoreError, PeerError) as error:
                _log.warning("the newest checkpoint is kept beside the blobs later: %s", error)

    def _turns(self) -> Iterator[None]:
        while not self._stopping.wait(KEEP_SECONDS):
            yield
        yield

"""Collects cosignatures: hands each new checkpoint to the witnesses, and keeps what they signed. C2SP tlog-witness.

The one fact: no submission waits for a witness. What they cosigned follows the head by a second or two and is shown
to whoever asks for the checkpoint, so that one who wants witnesses has them and the others lose nothing.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from coordinator.journal import Head, Journal
from coordinator.outward import Asked, ask_outside
from coordinator.store.contract import LogStore, StoredCheckpoint
from crypto.cosignature import add_cosignatures, find_cosignature, parse_witness_key
from crypto.errors import CryptoError
from operation.files import read_file, write_file
from protocol.errors import PeerError, Refused, SealsumError, StoreError

WITNESSES = "witnesses.json"
POLL_SECONDS = 1.0
FRESH_SECONDS = 900
"""A cosigned checkpoint older than this is not shown before the bare head: the witnesses are away."""
ANSWER_LIMIT = 16 * 1024
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_log = logging.getLogger("sealsum.coordinator.witnessing")


@dataclass(frozen=True, slots=True)
class Witness:
    """Where a witness takes checkpoints, and its key."""

    url: str
    key: str


Ask = Callable[[Witness, bytes], Asked]


def read_witnesses(folder: Path) -> tuple[Witness, ...]:
    """The witnesses that this coordinator asks, as `add_witness` left them; none before that."""
    if not (folder / WITNESSES).exists():
        return ()
    try:
        found = json.loads(read_file(folder / WITNESSES))
        return tuple(Witness(str(item["url"]), str(item["key"])) for item in found)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder / WITNESSES} is damaged: {error}; write it again") from error


def add_witness(folder: Path, witness: Witness) -> tuple[Witness, ...]:
    """Ask this witness from the next start on; PeerError("witness") for no key or no URL, Refused("witness")."""
    try:
        parse_witness_key(witness.key)
    except CryptoError as error:
        raise PeerError("witness", f"{error}; ask the witness for its key") from error
    if urlsplit(witness.url).scheme not in ("http", "https") or not urlsplit(witness.url).hostname:
        raise PeerError("witness", f"expected http://HOST or https://HOST, found {witness.url!r}")
    known = read_witnesses(folder)
    if any(one.key == witness.key for one in known):
        raise Refused("witness", "this witness is asked already")
    every = (*known, witness)
    rows = [{"url": one.url, "key": one.key} for one in every]
    write_file(folder / WITNESSES, json.dumps(rows, indent=2).encode() + b"\n")
    return every


def pins_to_add(folder: Path) -> str:
    """What pins.json needs to hold these witnesses, as its lines; "" where none is asked. They want one of them."""
    named = [{"name": parse_witness_key(one.key).name, "key": one.key} for one in read_witnesses(folder)]
    if not named:
        return ""
    text = json.dumps({"witnesses": named, "threshold": 1}, indent=2)
    return text.removeprefix("{\n").removesuffix("\n}")


def ask_over_http(witness: Witness, body: bytes) -> Asked:
    """POST to the witness's `add-checkpoint`; NetworkError when there is no whole answer in time."""
    return ask_outside(f"{witness.url.rstrip('/')}/add-checkpoint", ANSWER_LIMIT, body)


class Witnessing:
    """Follows the head on a thread of its own. `newest` from any thread."""

    def __init__(
        self,
        journal: Journal,
        log: LogStore,
        witnesses: Sequence[Witness],
        ask: Ask = ask_over_http,
        is_leading: Callable[[], bool] = lambda: True,
    ) -> None:
        self._journal = journal
        self._is_leading = is_leading
        self._log = log
        self._witnesses = tuple(witnesses)
        self._ask = ask
        self._sizes = dict.fromkeys(self._witnesses, 0)
        self._last = ""
        self._cosigned: StoredCheckpoint | None = log.newest_cosigned() if witnesses else None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witnessing", daemon=True)

    def start(self) -> None:
        """Begin to ask, if there is anybody to ask."""
        if self._witnesses:
            self._thread.start()

    def stop(self) -> None:
        """Ask no more; a call under way is not waited for."""
        self._stopping.set()

    def newest(self) -> str:
        """The newest checkpoint: the cosigned one while the witnesses keep up, else the bare head; "" when empty."""
        head, cosigned = self._journal.head, self._cosigned
        if cosigned is not None and head.signed_at - cosigned.logged_at <= FRESH_SECONDS:
            return cosigned.note
        return head.note

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self.collect()
            except SealsumError as error:
                _log.warning("cosignatures wait: %s", error)

    def collect(self) -> None:
        """Have the head cosigned, unless that was done; StoreError when it cannot be kept.

        Of several replicas the one that appends asks; the others show what it kept.
        """
        if not self._is_leading():
            self._cosigned = self._log.newest_cosigned()
            return
        head = self._journal.head
        if not head.note or head.note == self._last:
            return
        with ThreadPoolExecutor(len(self._witnesses)) as pool:
            lines = [line for line in pool.map(lambda one: self._line(one, head), self._witnesses) if line]
        if not lines:
            return
        found = StoredCheckpoint(head.frontier.size, add_cosignatures(head.note, lines), head.signed_at)
        self._log.keep_cosigned(found)
        self._cosigned, self._last = found, head.note

    def _line(self, witness: Witness, head: Head) -> str | None:
        """This witness's line under the head, or None; what it answers is believed only as far as it holds."""
        try:
            asked = self._ask(witness, self._body(witness, head))
            if asked.status == 409 and _SIZE.fullmatch(asked.body.strip()):
                seen = int(asked.body)
                if seen > head.frontier.size:
                    raise PeerError("witness", f"it has seen {seen} leaves: more than this log has")
                self._sizes[witness] = seen
                asked = self._ask(witness, self._body(witness, head))
            if asked.status != 200:
                raise PeerError("witness", f"it answers {asked.status}: {asked.body[:200]}")
            line = asked.body.partition("\n")[0] + "\n"
            if find_cosignature(head.note + line, witness.key) is None:
                raise PeerError("witness", "its answer is signed by another key")
        except (SealsumError, CryptoError) as error:
            _log.warning("witness %s: %s", witness.url, error)
            return None
        self._sizes[witness] = head.frontier.size
        return line

    def _body(self, witness: Witness, head: Head) -> bytes:
        old = self._sizes[witness]
        proof = self._journal.prove_consistency(old, head.frontier.size)
        lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof)]
        return ("\n".join(lines) + "\n\n" + head.note).encode()

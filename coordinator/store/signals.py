"""Tells other replicas at once that there is something to look at, over PostgreSQL's LISTEN and NOTIFY.

The one fact: a signal says nothing that the tables do not say; whoever hears none looks every second all the same, so
one that is lost costs a second and nothing else. Architecture, "State".
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg

from coordinator.store.database import connection_of, parse_url, watched

LOG_GREW, HANDED, ANSWERED = "sealsum_log", "sealsum_handed", "sealsum_answered"
CHANNELS = (LOG_GREW, HANDED, ANSWERED)
LOOK_SECONDS = 1.0
AGAIN_SECONDS = 1.0
_log = logging.getLogger("sealsum.coordinator.signals")


class Signals:
    """Listens on a connection and a thread of its own; `wake` is called on that thread with a channel's name."""

    def __init__(self, url: str, wake: Callable[[str], None]) -> None:
        parsed = parse_url(url)
        self._is_postgres = parsed.get_backend_name() == "postgresql"
        self._address = {**connection_of(parsed), **watched(parsed)}
        self._wake = wake
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signals", daemon=True)

    def start(self) -> None:
        """Begin to listen; on SQLite there is nobody to hear."""
        if self._is_postgres:
            self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                _log.warning("signals are not heard (%s); looking every second", type(error).__name__)
                self._stopping.wait(AGAIN_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(autocommit=True, **self._address) as connection:
            for channel in CHANNELS:
                connection.execute(f"LISTEN {channel}")
            for channel in CHANNELS:  # what was signalled before we listened
                self._wake(channel)
            while not self._stopping.is_set():
                for notice in connection.notifies(timeout=LOOK_SECONDS):
                    self._wake(notice.channel)
                    if self._stopping.is_set():
                        return

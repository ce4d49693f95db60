"""Reads what the first pages after a start would wait for: the library and the certificates that cite it.

The one fact: it fills only what anybody who asks would fill as well, so failing early costs time, never truth.
"""

from __future__ import annotations

import logging
import threading

from coordinator.catalogue import Catalogue
from coordinator.citations import Citations
from operation.memory import settle
from protocol.errors import PeerError, StoreError
from protocol.searching import Query

_log = logging.getLogger("sealsum.coordinator.reading")


class ReadingAhead:
    """A thread that ends when everything was read."""

    def __init__(self, catalogue: Catalogue, citations: Citations) -> None:
        self._catalogue = catalogue
        self._citations = citations
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reading ahead", daemon=True)

    def start(self) -> None:
        """Begin; nothing when it was begun before, as by doors that are opened again."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """End after what is being read just now."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._catalogue.search(Query("-"))  # reads the library, and folds every text of it
            while not self._stopping.is_set() and not self._citations.read_ahead():
                continue
            settle()
        except (StoreError, PeerError) as error:
            _log.warning("pages will read later what could not be read ahead: %s", error)

"""What `sealsum verify` writes for people: the certificate page. Protocol section 7; docs/certificate.md.

The one fact: the page repeats every check by itself, so it is written for a bad certificate as well as for a good one.
"""

from __future__ import annotations

import tempfile
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from protocol.certificate import Pins
from verifier.page_files import write_page


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Where the page goes (None: a folder of its own), and whether a browser is to open it."""

    folder: Path | None
    is_opened: bool


def write_wanted_page(data: bytes, pins: Pins, wanted: PageWanted) -> Path | None:
    """The page's index.html when one was asked for, else None; Refused when it cannot be written."""
    if wanted.folder is None and not wanted.is_opened:
        return None
    place = wanted.folder or Path(tempfile.mkdtemp(prefix="sealsum-certificate-"))
    return write_page(place.resolve(), pins, data)


def open_page(index: Path) -> bool:
    """Whether a browser took the page."""
    return webbrowser.open(index.as_uri())

"""What `sealsum verify` writes for people: the certificate page, the report. Protocol section 7; docs/certificate.md.

The one fact: the page repeats every check by itself, so it is written for a bad certificate as well as for a good one;
a report cannot, so there is none of a bad one.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from exchange.report.making import make_report
from operation.phrases import Language
from protocol.certificate import Pins, Report
from protocol.errors import Refused
from verifier.files import ToldInBoth, say_existing
from verifier.page_files import write_page

_HTML = (".html", ".htm")


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Where the page goes (None: a folder of its own), and whether a browser is to open it."""

    folder: Path | None
    is_opened: bool


def write_wanted_page(data: bytes, called: str, pins: Pins, wanted: PageWanted) -> Path | None:
    """The page's index.html when one was asked for, else None; Refused when it cannot be written.

    `called`: the name of the certificate's file.
    """
    if wanted.folder is None and not wanted.is_opened:
        return None
    place = wanted.folder or Path(tempfile.mkdtemp(prefix="sealsum-certificate-"))
    return write_page(place.resolve(), pins, data, called)


def open_page(index: Path) -> bool:
    """Whether a browser took the page."""
    return webbrowser.open(index.as_uri())


def choose_language(asked: str | None) -> Language:
    """The report's language: as asked, else the user's; Refused for another than zh and en."""
    if asked is None:
        asked = os.environ.get("SEALSUM_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
        return "zh" if asked.startswith("zh") else "en"
    if asked not in ("zh", "en"):
        raise Refused("report", f"expected zh or en as language of the report, found {asked!r}")
    return "zh" if asked == "zh" else "en"


def write_report(report: Report, data: bytes, out: Path | None, how: tuple[Language, str]) -> str | None:
    """Write the report of a good certificate to a new .pdf or .html file; its SHA-256, None when none is written.

    `how`: its language, and the address of a certificate page or "".
    """
    if out is None:
        return None
    kind = out.suffix.lower()
    if kind not in (*_HTML, ".pdf"):
        raise Refused("report", f"expected a file name that ends in .pdf or .html, found {out.name!r}")
    if not report.is_good:
        return None
    made = make_report(report, data, "html" if kind in _HTML else "pdf", *how)
    try:
        with out.open("xb") as file:
            file.write(made)
    except FileExistsError as error:
        raise ToldInBoth("report", say_existing(out)) from error
    except OSError as error:
        raise Refused("report", f"{out} cannot be written: {error.strerror}") from error
    return hashlib.sha256(made).hexdigest()

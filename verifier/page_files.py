"""The certificate page as files: copied as it is shipped, with pins and a certificate put in where there are any.

The one fact: what is put in are data blocks that the page reads and never runs; the page says plainly that its pins
came with it.
"""

from __future__ import annotations

import base64
import html
import json
from importlib import resources
from pathlib import Path

from protocol.certificate import Pins
from protocol.errors import Refused

INDEX = "index.html"
FILES = (INDEX, "sealsum-page.css", "sealsum-verify.js")
_PINS = '<script type="application/json" id="given-pins">'
_CERTIFICATE = '<script type="application/json" id="given-certificate" data-name="{name}">'


def read_page_file(name: str) -> bytes:
    """One file of the page as it is shipped."""
    return resources.files("verifier.page").joinpath(name).read_bytes()


def fill_index(pins: Pins, certificate: bytes, called: str) -> bytes:
    """index.html with these pins and this certificate in it, called as its file is."""
    witnesses = [{"name": key.partition("+")[0], "key": key} for key in pins.witnesses]
    fields = {
        "log_key": pins.log_key,
        "authority_root": pins.authority_root,
        "witnesses": witnesses,
        "threshold": pins.threshold,
    }
    # A closing tag inside the block would end it.
    text = json.dumps(fields, ensure_ascii=True).replace("<", "\\u003c")
    page = read_page_file(INDEX).decode("utf-8")
    page = page.replace(_PINS, _PINS + text, 1)
    block = _CERTIFICATE.format(name=html.escape(called)) + base64.b64encode(certificate).decode()
    return page.replace(_CERTIFICATE.format(name=""), block, 1).encode("utf-8", "replace")


def write_page(folder: Path, pins: Pins, certificate: bytes, called: str = "certificate.json") -> Path:
    """Write the page to a new or empty folder, return its index.html; Refused when it cannot be.

    `called`: the name of the certificate's file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            data = fill_index(pins, certificate, called) if name == INDEX else read_page_file(name)
            with (folder / name).open("xb") as file:
                file.write(data)
    except FileExistsError as error:
        raise Refused("page", f"{folder} holds a page already, or is a file; name a new folder") from error
    except OSError as error:
        raise Refused("page", f"{folder} cannot be written: {error.strerror}") from error
    return folder / INDEX

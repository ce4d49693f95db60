"""Read a bundle from disk, write its redacted form. Protocol section 7.

The one fact: a bundle is untrusted bytes, so no more of it is read than a bundle may have.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from exchange.report.labels import LABELS
from exchange.report.telling import looks_like_certificate
from protocol.bundle import MAX_BUNDLE, Bundle, encode_bundle, redact
from protocol.errors import PeerError, Refused
from verifier.files import ToldInBoth, say_existing, say_unreadable


def read_bundle_file(path: Path) -> bytes:
    """The file's bytes, one more than allowed at most, so that the first check names an oversized one.

    Refused("file") for one that cannot be read, and for one that is no certificate, whole or damaged.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BUNDLE + 1)
    except OSError as error:
        raise ToldInBoth("file", say_unreadable(path, error)) from error
    if not looks_like_certificate(data):
        said = LABELS["not_certificate"]
        raise ToldInBoth("file", f"{said.zh}\n{said.en}".format(file=path.name))
    return data


def write_redacted(bundle: Bundle, out: Path) -> str:
    """Write the public form of a full bundle to a new file, return its SHA-256; Refused when it cannot be."""
    try:
        redacted = encode_bundle(redact(bundle))
    except PeerError as error:
        raise Refused("redact", error.message) from error
    try:
        with out.open("xb") as file:
            file.write(redacted)
    except FileExistsError as error:
        raise ToldInBoth("redact", say_existing(out)) from error
    except OSError as error:
        raise Refused("redact", f"{out} cannot be written: {error.strerror}") from error
    return hashlib.sha256(redacted).hexdigest()

"""The formats by name, for whoever has a file to write: from a certificate to bytes.

The one fact: a format either carries the result as it was certified or refuses and says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from exchange.battery_pass import make_battery_footprint
from exchange.catena_x import make_pcf
from exchange.certified import Certified, find_pack
from exchange.pact import make_product_footprint
from exchange.particulars import Particulars
from exchange.table import encode_csv
from protocol.errors import Refused

DOCUMENTS = ("pact", "battery-pass", "catena-x")
"""JSON documents of one pack each."""
FORMATS = (*DOCUMENTS, "csv")
"""What needs nothing but the standard library."""


def make_document(
    certified: Certified, format: str, particulars: Particulars, model: str | None
) -> dict[str, Any]:
    """One pack as a document of DOCUMENTS; Refused says what the format cannot carry or what is not stated."""
    pack = find_pack(certified, model)
    if format == "pact":
        return make_product_footprint(pack, particulars)
    if format == "battery-pass":
        return make_battery_footprint(pack, particulars)
    if format == "catena-x":
        return make_pcf(pack, particulars)
    raise unknown_format(format, DOCUMENTS)


def encode_certified(certified: Certified, format: str, particulars: Particulars, model: str | None) -> bytes:
    """A file in one of FORMATS; Refused as `make_document`. A table holds every model."""
    if format == "csv":
        return encode_csv(certified)
    return encode_document(make_document(certified, format, particulars, model))


def encode_document(document: Mapping[str, Any]) -> bytes:
    """A document as a file that people can read too."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def unknown_format(format: str, known: tuple[str, ...]) -> Refused:
    """What to say of a format that is not known here."""
    return Refused("format", f"unknown format {format!r}: expected one of {', '.join(known)}")

"""Factors of the log as files for others: a table of all fields as csv, or a package for openLCA."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Literal

from method.factor import Factor
from method.factor_table import COLUMNS, encode_factor_row
from protocol.library import factor_of
from protocol.payloads import Factor as Statement
from protocol.shelf import Item
from protos.openlca import encode_package

Format = Literal["csv", "openlca"]


def published_factors(items: Iterable[Item]) -> list[Factor]:
    """The newest published version of each factor, by code."""
    newest: dict[str, Factor] = {}
    for item in sorted(items, key=lambda item: item.payload.version):
        if item.state == "published" and isinstance(item.payload, Statement):
            newest[item.payload.code] = factor_of(item.payload)
    return [newest[code] for code in sorted(newest)]


def encode_factors(factors: Sequence[Factor], form: Format) -> bytes:
    """The file: csv in UTF-8 with a mark, so that spreadsheet programs read Chinese, or a .zip."""
    if form == "openlca":
        return encode_package(factors)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(encode_factor_row(factor) for factor in factors)
    return text.getvalue().encode("utf-8-sig")

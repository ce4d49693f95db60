"""Factors of the log as files for others: a table of all fields as csv, or a package for openLCA."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from method.factor import Factor
from method.factor_table import encode_factor_table
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
    """The file: csv as `encode_factor_table` writes it, or a .zip."""
    return encode_package(factors) if form == "openlca" else encode_factor_table(factors)

"""A stored certificate in the formats that others read. docs/exchange.md.

The one fact: the certificate is verified again, under this node's pins, before a figure of it is written anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exchange.battery_pass import say_left_out
from exchange.certified import Certified, read_certified
from exchange.formats import DOCUMENTS, FORMATS, encode_certified, make_document, unknown_format
from exchange.particulars import Particulars, parse_particulars
from exchange.report.making import PAGE, make_report
from exchange.table import TITLES, Row, list_rows
from method.errors import MethodError
from method.rules import counted_stages
from node.importers.toml import read_toml
from node.language import Language, Phrase
from node.maker.resulting import find_certificate, verify_own
from node.organisation import Node
from protocol.certificate import Report
from protocol.errors import Refused
from web.tables import Cell, Column, Kind, Table, encode_table

XLSX = "xlsx"
ALL_FORMATS = (*FORMATS, XLSX)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export: a format, the model where a certificate has several, and what the owner states of it."""

    format: str
    model: str | None = None
    particulars: Particulars = field(default_factory=Particulars)


def read_particulars(path: Path | None) -> Particulars:
    """The owner's file; ImportProblems when it is no TOML, Refused("particulars") with every slip in it."""
    return Particulars() if path is None else make_particulars(read_toml(path), path.name)


def make_particulars(record: Mapping[str, object], name: str = "particulars") -> Particulars:
    """What the owner states, from its fields; Refused("particulars") with every slip."""
    try:
        return parse_particulars(record)
    except MethodError as error:
        raise Refused("particulars", f"{name}: {error}") from error


def need_certified(node: Node, request: str) -> Certified:
    """What the stored certificate of a request says; Refused("certificate") when there is none that holds."""
    return read_certified(*_verify_stored(node, request))


def export_report(node: Node, request: str, format: str, language: Language) -> bytes:
    """The report for people of a stored certificate, as `sealsum verify --report` makes it; Refused as that."""
    report, data = _verify_stored(node, request)
    return make_report(report, data, format, language, os.environ.get(PAGE, ""))


def _verify_stored(node: Node, request: str) -> tuple[Report, bytes]:
    saved = find_certificate(node, request)
    if saved is None:
        raise Refused(
            "certificate",
            f"no certificate of request {request[:16]} is stored here; first: sealsum node certificate "
            f"{node.store.folder} {request[:16]}",
        )
    return verify_own(node, saved.bundle), saved.bundle


def export_document(node: Node, request: str, wanted: Wanted) -> dict[str, Any]:
    """One pack as a document of a JSON format; Refused says what the format cannot carry or what is not stated."""
    if wanted.format not in DOCUMENTS:
        raise unknown_format(wanted.format, DOCUMENTS)
    return make_document(need_certified(node, request), wanted.format, wanted.particulars, wanted.model)


def export_file(node: Node, request: str, wanted: Wanted) -> bytes:
    """The certificate as a file of any format; Refused as `export_document`. Tables hold every model."""
    if wanted.format not in ALL_FORMATS:
        raise unknown_format(wanted.format, ALL_FORMATS)
    certified = need_certified(node, request)
    if wanted.format == XLSX:
        return encode_workbook(certified)
    return encode_certified(certified, wanted.format, wanted.particulars, wanted.model)


def tell_left_out(node: Node, request: str, format: str) -> Phrase | None:
    """Which stages a file of this format lacks without saying so; None where it says all or lacks none."""
    if format != "battery-pass":
        return None
    terms = node.calculation(request).terms
    return say_left_out(counted_stages(terms.method, terms.boundary), terms.declared)


def encode_workbook(certified: Certified) -> bytes:
    """The table as a workbook: figures are numbers with all their digits, shares print per cent and need no unit,
    everything else is text."""
    rows = [
        (
            *(row.model, row.code, row.name_en, row.name_zh),
            Cell(row.value, kind=_kind_of(row)),
            "" if row.is_share else row.unit,
        )
        for row in list_rows(certified)
    ]
    return encode_table(Table("result", "result", [Column(title) for title in TITLES], rows), "xlsx")


def _kind_of(row: Row) -> Kind:
    """How a workbook prints the value of a row."""
    if row.is_share:
        return "least"
    return "number" if row.unit else "text"

"""Reads .csv as spreadsheet programs write it: UTF-8 with or without mark, or GB 18030; comma, semicolon or tab."""

from __future__ import annotations

import csv
import io

from node.importers.problem import refuse
from node.importers.sheets import MAX_COLUMNS, MAX_ROWS, Row, Sheet

_ENCODINGS = ("utf-8-sig", "gb18030")


def read_delimited(name: str, data: bytes) -> list[Sheet]:
    """The one sheet of a .csv; raise ImportProblems when it is no text, too long or malformed."""
    text = _decode(name, data)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text), strict=True)
    try:
        for cells in reader:
            if len(rows) >= MAX_ROWS:
                raise refuse(name, "too-many-rows", limit=MAX_ROWS)
            if any(cell.strip() for cell in cells):
                # line_num is the line a reader of the file sees, also after cells with line breaks.
                rows.append(Row(reader.line_num, tuple(cell.strip() or None for cell in cells[:MAX_COLUMNS])))
    except csv.Error as error:
        raise refuse(name, "malformed-text", line=reader.line_num, reason=str(error)) from error
    return [Sheet("", rows)]


def _decode(name: str, data: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refuse(name, "not-text")


def _find_delimiter(text: str) -> str:
    head = text[:4096].split("\n", 1)[0]
    return max(",;\t", key=head.count)

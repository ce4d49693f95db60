"""What a workbook says of itself."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook


def read_about(data: bytes) -> dict[str, Any]:
    """The second sheet of a table's workbook, by label."""
    _, said = load_workbook(io.BytesIO(data)).worksheets
    assert said.title == "About this table"
    return {str(label): value for label, value in said.iter_rows(values_only=True)}

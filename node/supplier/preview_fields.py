"""A preview as plain fields, for `--json` and for the REST API."""

from __future__ import annotations

from typing import Any

from method.exact import encode_decimal
from node.supplier.previewing import LinePreview, Preview


def make_preview_fields(preview: Preview) -> dict[str, Any]:
    """A preview as plain fields; numbers are decimals as text."""
    return {
        "records": preview.records,
        "product": preview.product,
        "declared_unit": preview.declared_unit,
        "method": preview.method,
        "boundary": "full",
        "lines": [_make_line_fields(line) for line in preview.lines],
        "unit_footprint_kg": encode_decimal(preview.unit_footprint_kg),
        "certificates": preview.certificates,
        "warnings": [{"zh": warning.zh, "en": warning.en} for warning in preview.warnings],
    }


def _make_line_fields(line: LinePreview) -> dict[str, Any]:
    factor = line.factor
    return {
        "line": line.line.code,
        "name_zh": line.line.name_zh,
        "name_en": line.line.name_en,
        "unit": line.line.unit,
        "amount": encode_decimal(line.amount),
        "factor": factor.code,
        "factor_name_zh": factor.name_zh,
        "factor_name_en": factor.name_en,
        "factor_version": factor.version,
        "source": factor.source,
        "region": factor.region,
        "year": factor.year,
        "system_boundary": factor.system_boundary,
        "grade": factor.grade,
        "kg_per_unit": encode_decimal(line.kg_per_unit),
        "footprint_kg": encode_decimal(line.footprint_kg),
        "share": encode_decimal(line.share, 6),
        "data": "secondary" if line.line.secondary else "primary",
        "quality_rating": encode_decimal(line.quality_rating, 4),
    }

"""The template's sheet of cut-offs: small materials that were left out, and where their mass goes instead."""

from __future__ import annotations

from node.importers.columns import make_columns

COLUMNS = make_columns(
    material=("材料 Material", "材料", "物料", "material"),
    mass=("质量 Mass", "质量", "mass"),
    unit=("单位 Unit", "单位", "unit"),
    component=("部件总质量 Component mass", "部件总质量", "部件质量", "component mass"),
    reason=("理由 Reason", "理由", "原因", "reason"),
)

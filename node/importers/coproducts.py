"""The template's sheet of co-products: what the process makes besides the declared product, and the share of each."""

from __future__ import annotations

from node.importers.columns import make_columns

COLUMNS = make_columns(
    product=("产品 Product", "产品", "产品名称", "product"),
    amount=("产量 Output", "产量", "output"),
    unit=("单位 Unit", "单位", "unit"),
    price=("单价 Unit price", "单价", "unit price", "price"),
    basis=("分摊依据 Basis", "分摊依据", "basis"),
)
OWN = "本产品 This product"
BASES = ("质量 mass", "能量 energy", "经济 economic")

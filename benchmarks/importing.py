"""A workbook of 50 000 records from file to store, in a process of its own: time and peak memory.

    python -m benchmarks.importing FILE    reads and stores it, and prints seconds by step and the peak in MiB

The one fact: nothing is left out but the network: reading, every check, sums, unit footprint, salts, and the locked
write into a node's store.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from openpyxl import Workbook

from benchmarks.clocks import rounded
from benchmarks.figures import Figure

RECORDS, IMPORT_S, IMPORT_MIB = 50_000, 15, 500
EXAMPLES = Path(__file__).parent.parent / "examples"
TITLES = (
    "项目代码 Line code", "开始日期 Period start", "结束日期 Period end", "数量 Amount", "单位 Unit", "因子代码 Factor",
    "分摊比例 Share", "凭证 Document", "备注 Note",
)  # fmt: skip
LINES = (("grid-electricity", "MWh"), ("pv-electricity", "kWh"), ("road-transport", "t·km"))


def measure_import() -> Sequence[Figure]:
    """One import in a fresh process; the workbook is made before the clock starts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activity.xlsx"
        write_workbook(path, RECORDS)
        size = path.stat().st_size / 2**20
        words = [sys.executable, "-m", "benchmarks.importing", str(path)]
        start = time.monotonic()
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        wall = time.monotonic() - start
    found = json.loads(done.stdout)
    note = f"a workbook of {rounded(size)} MiB"
    return [
        Figure(
            f"import of {RECORDS} records, wall time", rounded(wall), "s", IMPORT_S, found["seconds"], note
        ),
        Figure(f"import of {RECORDS} records, peak memory", rounded(found["mib"]), "MiB", IMPORT_MIB),
    ]


def write_workbook(path: Path, records: int) -> None:
    """Meter readings and deliveries by day, each with a document of its own, and the output of the year."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Activity")
    sheet.append(TITLES)
    sheet.append(["output", date(2025, 1, 1), date(2025, 12, 31), 8636.25, "t", None, None, "PR-2025", None])
    for number in range(records - 1):
        line, unit = LINES[number % len(LINES)]
        day = date(2025, number % 12 + 1, number % 28 + 1)
        share = 0.35 if number % 7 == 0 else None
        sheet.append(
            [line, day, day, (number * 7919 % 100_000) / 8, unit, None, share, f"EM-{number}", "电费单"]
        )
    book.save(path)


def _import(path: Path) -> dict[str, Any]:
    """Read, check, sum and store; seconds by step and the peak of this process."""
    from method.footprint import make_unit_footprint
    from method.rules import DEFAULT_METHOD, FULL, find_rules
    from node.importers.activity import read_activity
    from node.importers.library import read_categories, read_factors
    from node.importers.pack import read_product
    from node.organisation import Node
    from node.store.opening import create_store
    from node.supplier.activities import Source, keep_activity

    library = EXAMPLES / "library"
    factors, categories = read_factors(library), read_categories(library)
    _, product = read_product(EXAMPLES / "ncm-pack" / "cathode")
    category = categories[product.category]
    marks = [time.monotonic()]
    imported = read_activity(path, product, category, factors)
    make_unit_footprint(category, imported.amounts, factors, find_rules(DEFAULT_METHOD, FULL), FULL)
    marks.append(time.monotonic())
    store = create_store(path.parent / "node")
    # Only what storing an import uses of a node; enrolling one needs an authority and a coordinator.
    node = cast(Node, SimpleNamespace(store=store, random=os.urandom, clock=lambda: int(time.time())))
    keep_activity(node, product.code, imported.records, Source(path.name, "0" * 64))
    marks.append(time.monotonic())
    store.close()
    spans = [rounded(after - before) for before, after in pairwise(marks)]
    steps = dict(zip(("read and check", "store"), spans, strict=True))
    steps["all of it, CPU"] = rounded(time.process_time())
    return {"seconds": steps, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    print(json.dumps(_import(Path(sys.argv[1]))))

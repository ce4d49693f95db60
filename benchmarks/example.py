"""The example pack through `sealsum demo`: its total against the same sum in the clear, and the time of each phase.

The one fact: both figures come from commands that a user has; nothing of the product is imported here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from benchmarks.clocks import rounded
from benchmarks.figures import Figure

PACK = "examples/ncm-pack"
OVERSTATED_PERCENT, DEMO_S = 0.2, 60


def measure_example() -> Sequence[Figure]:
    """One demo on the NCM pack, against `sealsum footprint` of the same folder."""
    clear = _run("footprint", PACK, "--json")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        demo = _run("demo", "--out", f"{folder}/out", "--json")
    wall = time.monotonic() - start
    found, truth = demo["result"], Fraction(clear["total_kg"])
    total, bound = Fraction(found["total_kg"]), Fraction(found["overstated_by_at_most"])
    if not total - bound <= truth <= total:
        raise AssertionError("the true total lies outside the bound that the result shows")
    seconds = {name: rounded(value) for name, value in demo["seconds"].items()}
    shares = {name: float(value) for name, value in found["shares"].items()}
    return [
        Figure("total in the clear", float(truth), "kg"),
        Figure("total of the calculation", float(total), "kg", None, shares, f"bound {float(bound)} kg"),
        Figure("overstated by", rounded(float(100 * (total - truth) / truth)), "%", OVERSTATED_PERCENT),
        Figure("per kWh", float(found["per_kwh"]), "kg", note=f"over {found['total_energy_kwh']} kWh"),
        Figure("the demo, wall time", rounded(wall), "s", DEMO_S, seconds),
    ]


def _run(*words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "sealsum", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"sealsum {words[0]} failed:\n{done.stderr}")
    return json.loads(done.stdout[done.stdout.index("{") :])

"""What the demo shows at the end: the result, what each party learned, where the files are."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from method.rules import STAGE_NAMES, STAGES, find_rules

RESULT_FIELDS = ("stages", "total_kg", "total_energy_kwh", "per_kwh", "overstated_by_at_most")


def write_result(out: Path, figures: dict[str, Any]) -> None:
    """Write result.json: the published figures, decimals as strings."""
    chosen = {name: figures[name] for name in RESULT_FIELDS}
    chosen["stages"] = {stage: figures["stages"][stage] for stage in STAGES}
    text = json.dumps(chosen, ensure_ascii=False, indent=2) + "\n"
    (out / "result.json").write_text(text, encoding="utf-8")


def show_result(console: Console, model: str, figures: dict[str, Any]) -> None:
    """Stages, total, per kWh, bound."""
    table = Table(
        "stage 阶段", title=f"Carbon footprint of pack {model} 动力电池包碳足迹", title_justify="left"
    )
    table.add_column("kgCO2e", justify="right")
    table.add_column("share", justify="right")
    for stage in find_rules(figures["method"], figures["boundary"]).stages_of(figures["boundary"]):
        name_zh, name_en = STAGE_NAMES[stage]
        value, share = float(figures["stages"][stage]), float(figures["shares"][stage])
        table.add_row(f"{name_en} {name_zh}", f"{value:.3f}", f"{share:.1%}")
    table.add_section()
    table.add_row("Total 合计", f"{float(figures['total_kg']):.3f}", "100.0%")
    console.print(table)
    console.print(
        f"{float(figures['per_kwh']):.6f} kgCO2e per kWh delivered, over {figures['total_energy_kwh']} kWh. "
        f"Overstated by at most {float(figures['overstated_by_at_most']):.3f} kg, never understated."
    )
    variant = figures["variant"]
    console.print(
        f"Rule set 规则集 {figures['method']}, {figures['boundary']}: {variant['en']} {variant['zh']}",
        markup=False,
    )


def show_parties(console: Console, companies: int, ledgers: dict[str, list[dict[str, Any]]]) -> None:
    """Who learned what, and what left the nodes by their own ledgers."""
    table = Table("party", "learned", "did not learn", title="What each party learned", title_justify="left")
    others = companies - 1
    table.add_row(
        f"each of {companies} suppliers",
        "the request, its own quantity, who else took part",
        f"any number of the other {others}",
    )
    table.add_row("pack maker", "the totals above, per cell", "any supplier's amounts or unit footprint")
    table.add_row(
        "coordinator",
        "who took part, when, which factors were cited, the published totals",
        "any amount, unit footprint or quantity",
    )
    table.add_row("authority", "who is a legal entity", "anything else")
    table.add_row(
        "anyone with certificate.json",
        "the totals, and that they are the sum of what was declared",
        "the inputs",
    )
    console.print(table)
    sizes = [sum(row["size"] for row in rows) for rows in ledgers.values()]
    kinds = Counter(row["kind"] for rows in ledgers.values() for row in rows)
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    console.print(
        f"Left the {companies} companies' nodes, by their own ledgers: {sum(sizes) / 1024:.0f} KiB, "
        f"at most {max(sizes) / 1024:.0f} KiB from one ({listed})."
    )


def show_answers(console: Console, answers: list[str]) -> None:
    """What each owner was asked about its disclosure and had answered in advance, as its consent records it."""
    for answer, count in sorted(Counter(answers).items()):
        console.print(f"{count} of {len(answers)} owners: {answer}.", markup=False)


def show_files(console: Console, out: Path) -> None:
    """Where everything is."""
    table = Table(show_header=False, box=None)
    for name, what in (
        ("certificate.json", "everything a verifier needs"),
        ("pins.json", "log key and authority root to verify it with"),
        ("result.json", "the figures"),
        ("nodes/", "each company's own data folder, which only it would have"),
        ("logs/", "each process's log"),
    ):
        table.add_row(str(out / name), what)
    console.print(table)
    certificate, pins = (shlex.quote(str(out / name)) for name in ("certificate.json", "pins.json"))
    # Not folded: it is there to be copied.
    console.print(
        f"Check it yourself: {program()} verify {certificate} --pins {pins}", soft_wrap=True, markup=False
    )


def program() -> str:
    """How whoever started this calls `sealsum` again."""
    return shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "sealsum" else "sealsum"

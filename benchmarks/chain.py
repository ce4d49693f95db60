"""A supply chain of any size: a category of 20 lines per stage of the method, published factors, proven declarations.

The one fact: nothing here is measured except the declarations; a calculation starts from what this leaves in the log.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field

from benchmarks.clocks import Spans
from protocol.declaring import DeclarationDraft, DeclarationSecrets, make_declaration
from protocol.payloads import FunctionalUnit, Period, Stage
from protocol.run import METHOD, Library, Party, World, enrol, make_world, publish
from protocol.statements import Logged, sign_statement

LINES = 20
FACTORS = 12
ENERGY_KWH = 100
STAGE_SHARES: tuple[tuple[Stage, float], ...] = (
    ("raw_material_and_parts", 0.76),
    ("battery_production", 0.12),
    ("distribution", 0.12),
)
UNIT = FunctionalUnit(
    model="BENCH-100",
    chemistry="NCM622",
    vehicle_category="M1",
    pack_energy_kwh=str(ENERGY_KWH),
    usable_energy_kwh=str(ENERGY_KWH),
    cycles_per_year="60",
    cycles_reason="",
    warranty_years="8",
    warranty_km=None,
    measured_cycles=None,
    total_energy_kwh="48000",
)


@dataclass(frozen=True, slots=True)
class Member:
    """One supplier: its keys, its declaration and what only it knows."""

    party: Party
    stage: Stage
    declaration: Logged
    secrets: DeclarationSecrets = field(repr=False)
    quantity: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """A world with everything in the log that comes before a request."""

    world: World
    operator: Party
    maker: Party
    members: tuple[Member, ...]


def make_chain(count: int, spans: Spans) -> Chain:
    """`count` suppliers over the stages, each with a proven declaration; proving is timed as `prove`."""
    world = make_world(int(time.time()), os.urandom)
    operator = enrol(world, "Coordinator", ["operator"])
    maker = enrol(world, "Pack maker", ["requester"])
    published = publish(world, operator, _library())
    stages = stages_of(count)
    members = tuple(_declare(world, number, stage, published, spans) for number, stage in enumerate(stages))
    return Chain(world, operator, maker, members)


def stages_of(count: int) -> list[Stage]:
    """The stage of each member: most make materials and parts, some the battery, a few move or recycle it."""
    stages: list[Stage] = []
    for stage, share in STAGE_SHARES[1:]:
        stages += [stage] * max(1, round(count * share))
    return [STAGE_SHARES[0][0]] * (count - len(stages)) + stages


def _declare(world: World, number: int, stage: Stage, published: dict[str, str], spans: Spans) -> Member:
    party = enrol(world, f"Supplier {number}", ["supplier"])
    draft = DeclarationDraft(
        product=f"product-{number}",
        product_name=f"Product {number}",
        category=published[stage.replace("_", "-")],
        plant="CN",
        period=Period(start="2025-01-01", end="2025-12-31"),
        method=METHOD,
        evidence_root=hashlib.sha256(b"%d" % number).hexdigest(),
        lines=tuple((published[_factor_of(line)], _amount()) for line in range(LINES)),
    )
    with spans.measure("prove"):
        payload, secrets = make_declaration(draft, world.header(party), os.urandom)
        signed = sign_statement(payload, party.key)
    # Its proof is checked where declarations are measured; here the log only needs it in its place.
    return Member(party, stage, world.notary.append(signed), secrets, 30_000 + int.from_bytes(os.urandom(2)))


def _amount() -> int:
    return int.from_bytes(os.urandom(3))  # up to 16.8 units of a line per declared unit


def _factor_of(line: int) -> str:
    return f"factor-{line % FACTORS}"


def _library() -> Library:
    factors = {f"factor-{number}": make_factor(f"factor-{number}", number) for number in range(FACTORS)}
    categories = {stage.replace("_", "-"): _category(stage) for stage, _ in STAGE_SHARES}
    return Library(categories, factors)


def make_factor(code: str, number: int) -> dict[str, object]:
    """Fields of a factor to publish."""
    return {
        "code": code, "version": 1, "name_zh": code, "name_en": code, "classification": "material",
        "total": f"{number + 1}.5479", "biogenic": "0.02", "land_use": "0", "unit": "kg", "region": "CN", "year": 2024,
        "valid_from": None, "valid_to": None, "system_boundary": "life_cycle", "gwp_set": "unknown",
        "basis": "", "grade": "country", "source": "benchmark",
        "scores": {"technology": 2, "time": 1, "geography": 2}, "status": "assumption", "licence": "CC0",
        "owner": "benchmark", "note": "",
    }  # fmt: skip


def _category(stage: Stage) -> dict[str, object]:
    lines = [
        {
            "code": f"line-{line}", "name_zh": f"line-{line}", "name_en": f"line-{line}", "unit": "kg",
            "kind": "material", "coefficient": "1", "secondary": line % 2 == 1, "accepts": [],
            "role": "activity", "material": "", "model": "",
            "default_factor": _factor_of(line),
        }
        for line in range(LINES)
    ]  # fmt: skip
    code = stage.replace("_", "-")
    return {
        "code": code, "version": 1, "name_zh": code, "name_en": code, "declared_unit": "kg", "stages": [stage],
        "lines": lines, "reference": ["10000000000000", "100000000000", "8000000000000", "40000000000000"],
        "quantity_low": "200", "quantity_high": "1500",
    }  # fmt: skip

"""What a year of a whole country would need, computed from the figures of results/latest.json and stated assumptions.

The one fact: nothing is measured here. Times, rates and sizes are those of the other sections; how often is calculated,
what is kept twice and what things cost are assumptions, each with a name and a value below: put your own in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.clocks import rounded
from benchmarks.figures import RESULTS, Figure

HOUR, KIB, GIB, TIB = 3600, 2**10, 2**30, 2**40


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is asked for, and what nobody measured. Money is in units of whatever currency the prices are in."""

    models: int = 5000
    members: int = 300
    nodes: int = 20_000
    calculations_a_model: float = 1
    """In a year."""
    declarations_a_node: float = 5
    """In a year: products times renewals."""
    busy_hours: float = 22 * 8
    """All of it falls into the working hours of one month, before reports are due."""
    headroom: float = 2
    """How much more a replica can take than it is given."""
    copies: float = 4
    """Of the log: primary and standby, each half indexes and free space."""
    blob_months: float = 2
    """How long a ciphertext is kept: the busy month, and the 30 days in which it may be disputed."""
    cpu_hour_price: float = 0.05
    gib_month_price: float = 0.15
    gib_sent_price: float = 0.1
    machine_month_price: float = 100
    """Of one small server, two cores: a replica, or half of the database's pair."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What other sections measured, in seconds of CPU and bytes, for one member, contribution or declaration."""

    member_s: float
    meeting_s: float
    requester_s: float
    accept_s: float
    accepted_a_second: float
    """By one replica on one core, durably."""
    prove_s: float
    check_declaration_s: float
    verify_s: float
    upload_bytes: float
    logged_bytes: float


def measure_capacity() -> Sequence[Figure]:
    """The year, from what was measured last; SystemExit names the section that is missing."""
    return plan(read_measured(), Assumptions())


def read_measured() -> Measured:
    """The figures that the plan needs, for a calculation of a hundred members."""
    sections = json.loads(RESULTS.read_text())["sections"]
    protocol, load = _section(sections, "protocol"), _section(sections, "load")
    certificate = _figure(protocol, "verify a certificate")
    members = sections["protocol"]["run"]["members"]
    growth = _figure(_section(sections, "scaling"), "a member among")["value"]
    return Measured(
        member_s=_figure(protocol, "a member")["value"] / 1000 * growth,
        meeting_s=_figure(protocol, "a member meets")["value"] / 1000 / members,
        requester_s=_figure(protocol, "the requester")["value"] / members,
        accept_s=_figure(load, "CPU of a replica")["value"] / 1000,
        accepted_a_second=_figure(load, "one replica on one core")["value"],
        prove_s=_figure(protocol, "prove a declaration")["value"],
        check_declaration_s=_figure(protocol, "check")["value"] / members,
        verify_s=certificate["value"] / members,
        upload_bytes=_figure(protocol, "upload")["value"] * KIB,
        logged_bytes=int(certificate["note"].split()[0]) / members,
    )


def plan(measured: Measured, wish: Assumptions) -> list[Figure]:
    """Work, storage, traffic, machines and money of a year."""
    contributions = wish.models * wish.calculations_a_model * wish.members
    nodes = _work_of_nodes(measured, wish, contributions)
    log = contributions * measured.logged_bytes * wish.copies / GIB
    blobs = contributions * measured.upload_bytes / GIB
    sent = contributions * wish.members * measured.logged_bytes / TIB
    replicas = _replicas(measured, wish, contributions)
    money = {
        "machines": (replicas.value + 2) * 12 * wish.machine_month_price,
        "storage": (log * 12 + blobs * wish.blob_months) * wish.gib_month_price,
        "traffic": sent * 1024 * wish.gib_sent_price,
        "CPU of nodes, at their owners": sum(nodes.values()) * wish.cpu_hour_price,
    }
    kept = "in object storage, which has its own copies"
    most = "as if every member fetched everything that the certificate holds"
    return [
        Figure("contributions", contributions, "a year", note=_asked(wish)),
        _sum("CPU of the coordinator", _work_of_coordinator(measured, wish, contributions), "hours a year"),
        _sum("CPU of all nodes together", nodes, "hours a year"),
        Figure("the log, with copies and indexes", rounded(log), "GiB a year"),
        Figure("ciphertexts after the busy month", rounded(blobs), "GiB", note=kept),
        Figure("received by the coordinator", rounded(blobs / 1024), "TiB a year"),
        Figure("sent by the coordinator, at most", rounded(sent), "TiB a year", note=most),
        replicas,
        _sum("money in the first year", money, "a year", _prices(wish)),
    ]


def _work_of_coordinator(measured: Measured, wish: Assumptions, contributions: float) -> dict[str, float]:
    declarations = wish.nodes * wish.declarations_a_node
    return {
        "contributions": contributions * measured.accept_s / HOUR,
        "declarations": declarations * measured.check_declaration_s / HOUR,
    }


def _work_of_nodes(measured: Measured, wish: Assumptions, contributions: float) -> dict[str, float]:
    return {
        "members": contributions * measured.member_s / HOUR,
        "meeting peers": contributions * wish.members * measured.meeting_s / HOUR,
        "declarations": wish.nodes * wish.declarations_a_node * measured.prove_s / HOUR,
        "pack makers": contributions * (measured.requester_s + measured.verify_s) / HOUR,
    }


def _replicas(measured: Measured, wish: Assumptions, contributions: float) -> Figure:
    rate = contributions / (wish.busy_hours * HOUR)
    needed = max(2, math.ceil(rate * wish.headroom / measured.accepted_a_second))
    parts = {"contributions a second": rounded(rate), "one core takes": measured.accepted_a_second}
    note = "two for availability, beside PostgreSQL and its standby"
    return Figure("replicas of two cores, in the busy month", needed, "", None, parts, note)


def _sum(name: str, parts: dict[str, float], unit: str, note: str = "") -> Figure:
    total = rounded(sum(parts.values()))
    return Figure(name, total, unit, None, {part: rounded(value) for part, value in parts.items()}, note)


def _asked(wish: Assumptions) -> str:
    return (
        f"assumed: {wish.models} models of {wish.members} members, {wish.nodes} nodes, "
        f"{wish.calculations_a_model:g} calculation a model and {wish.declarations_a_node:g} declarations a node"
    )


def _prices(wish: Assumptions) -> str:
    return (
        f"assumed prices, in any currency: {wish.machine_month_price:g} a machine and month, {wish.gib_month_price:g} "
        f"a GiB and month, {wish.gib_sent_price:g} a GiB sent, {wish.cpu_hour_price:g} a CPU hour"
    )


def _section(sections: dict[str, Any], name: str) -> list[dict[str, Any]]:
    if name not in sections:
        raise SystemExit(f"the section {name} was not measured yet: python -m benchmarks {name}")
    figures: list[dict[str, Any]] = sections[name]["figures"]
    return figures


def _figure(figures: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The figure with this name, else the first that begins with it."""
    exact = [figure for figure in figures if figure["name"] == name]
    return (exact or [figure for figure in figures if figure["name"].startswith(name)])[0]

"""The sections of the benchmarks: which work makes which figure, and its limit.

The one fact: limits are stated here once; docs/benchmarks.md tells what a run found.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from benchmarks.calculation import Costs, forget, run_calculation
from benchmarks.chain import LINES, Chain, make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.declarations import check_declarations
from benchmarks.figures import Figure
from protocol.certificate import verify_bundle

MEMBER_MS, BATCHED_MS, SINGLY_MS, REQUESTER_S = 100, 4, 25, 2
PROVE_S, CHECK_BATCH_S, VERIFY_S = 0.6, 1, 2
UPLOAD_KIB, COORDINATOR_MIB = 100, 1
SCALING = 3.5


def measure_protocol(members: int) -> Sequence[Figure]:
    """Every role of one calculation in one process, its declarations and its certificate."""
    proving = Spans()
    chain = make_chain(members, proving)
    declarations = check_declarations(chain, members)
    request, costs = run_calculation(chain)
    return [
        *_roles(costs, members),
        Figure(f"prove a declaration of {LINES} lines", _mean_s(proving, members), "s", PROVE_S),
        Figure(
            f"check {members} declarations in a batch",
            rounded(declarations.total() / 1000),
            "s",
            CHECK_BATCH_S,
            {name: rounded(value / 1000) for name, value in declarations.sums().items()},
        ),
        _certificate(chain, request, members),
        Figure("upload a member", rounded(max(costs.upload) / 1024), "KiB", UPLOAD_KIB),
        Figure(
            "coordinator's memory a member",
            rounded(costs.coordinator_peak / members / 2**20),
            "MiB",
            COORDINATOR_MIB,
            note="Python objects at the peak of receiving; the process itself is measured under `doors`",
        ),
    ]


def _roles(costs: Costs, members: int) -> list[Figure]:
    return [
        Figure("a member", _mean_ms(costs.member, members), "ms", MEMBER_MS, costs.member.means(members)),
        Figure(
            f"a member meets {members} peers for the first time",
            _mean_ms(costs.meeting, members),
            "ms",
            note="enrolments, certificates, declarations: before a calculation, once",
        ),
        Figure(
            "coordinator, a contribution, in a batch",
            _mean_ms(costs.batched, members),
            "ms",
            BATCHED_MS,
            costs.batched.means(members),
        ),
        Figure("coordinator, a contribution, singly", _mean_ms(costs.singly, members), "ms", SINGLY_MS),
        Figure(
            "the requester",
            rounded(costs.requester.total() / 1000),
            "s",
            REQUESTER_S,
            {name: rounded(value / 1000) for name, value in costs.requester.sums().items()},
        ),
    ]


def _certificate(chain: Chain, request: str, members: int) -> Figure:
    bundle = chain.world.notary.bundle(request)
    forget()
    spans = Spans()
    with spans.measure("verify"):
        report = verify_bundle(bundle, chain.world.pins, os.urandom)
    if not report.is_good:
        raise AssertionError([check for check in report.checks if check.detail])
    name = f"verify a certificate of {members} members"
    return Figure(name, rounded(spans.total() / 1000), "s", VERIFY_S, note=f"{len(bundle)} bytes")


def measure_scaling(members: int) -> Sequence[Figure]:
    """A member's time among three times as many, against its time among `members`, in one run."""
    found = {}
    for count in (members, 3 * members):
        _, costs = run_calculation(make_chain(count, Spans()))
        found[count] = _mean_ms(costs.member, count)
    ratio = rounded(found[3 * members] / found[members])
    parts = {f"{count} members, ms": value for count, value in found.items()}
    return [Figure(f"a member among {3 * members} against among {members}", ratio, "times", SCALING, parts)]


def _mean_ms(spans: Spans, count: int) -> float:
    return rounded(spans.total() / count)


def _mean_s(spans: Spans, count: int) -> float:
    return rounded(spans.total() / count / 1000)

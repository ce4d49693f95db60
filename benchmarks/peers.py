"""Ours beside the usual ways to add up what nobody may see: CKKS averaging of TenSEAL, Paillier, and Prio3.

The one fact: each does its own whole job in the same run, role by role, and they are different jobs: CKKS and Paillier
prove nothing about what was added, Prio3 a range, which docs/benchmarks.md says beside the figures. SecAgg+ is a
section of its own. Prio3 is measured where a checkout of its reference code is named, as no package is maintained.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tenseal

from benchmarks.calculation import run_calculation
from benchmarks.chain import make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.figures import Figure
from benchmarks.sections import PEER_VALUES, run_peer, run_script

DEGREE, MODULI, SCALE = 8192, (60, 40, 40, 60), 2**40
"""TenSEAL's own example of averaging."""
VDAF = "SEALSUM_BENCH_VDAF"


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU milliseconds of a member, of the server for all, of whoever opens the sum; bytes of a member's upload."""

    member_ms: float
    server_ms: float
    open_ms: float
    upload: int


def measure_peers(members: int) -> Sequence[Figure]:
    """Ours, CKKS, Paillier and, where its code is, Prio3 one after the other."""
    _, costs = run_calculation(make_chain(members, Spans()))
    ours = Costs(
        costs.member.total() / members, costs.batched.total(), costs.requester.total(), max(costs.upload)
    )
    ckks, error = run_ckks(members)
    paillier = run_peer("paillier.py", members)
    packed = Costs(
        paillier["packed_ms"], paillier["sum_ms"], paillier["decrypt_ms"], int(paillier["packed_bytes"])
    )
    name = f"pailliers {paillier['version']}, modulus of 2048 bits, pure Python"
    return [
        *_rows("ours", ours, "with every proof, checked"),
        *_rows(
            "CKKS",
            ckks,
            f"TenSEAL {tenseal.__version__}, degree {DEGREE}; largest error of the mean {error:.1e}",
        ),
        *_rows("Paillier", packed, f"{name}; a member's {PEER_VALUES} values side by side in one ciphertext"),
        Figure(
            "member, Paillier, a ciphertext a value",
            rounded(paillier["apart_ms"]),
            "ms",
            note=f"upload {rounded(paillier['apart_bytes'] / 1024)} KiB",
        ),
        *measure_prio3(members),
    ]


def measure_prio3(members: int) -> list[Figure]:
    """Prio3's rows, none without a checkout; SystemExit when it has no environment or its code fails."""
    folder = os.environ.get(VDAF)
    if folder is None:
        return []
    python = Path(folder).resolve() / ".venv" / "bin" / "python"
    if not python.exists():
        raise SystemExit(
            f"{VDAF} is {folder}; expected the folder poc of the VDAF draft's repository with an environment in .venv, "
            "and found none; docs/benchmarks.md says how to make it"
        )
    found = run_script(str(python), "prio3.py", members, PYTHONPATH=str(python.parents[2]))
    servers = [
        Figure(
            f"server, Prio3, the {name}",
            rounded(found[f"{name}_verifies"] + found[f"{name}_aggregates"]),
            "ms",
            parts={part: rounded(found[f"{name}_{part}"]) for part in ("verifies", "aggregates")},
        )
        for name in ("leader", "helper")
    ]
    note = (
        f"Prio3SumVec of draft-irtf-cfrg-vdaf (on the wire {found['draft']}), {found['instance']}; its reference code, "
        f"pure Python {found['python']}, which no product would run"
    )
    return [
        Figure("member, Prio3", rounded(found["members"] / members), "ms", note=note),
        *servers,
        Figure("who opens the sum, Prio3", rounded(found["opens"]), "ms"),
        Figure("upload of a member, Prio3", rounded(found["bytes"] / 1024), "KiB", note="for both servers"),
    ]


def _rows(name: str, costs: Costs, note: str) -> list[Figure]:
    return [
        Figure(f"member, {name}", rounded(costs.member_ms), "ms", note=note),
        Figure(f"server, {name}", rounded(costs.server_ms), "ms"),
        Figure(f"who opens the sum, {name}", rounded(costs.open_ms), "ms"),
        Figure(f"upload of a member, {name}", rounded(costs.upload / 1024), "KiB"),
    ]


def run_ckks(members: int) -> tuple[Costs, float]:
    """Costs, and the largest error of the mean; keys are made before, as Paillier's are."""
    rows = np.random.default_rng(1).uniform(0, 1, (members, PEER_VALUES))
    owner = tenseal.context(tenseal.SCHEME_TYPE.CKKS, DEGREE, coeff_mod_bit_sizes=list(MODULI))
    owner.global_scale = SCALE
    public = owner.copy()
    public.make_context_public()
    begun = time.process_time()
    sent = [tenseal.ckks_vector(public, row.tolist()).serialize() for row in rows]
    encrypted = time.process_time()
    total = tenseal.ckks_vector_from(public, sent[0])
    for data in sent[1:]:
        total += tenseal.ckks_vector_from(public, data)
    answer = (total * (1 / members)).serialize()
    added = time.process_time()
    mean = tenseal.ckks_vector_from(owner, answer).decrypt()
    opened = time.process_time()
    error = float(np.max(np.abs(np.array(mean) - rows.mean(axis=0))))
    spans = (1000 * (encrypted - begun) / members, 1000 * (added - encrypted), 1000 * (opened - added))
    return Costs(*spans, len(sent[0])), error

"""Ours beside the usual ways to add up what nobody may see: CKKS averaging, Paillier, SecAgg+ and Prio3, in one run.

The one fact: each does its own whole job over the same members and the same count of numbers, role by role, and they
are different jobs: what each proves stands beside the figures in docs/benchmarks.md. Prio3 is measured where a checkout
of its reference code is named, as no package is maintained.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tenseal

from benchmarks.calculation import run_calculation
from benchmarks.chain import make_chain
from benchmarks.clocks import Spans, rounded
from benchmarks.figures import Figure
from protocol.shapes import CELLS

VALUES = CELLS
"""How many numbers are added up: what a calculation of ours tells of one model."""
DEGREE, MODULI, SCALE = 8192, (60, 40, 40, 60), 2**40
"""TenSEAL's own example of averaging."""
LARGEST_ERROR = 1e-5
PYTHON = "SEALSUM_PEER_PYTHON"
VDAF = "SEALSUM_BENCH_VDAF"


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU milliseconds of a member, of the server for all (of all servers, where there are more), of whoever opens the
    sum (None: it comes out at the server); bytes of a member's upload."""

    member_ms: float
    server_ms: float
    open_ms: float | None
    upload: int
    note: str


def measure_peers(members: int) -> Sequence[Figure]:
    """Ours, CKKS, Paillier, SecAgg+ and, where its code is, Prio3 one after the other."""
    measured = {"ours": run_ours, "CKKS": run_ckks, "Paillier": run_paillier, "SecAgg+": run_secagg}
    if VDAF in os.environ:
        measured["Prio3"] = run_prio3
    return [figure for name, run in measured.items() for figure in _figures(name, run(members))]


def _figures(name: str, costs: Costs) -> Iterator[Figure]:
    yield Figure(f"a member, {name}", rounded(costs.member_ms), "ms", note=costs.note)
    yield Figure(f"the server, for all members, {name}", rounded(costs.server_ms), "ms")
    if costs.open_ms is not None:
        yield Figure(f"who opens the sum, {name}", rounded(costs.open_ms), "ms")
    yield Figure(f"upload of a member, {name}", rounded(costs.upload / 1024), "KiB")


def run_ours(members: int) -> Costs:
    """A calculation as in the section `protocol`."""
    _, costs = run_calculation(make_chain(members, Spans()))
    return Costs(
        costs.member.total() / members,
        costs.batched.total(),
        costs.requester.total(),
        max(costs.upload),
        "every proof made and checked; who opens the sum checks every member's proofs again",
    )


def run_paillier(members: int) -> Costs:
    """A member's numbers side by side in one ciphertext; how it is with a ciphertext a number is told."""
    found = _run_beside("paillier.py", members)
    note = (
        f"pailliers {found['version']}, pure Python, modulus of 2048 bits; with a ciphertext a number a member takes "
        f"{rounded(found['apart_ms']):g} ms and sends {rounded(found['apart_bytes'] / 1024):g} KiB"
    )
    return Costs(found["packed_ms"], found["sum_ms"], found["decrypt_ms"], int(found["packed_bytes"]), note)


def run_secagg(members: int) -> Costs:
    """Flower's workflow and clients."""
    found = _run_beside("secaggplus.py", members)
    note = (
        f"flwr {found['flwr']}, {found['shares']} shares, threshold {found['threshold']}; largest error of the mean "
        f"{found['largest_error_of_mean']:.1e}; the sum comes out at the server"
    )
    return Costs(found["client_ms"], found["server_ms"], None, int(found["bytes"]), note)


def run_prio3(members: int) -> Costs:
    """The draft's reference code; SystemExit when the named checkout has no environment or its code fails."""
    folder = os.environ[VDAF]
    python = Path(folder).resolve() / ".venv" / "bin" / "python"
    if not python.exists():
        raise SystemExit(
            f"{VDAF} is {folder}; expected the folder poc of the VDAF draft's repository with an environment in .venv, "
            "and found none; docs/benchmarks.md says how to make it"
        )
    found = _run_script(str(python), "prio3.py", members, PYTHONPATH=str(python.parents[2]))
    servers = {name: found[f"{name}_verifies"] + found[f"{name}_aggregates"] for name in ("leader", "helper")}
    note = (
        f"Prio3SumVec of draft-irtf-cfrg-vdaf (on the wire {found['draft']}), {found['instance']}; its reference code, "
        f"pure Python {found['python']}, which no product would run; of the servers the leader takes "
        f"{rounded(servers['leader']):g} ms, the helper {rounded(servers['helper']):g} ms"
    )
    return Costs(found["members"] / members, sum(servers.values()), found["opens"], int(found["bytes"]), note)


def _run_beside(script: str, members: int) -> dict[str, Any]:
    """What a script of ours prints that runs in the peers' environment; SystemExit when it has none or fails."""
    python = os.environ.get(PYTHON)
    if python is None:
        raise SystemExit(f"{PYTHON} names no interpreter with the peers; run `make bench`, which makes one")
    return _run_script(python, script, members)


def _run_script(python: str, script: str, members: int, **variables: str) -> dict[str, Any]:
    """What a script of ours prints under another interpreter, with more variables; SystemExit when it fails."""
    words = [python, str(Path(__file__).with_name(script)), str(members), str(VALUES)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, **variables})
    if done.returncode:
        raise SystemExit(f"the peer of {script} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_ckks(members: int) -> Costs:
    """TenSEAL's averaging; keys are made before, as Paillier's are."""
    rows = np.random.default_rng(1).uniform(0, 1, (members, VALUES))
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
    if error > LARGEST_ERROR:
        raise SystemExit("the mean of the benchmark's peer is wrong")
    spans = (1000 * (encrypted - begun) / members, 1000 * (added - encrypted), 1000 * (opened - added))
    note = f"TenSEAL {tenseal.__version__}, degree {DEGREE}; largest error of the mean {error:.1e}"
    return Costs(*spans, len(sent[0]), note)

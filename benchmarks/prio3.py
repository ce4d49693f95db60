"""Prio3SumVec of the CFRG's reference code in one process; executed in an environment of its own, prints JSON.

The one fact: everything between the roles is the reference's own code and travels as its bytes. A member splits its
values for two servers, the leader and the helper, who check its proof together; neither sees a value or the sum.
"""

from __future__ import annotations

import json
import platform
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vdaf_poc.common import VERSION
from vdaf_poc.vdaf_prio3 import Prio3SumVec

LEADER, HELPER = range(2)
BITS = 24
CHUNK = 12
"""For seven values of 24 bits the smallest upload, found by trial as the draft asks: 14 calls of the gadget."""
CONTEXT = b"sealsum benchmark"

_spent: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class _Report:
    """What a member sends: a nonce, what both servers get, and each server's share."""

    nonce: bytes
    public: bytes
    shares: tuple[bytes, bytes]

    @property
    def size(self) -> int:
        return sum(map(len, (self.nonce, self.public, *self.shares)))


@contextmanager
def _measured(name: str) -> Iterator[None]:
    begun = time.process_time()
    yield
    _spent[name] = _spent.get(name, 0.0) + 1000 * (time.process_time() - begun)


def _shard(vdaf: Any, row: list[int]) -> _Report:
    nonce = secrets.token_bytes(vdaf.NONCE_SIZE)
    public, shares = vdaf.shard(CONTEXT, row, nonce, secrets.token_bytes(vdaf.RAND_SIZE))
    leader, helper = map(vdaf.encode_input_share, shares)
    return _Report(nonce, vdaf.encode_public_share(public), (leader, helper))


def _begin(vdaf: Any, key: bytes, server: int, report: _Report) -> tuple[Any, Any]:
    """The server's state and its share of the verifier."""
    public = vdaf.decode_public_share(report.public)
    share = vdaf.decode_input_share(server, report.shares[server])
    state, verifier = vdaf.verify_init(key, CONTEXT, server, None, report.nonce, public, share)
    return state, verifier


def _answer(vdaf: Any, key: bytes, report: _Report, received: bytes) -> tuple[Any, bytes]:
    """The helper's output share, and its message to the leader; ValueError when the proof does not hold."""
    state, verifier = _begin(vdaf, key, HELPER, report)
    both = [vdaf.decode_verifier_share(state, received), verifier]
    message = vdaf.verifier_shares_to_message(CONTEXT, None, both)
    return vdaf.verify_next(CONTEXT, state, message), vdaf.encode_verifier_message(message)


def _finish(vdaf: Any, state: Any, received: bytes) -> Any:
    """The leader's output share; ValueError when the helper found other randomness."""
    return vdaf.verify_next(CONTEXT, state, vdaf.decode_verifier_message(state, received))


def _aggregate(vdaf: Any, outputs: list[Any]) -> bytes:
    total = vdaf.agg_init(None)
    for output in outputs:
        total = vdaf.agg_update(None, total, output)
    return bytes(vdaf.encode_agg_share(total))


def main() -> None:
    """MEMBERS VALUES: times in milliseconds of CPU, bytes of a member's upload."""
    members, values = int(sys.argv[1]), int(sys.argv[2])
    vdaf = Prio3SumVec(2, values, 2**BITS - 1, CHUNK)
    rows = [[secrets.randbelow(2**BITS) for _ in range(values)] for _ in range(members)]
    key = secrets.token_bytes(vdaf.VERIFY_KEY_SIZE)

    with _measured("members"):
        reports = [_shard(vdaf, row) for row in rows]
    with _measured("leader_verifies"):
        begun = [_begin(vdaf, key, LEADER, report) for report in reports]
        sent = [vdaf.encode_verifier_share(verifier) for _, verifier in begun]
    with _measured("helper_verifies"):
        answers = [_answer(vdaf, key, *pair) for pair in zip(reports, sent, strict=True)]
    with _measured("leader_verifies"):
        outputs = [_finish(vdaf, state, told) for (state, _), (_, told) in zip(begun, answers, strict=True)]
    with _measured("leader_aggregates"):
        leader = _aggregate(vdaf, outputs)
    with _measured("helper_aggregates"):
        helper = _aggregate(vdaf, [output for output, _ in answers])
    with _measured("opens"):
        found = vdaf.unshard(None, [vdaf.decode_agg_share(None, one) for one in (leader, helper)], members)

    if found != [sum(column) for column in zip(*rows, strict=True)]:
        raise SystemExit("the sum of the benchmark's peer is wrong")
    instance = f"{values} values of {BITS} bits, chunk length {CHUNK}, two servers"
    described = {"instance": instance, "draft": VERSION, "python": platform.python_version()}
    print(json.dumps({**_spent, **described, "bytes": max(report.size for report in reports)}))


if __name__ == "__main__":
    main()

"""A log long enough that the start of the command decides nothing: one whole calculation again and again.

The one fact: every statement is new (its own nonce, what its signer saw, its own signature) and passes every rule; the
points, numbers and proofs in it are the first calculation's, so it is for audits without proofs only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.chain import Chain
from crypto.note import Checkpoint, parse_signer, sign_checkpoint
from protocol.auditing import Leaves
from protocol.payloads import AnyPayload, Saw
from protocol.statements import Logged, calculation_of, encode_leaf, sign_statement


@dataclass(slots=True)
class LongLog:
    """A log that goes on from a chain's: every statement in its place, and the tree over them."""

    chain: Chain
    rows: list[Logged] = field(default_factory=list)
    tree: Leaves = field(default_factory=Leaves)

    def checkpoint(self) -> str:
        """The newest checkpoint as a signed note."""
        notary = self.chain.world.notary
        frontier = self.tree.frontier
        origin = parse_signer(notary.log_key).name
        return sign_checkpoint(Checkpoint(origin, frontier.size, frontier.root(), notary.now), notary.log_key)

    def append(self, logged: Logged) -> None:
        """Take the next statement."""
        self.rows.append(logged)
        self.tree.append(encode_leaf(logged.id, logged.signed.data, logged.logged_at))


def make_long_log(chain: Chain, request: str, calculations: int) -> LongLog:
    """The chain's log, then the calculation of `request` again until there are `calculations` more of it."""
    log = LongLog(chain)
    for logged in chain.world.notary.record.in_order():
        log.append(logged)
    steps = [logged for logged in log.rows if calculation_of(logged.signed) == request]
    for _ in range(calculations):
        _again(log, steps)
    return log


def _again(log: LongLog, steps: list[Logged]) -> None:
    keys = {party.enrolment: party.key for party in _parties(log.chain)}
    ids: dict[str, str] = {}
    for step in steps:
        frontier = log.tree.frontier
        saw = Saw(size=frontier.size, root=frontier.root().hex())
        fields = {**_renamed(step.payload, ids), "saw": saw, "nonce": os.urandom(16).hex()}
        payload = step.payload.model_copy(update=fields)
        signed = sign_statement(payload, keys[payload.by])
        ids[step.id] = signed.id
        log.append(Logged(signed, len(log.rows), log.chain.world.notary.now))


def _parties(chain: Chain) -> list[Any]:
    return [chain.operator, chain.maker, *(member.party for member in chain.members)]


def _renamed(payload: AnyPayload, ids: Mapping[str, str]) -> dict[str, Any]:
    """The references to earlier statements of the calculation, to this round's."""
    names = ("request", "roster", "consent", "result")
    found: dict[str, Any] = {name: ids[getattr(payload, name)] for name in names if hasattr(payload, name)}
    if payload.type == "roster":
        found["consents"] = tuple(sorted(ids[one] for one in payload.consents))
    return found

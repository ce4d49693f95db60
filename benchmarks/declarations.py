"""Declarations of 20 lines: what it takes to prove one, and to check a hundred of them together.

The one fact: `check` is everything a door does with a declaration, from envelope bytes to the proof; `proofs` is the
part that one batch saves.
"""

from __future__ import annotations

import os

from benchmarks.calculation import forget
from benchmarks.chain import Chain
from benchmarks.clocks import Spans
from crypto.batch import EquationBatch
from protocol.rules import Context, check_signature, check_state, queue_proofs
from protocol.statements import parse_statement


def check_declarations(chain: Chain, count: int) -> Spans:
    """Check `count` declarations in one batch."""
    spans, notary = Spans(), chain.world.notary
    context = Context(notary.record, notary.root)
    batch = EquationBatch(os.urandom)
    forget()
    for member in chain.members[:count]:
        with spans.measure("parse, signature, state"):
            signed = parse_statement(member.declaration.signed.data)
            check_signature(signed, context, notary.now)
            check_state(signed, context, notary.now)
        with spans.measure("proofs"):
            queue_proofs(batch, signed, context)
    with spans.measure("proofs"):
        if not batch.holds():
            raise AssertionError("a range proof of a declaration does not hold")
    return spans

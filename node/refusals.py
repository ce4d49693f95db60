"""Repeats the check by which the coordinator refused somebody's statement. Protocol section 8.

The one fact: what was refused is judged here by the same rules, from its own bytes; the coordinator's word counts for
nothing. A rule about the state of a calculation may judge otherwise once the calculation has gone on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from node.library import fetch_submissions
from node.organisation import Node
from protocol.errors import PeerError, Refused
from protocol.rules import Context, check_proofs, check_signature, check_state
from protocol.statements import Signed, calculation_of, parse_statement
from protos.refused import RefusedStatement


@dataclass(frozen=True, slots=True)
class Repeated:
    """A refused statement, what the coordinator says of it, and what fails here: check -> message."""

    signed: Signed
    told: RefusedStatement
    failing: Mapping[str, str]

    @property
    def is_confirmed(self) -> bool:
        """Whether the very check that the coordinator names fails here as well."""
        return self.told.check in self.failing


def repeat_refusal(node: Node, statement_id: str) -> Repeated:
    """Fetch a refused envelope and judge it; PeerError("refused") when it is another statement's.

    1. The envelope is the one of this id. 2. The library is as the log has it now. 3. Each rule is asked by itself:
    signature, state, proofs.
    """
    told = node.egress.refused(statement_id)
    signed = parse_statement(told.data)
    if signed.id != statement_id:  # 1
        raise PeerError("refused", f"the coordinator sent statement {signed.id} in place of {statement_id}")
    fetch_submissions(node)  # 2
    context = _context(node, signed)
    rules: tuple[Callable[[], None], ...] = (  # 3
        lambda: check_signature(signed, context, told.refused_at),
        lambda: check_state(signed, context, told.refused_at),
        lambda: check_proofs(signed, context, node.random),
    )
    failing: dict[str, str] = {}
    for rule in rules:
        try:
            rule()
        except PeerError as error:
            failing.setdefault(error.check, error.message)
    return Repeated(signed, told, failing)


def _context(node: Node, signed: Signed) -> Context:
    request = calculation_of(signed)
    if request is None or request == signed.id:
        return node.context()
    try:
        return node.context(node.calculation(request))
    except Refused:
        return node.context()

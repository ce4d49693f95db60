"""Who may see an envelope that was refused: whoever might read the statement, had it been logged. Protocol section 8.

The one fact: a refusal is told with its evidence, so nobody has to believe the coordinator that somebody lied.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from coordinator.admission import Desk
from coordinator.readers import OPERATORS, PUBLIC_KINDS, VERIFIERS, signer_key
from protocol.errors import Refused
from protocol.statements import calculation_of, parse_statement
from protos.refused import RefusedStatement


def show_refused(
    desk: Desk, statement_id: str, keys: Set[str], readers_of: Callable[[str], Set[str]]
) -> RefusedStatement:
    """A kept envelope, for a holder of these reader keys; Refused("unknown") when there is none for it.

    1. Its signer's own. 2. A kind that is public. 3. Of a calculation that it may read; operators and verifiers any.
    """
    kept = desk.ledger.refused_envelope(statement_id)
    if kept is not None:
        signed = parse_statement(kept.data)
        readers = {signer_key(signed.payload, desk.record), OPERATORS, VERIFIERS}  # 1
        readers |= readers_of(calculation_of(signed) or "")  # 3
        if signed.payload.type in PUBLIC_KINDS or readers & keys:  # 2
            return RefusedStatement(kept.data, kept.check, kept.message, kept.refused_at)
    raise Refused("unknown", f"no refused envelope {statement_id} is kept here for you")

"""`check_everything(log)`: replay a whole log through the rules, as an auditor who trusts nobody would."""

from crypto.merkle import leaf_hash, root_of
from protocol.calculation import Calculation, advance, open_calculation
from protocol.notary import Notary
from protocol.payloads import Request
from protocol.rules import Context, check_statement
from protocol.statements import MemoryRecord, calculation_of, encode_leaf, parse_statement
from tests.support.example import seeded


def check_everything(log: Notary) -> dict[str, Calculation]:
    """Parse, check and fold every statement again, in order, from its bytes; returns the calculations.

    1. Indexes are gapless and times never go back. 2. Bytes parse to what the log holds. 3. Every rule accepts each
    statement given only those before it. 4. The leaves are these statements' and give the tree's root. 5. The fold of
    the replay is the log's own state.
    """
    record, folded, leaves, random, last = MemoryRecord(), {}, [], seeded("audit"), 0
    for index, logged in enumerate(log.record.in_order()):
        assert logged.index == index and logged.logged_at >= last  # 1
        last = logged.logged_at
        signed = parse_statement(logged.signed.data)
        assert signed == logged.signed  # 2
        request = calculation_of(signed)
        known = None if request is None else folded.get(request)
        check_statement(signed, Context(record, log.root, known), logged.logged_at, random)  # 3
        record.add(logged)
        leaves.append(leaf_hash(encode_leaf(signed.id, signed.data, logged.logged_at)))
        if isinstance(signed.payload, Request):
            folded[signed.id] = open_calculation(logged, record)
        elif request is not None:
            folded[request] = advance(folded[request], logged, record)
    assert leaves == log.leaves and root_of(leaves) == root_of(log.leaves)  # 4
    assert folded == log.calculations  # 5
    return folded

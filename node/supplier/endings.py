"""How calculations that this node was asked about ended: with a certificate, or without a result and why.

The one fact: it is read from the statements that are here, a few of each calculation, and no calculation is folded: a
list of many stays quick, and a dispute's outcome is told without its names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from node.language import Phrase
from node.organisation import Node
from node.store.tables import STATEMENTS, is_of
from node.words.endings import join_reasons, say_ending
from protocol.payloads import AnyPayload, Refusal, Void, Withdrawal

_BY_DISPUTE = Phrase("a dispute found whose shares do not add up", "争议已查明谁的份额对不上")
_OWN_REFUSAL = Phrase("you yourself refused for one of your products", "您自己拒绝了其中一个产品")
_KINDS = ("certificate", "void", "withdrawal", "refusal")


@dataclass(frozen=True, slots=True)
class Ending:
    """`reason` why there is no result; None: it is finished. `at`: when that was logged, Unix seconds; 0 if unknown."""

    at: int
    reason: Phrase | None

    @property
    def words(self) -> Phrase:
        """How it ended, in one sentence."""
        if self.reason is None:
            return Phrase("finished: the result is there and certified", "已完成：结果已经算出，证书已经签发")
        return Phrase(f"stopped without a result: {self.reason.en}", f"已中止，没有结果：{self.reason.zh}")


def find_endings(node: Node, requests: Collection[str]) -> dict[str, Ending]:
    """How each of these calculations ended, which are over."""
    query = select(
        STATEMENTS.c.id, STATEMENTS.c.kind, STATEMENTS.c.calculation, STATEMENTS.c.logged_at
    ).where(STATEMENTS.c.calculation.in_(sorted(requests)), is_of(STATEMENTS, *_KINDS))
    with node.store.read() as connection:
        rows = connection.execute(query.order_by(STATEMENTS.c.log_index)).all()
    found = {row.calculation: Ending(row.logged_at, None) for row in rows if row.kind == "certificate"}
    told = [row for row in rows if row.calculation not in found]
    logged = node.record.genuine([row.id for row in told])
    for request in {*requests} - found.keys():
        own = [one for one in logged if getattr(one.payload, "request", "") == request]
        # What ended it before who refused: that is the order in which a reader asks.
        own.sort(key=lambda one: isinstance(one.payload, Refusal))
        reasons = _list_reasons([one.payload for one in own], node.ids)
        at = max((one.logged_at for one in own), default=0)
        found[request] = Ending(at, join_reasons(reasons) if reasons else _BY_DISPUTE)
    return found


def _list_reasons(ended: Sequence[AnyPayload], own: Collection[str]) -> list[Phrase]:
    """Why a calculation ended; that a supplier refused is said of the owner where nobody else did."""
    is_own = all(one.by in own for one in ended if isinstance(one, Refusal))
    return [
        _OWN_REFUSAL
        if is_own and isinstance(one, Void) and one.cause == "refused"
        else say_ending(one.reason)
        for one in ended
        if isinstance(one, Void | Withdrawal | Refusal)
    ]

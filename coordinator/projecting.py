"""What follows from logged statements beside the log: who may read a calculation, where it stands, what rests on blobs.

The one fact: everything here can be made again from the log. Protocol section 5.
"""

from __future__ import annotations

from dataclasses import replace

from coordinator.admission import Admitted
from coordinator.readers import readers_of, signer_key
from coordinator.store.contract import Append, BlobUse, CalculationState
from coordinator.tail import TailItem
from protocol.calculation import Calculation, Phase
from protocol.payloads import Contribution, Declaration, Request
from protocol.statements import Logged
from protos.values import LoggedData


def with_projections(bare: Append, admitted: Admitted) -> Append:
    """An append with everything that is looked up by other than the statement."""
    record = admitted.record
    requests = [item for item in admitted.accepted if isinstance(item.payload, Request)]
    by_id = {calculation.request.id: calculation for calculation in admitted.calculations}
    readers = tuple(
        (item.id, reader) for item in requests for reader in sorted(readers_of(by_id[item.id], record))
    )
    states = tuple(
        CalculationState(
            id=calculation.request.id,
            requester=signer_key(calculation.request.payload, record),
            phase=calculation.phase.value,
            deadline=_open_until(calculation),
            over_at=bare.checkpoint.logged_at if _open_until(calculation) is None else None,
        )
        for calculation in admitted.calculations
    )
    uses = tuple(use for logged in admitted.accepted for use in _uses(logged))
    topics = tuple(
        (digest, item.index)
        for item in admitted.accepted
        if isinstance(item.payload, Declaration)
        for digest in item.payload.certificates
    )
    return replace(bare, readers=readers, calculations=states, uses=uses, topics=topics)


def _open_until(calculation: Calculation) -> int | None:
    # A published result awaits our certificate: it is owed at once, and still owed after a crash.
    return 0 if calculation.phase is Phase.PUBLISHED else calculation.deadline


def _uses(logged: Logged) -> list[BlobUse]:
    match logged.payload:
        case Request(he_key=blob):
            return [BlobUse(blob.sha256, logged.id, "he_key")]
        case Contribution(request=request, ciphertext=blob):
            return [BlobUse(blob.sha256, request, "ciphertext")]
        case _:
            return []


def tail_items(batch: Append, admitted: Admitted) -> list[TailItem]:
    """What an append brings to whom."""
    readers = {
        calculation.request.id: readers_of(calculation, admitted.record)
        for calculation in admitted.calculations
    }
    items = []
    for stored in batch.statements:
        audience = frozenset() if stored.audience is None else frozenset({stored.audience})
        concerned = audience if stored.calculation is None else readers[stored.calculation]
        items.append(TailItem(LoggedData(stored.data, stored.index, stored.logged_at), concerned))
    return items

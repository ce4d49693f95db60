"""Statements that a party may send at almost any time: refusals, withdrawals, voids."""

from protocol.payloads import Refusal, Void, Withdrawal
from tests.support.scene import Scene


def refusal_by(scene: Scene, index: int, entry: int | None = None) -> Refusal:
    header = scene.header(scene.suppliers[index]).fields()
    return Refusal(**header, request=scene.request_id, entry=index if entry is None else entry, reason="no")


def withdrawal_by(scene: Scene, index: int) -> Withdrawal:
    return Withdrawal(
        **scene.header(scene.suppliers[index]).fields(), request=scene.request_id, reason="no longer"
    )


def void(scene: Scene, cause: str) -> Void:
    header = scene.header(scene.operator).fields()
    return Void(**header, request=scene.request_id, cause=cause, reason="because")  # type: ignore[arg-type]

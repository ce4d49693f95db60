"""Bundles of a lying log: statements before what they rest on, times beyond any calendar. Both were found to matter."""

from collections.abc import Callable

import pytest

from crypto.merkle import inclusion_proof, leaf_hash, read_from, root_of
from crypto.note import Checkpoint, parse_signer, sign_checkpoint
from protocol.bundle import Bundle, Proven, encode_bundle, parse_bundle
from protocol.certificate import Report, Status, verify_bundle
from protocol.statements import Logged, encode_leaf
from tests.support.scene import Scene, shared

AFTER = ("request", "consent", "roster", "contribution", "result", "certificate")


def relogged(scene: Scene, order: Callable[[Logged], tuple[int, int]], at: int | None = None) -> Report:
    """Verify the same honest statements under a log that has them in another order, or at another time."""
    items = [item.logged for item in parse_bundle(scene.bundle()).statements]
    moved = [
        Logged(logged.signed, index, logged.logged_at if at is None else at)
        for index, logged in enumerate(sorted(items, key=order))
    ]
    leaves = [leaf_hash(encode_leaf(item.id, item.signed.data, item.logged_at)) for item in moved]
    notary = scene.world.notary
    checkpoint = Checkpoint(parse_signer(notary.log_key).name, len(leaves), root_of(leaves), notary.now)
    proofs = (tuple(inclusion_proof(item.index, len(leaves), read_from(leaves))) for item in moved)
    proven = tuple(map(Proven, moved, proofs))
    note = sign_checkpoint(checkpoint, notary.log_key)
    data = encode_bundle(Bundle(scene.request_id, "", notary.root_pem, note, proven))
    return verify_bundle(data, scene.world.pins, scene.random)


def failed(report: Report) -> list[str]:
    return [check.name for check in report.checks if check.status is Status.FAILED]


def test_the_same_statements_in_their_own_order_are_good() -> None:
    assert relogged(shared("certify"), lambda logged: (0, logged.index)).is_good


def test_a_calculation_logged_backwards_is_refused() -> None:
    ranks = {kind: -place for place, kind in enumerate(AFTER)}
    backwards = relogged(shared("certify"), lambda it: (ranks.get(it.payload.type, -9), it.index))
    assert failed(backwards) == ["consents"]


@pytest.mark.parametrize(
    ("early", "late", "check"),
    [
        ("consent", "request", "consents"),
        ("roster", "consent", "roster"),
        ("contribution", "roster", "contributions"),
        ("result", "contribution", "totals"),
        ("certificate", "result", "certificate"),
    ],
)
def test_a_step_logged_before_what_it_rests_on_is_refused(early: str, late: str, check: str) -> None:
    places = {kind: 2 * place for place, kind in enumerate(AFTER)}
    places[early] = places[late] - 1
    report = relogged(shared("certify"), lambda it: (places.get(it.payload.type, -9), it.index))
    assert failed(report) == [check]


def test_a_time_beyond_any_calendar_is_refused_and_not_a_crash() -> None:
    assert "signatures" in failed(relogged(shared("certify"), lambda it: (0, it.index), at=2**53 - 1))

"""The numbered checks: each fails alone when its part is altered, and says so by name."""

import hashlib
from dataclasses import replace

import pytest

from crypto.cosignature import add_cosignatures, cosign, make_witness_key
from crypto.merkle import inclusion_proof, read_from
from crypto.signing import make_signing_key
from protocol.bundle import Bundle, Proven, encode_bundle, parse_bundle, redact
from protocol.certificate import Report, Status, verify_bundle
from protocol.errors import PeerError
from protocol.payloads import Withdrawal
from protocol.resulting import make_certificate
from protocol.run import Party
from tests.support.alterations import ALTERATIONS, NAMES, NEEDED_BY, good, verify
from tests.support.example import NOW, run_example
from tests.support.lies import Lie, guarded, lying_contribution
from tests.support.scene import Scene, make_scene, play, shared


def statuses(report: Report, status: Status) -> list[str]:
    return [check.name for check in report.checks if check.status is status]


def test_the_checks_are_numbered_and_named_as_documented() -> None:
    report = run_example("names").report
    assert tuple(check.name for check in report.checks) == NAMES
    assert [check.number for check in report.checks] == list(range(1, 19))
    assert statuses(report, Status.PASSED) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_check_fails_alone_when_its_part_is_altered(name: str) -> None:
    report = ALTERATIONS[name]().report()
    assert statuses(report, Status.FAILED) == [name], [check for check in report.checks if check.detail]
    assert statuses(report, Status.NOT_REACHED) == list(NEEDED_BY.get(name, ()))
    assert not report.is_good
    failed = next(check for check in report.checks if check.name == name)
    assert failed.detail


# --- further ways to fail a check ------------------------------------------------------------------


def without(bundle: Bundle, kind: str) -> Bundle:
    kept = tuple(item for item in bundle.statements if item.logged.payload.type != kind)
    return replace(bundle, statements=kept)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("certificate", "certificate"),
        ("result", "totals"),
        ("contribution", "contributions"),
        ("roster", "roster"),
        ("consent", "roster"),
        ("request", "request"),
    ],
)
def test_a_bundle_without_a_step_fails_at_that_step(kind: str, check: str) -> None:
    scene, bundle = good()
    assert statuses(verify(scene, without(bundle, kind)), Status.FAILED) == [check]


def test_only_proofs_that_the_caller_has_checked_itself_are_not_checked_again() -> None:
    """One contribution is a lie that nothing but its proof shows."""
    scene = shared("close")
    wide = Lie(subtotals=lambda part: guarded(part, (2**60, *part.guards[1:])))
    payload, scene.ciphertexts[0] = lying_contribution(scene, 0, wide)
    lie = scene.force(payload, scene.suppliers[0]).id
    data = play(scene, "certify").bundle()
    ids = {item.logged.id for item in parse_bundle(data).statements}
    told = verify_bundle(data, scene.world.pins, scene.random, proven={lie})
    assert told.is_good
    untold = verify_bundle(data, scene.world.pins, scene.random, proven=ids - {lie})
    assert statuses(untold, Status.FAILED) == ["contributions"]


@pytest.mark.parametrize("kind", ["declaration", "publication", "factor", "category", "review", "enrolment"])
def test_a_bundle_without_something_it_rests_on_is_not_good(kind: str) -> None:
    scene, bundle = good()
    assert statuses(verify(scene, without(bundle, kind)), Status.FAILED)


def test_a_bundle_that_shows_a_withdrawal_is_not_good() -> None:
    """The coordinator went on although a party had left."""
    scene = shared("contribute_all")
    header = scene.header(scene.suppliers[0]).fields()
    gone = scene.plant(Withdrawal(**header, request=scene.request_id, reason="leaving"), scene.suppliers[0])
    play(scene, "certify")
    bundle = parse_bundle(scene.bundle())
    assert verify(scene, bundle).is_good  # without it, a bundle cannot know: an audit of the log does
    assert gone.id not in [item.logged.id for item in bundle.statements]
    with_it = replace(
        bundle, statements=tuple(sorted([*bundle.statements, _proven(scene, gone.index)], key=_index))
    )
    report = verify(scene, with_it)
    assert statuses(report, Status.FAILED) == ["certificate"]


def _index(item: Proven) -> int:
    return item.logged.index


def _proven(scene: Scene, index: int) -> Proven:
    notary = scene.world.notary
    logged = notary.record.in_order()[index]
    proof = inclusion_proof(index, len(notary.leaves), read_from(notary.leaves))
    return Proven(logged, tuple(proof))


def test_a_statement_cited_before_it_was_logged_does_not_count() -> None:
    """The enrolment of the requester moved behind everything: nobody had signed under it yet."""
    scene, bundle = good()
    moved = []
    for item in bundle.statements:
        late = item.logged.id == scene.maker.enrolment
        moved.append(replace(item, logged=replace(item.logged, index=10**6)) if late else item)
    report = verify(scene, replace(bundle, statements=tuple(sorted(moved, key=_index))))
    assert {"inclusion", "signatures"} <= set(statuses(report, Status.FAILED))


def test_pins_of_another_log_or_authority_fail_the_checks_of_that_pin() -> None:
    scene, bundle = good()
    other = make_scene(seed="other").world.pins
    mine = scene.world.pins
    data = encode_bundle(bundle)
    report = verify_bundle(data, replace(mine, log_key=other.log_key), scene.random)
    assert statuses(report, Status.FAILED) == ["checkpoint"]
    report = verify_bundle(data, replace(mine, authority_root=other.authority_root), scene.random)
    assert "authority" in statuses(report, Status.FAILED)
    assert "signatures" in statuses(report, Status.FAILED)


def test_the_bundle_of_another_calculation_in_the_same_log_is_not_this_one() -> None:
    scene, bundle = good()
    report = verify(scene, replace(bundle, request="ab" * 32))
    assert statuses(report, Status.FAILED) == ["request"]


def witnessed(scene: Scene, bundle: Bundle, count: int) -> tuple[Bundle, tuple[str, ...]]:
    """The bundle with cosignatures of the first `count` of three witnesses, and their keys."""
    keys = [make_witness_key(f"w{number}.example", scene.random) for number in range(3)]
    lines = [cosign(bundle.checkpoint, private, NOW) for private, _ in keys[:count]]
    note = add_cosignatures(bundle.checkpoint, lines)
    return replace(bundle, checkpoint=note), tuple(public for _, public in keys)


@pytest.mark.parametrize(
    ("count", "threshold", "passes"), [(0, 0, True), (2, 2, True), (1, 2, False), (3, 3, True)]
)
def test_as_many_witnesses_as_the_pins_want_must_have_cosigned(
    count: int, threshold: int, passes: bool
) -> None:
    scene, bundle = good()
    bundle, keys = witnessed(scene, bundle, count)
    pins = replace(scene.world.pins, witnesses=keys, threshold=threshold)
    for shown in (bundle, redact(bundle)):
        report = verify_bundle(encode_bundle(shown), pins, scene.random)
        assert report.is_good is passes
        assert statuses(report, Status.FAILED) == ([] if passes else ["witnesses"])


def test_a_witness_pinned_twice_counts_once() -> None:
    scene, bundle = good()
    bundle, keys = witnessed(scene, bundle, 1)
    pins = replace(scene.world.pins, witnesses=(keys[0], keys[0]), threshold=2)
    assert statuses(verify_bundle(encode_bundle(bundle), pins, scene.random), Status.FAILED) == ["witnesses"]


# --- redacted --------------------------------------------------------------------------------------


def test_a_redacted_bundle_verifies_its_seven_checks_and_names_the_full_one() -> None:
    scene, bundle = good()
    redacted = redact(bundle)
    report = verify(scene, redacted)
    assert [check.name for check in report.checks] == [*NAMES[:6], "witnesses"]
    assert report.is_good and report.redacted
    assert redacted.full == hashlib.sha256(encode_bundle(bundle)).hexdigest()
    assert report.models == verify(scene, bundle).models
    assert {item.logged.payload.type for item in redacted.statements} == {
        "result",
        "certificate",
        "enrolment",
    }


def test_a_redacted_bundle_names_no_supplier() -> None:
    scene, bundle = good()
    data = encode_bundle(redact(bundle))
    for supplier, supply in zip(scene.suppliers, scene.chain.supplies, strict=True):
        assert supplier.enrolment.encode() not in data
        assert supply.name.encode() not in data


def test_a_redacted_bundle_cannot_be_redacted_again() -> None:
    _, bundle = good()
    with pytest.raises(PeerError, match="redacted already"):
        redact(redact(bundle))


def test_the_redacted_bundles_of_two_full_ones_differ() -> None:
    _, bundle = good()
    fewer = without(bundle, "review")
    assert redact(bundle).full != redact(fewer).full


@pytest.mark.parametrize("kind", ["result", "certificate"])
def test_a_redacted_bundle_without_its_result_or_certificate_is_refused(kind: str) -> None:
    scene, bundle = good()
    report = verify(scene, without(redact(bundle), kind))
    assert statuses(report, Status.FAILED) == ["format"]


def test_a_redacted_bundle_of_another_request_is_refused() -> None:
    scene, bundle = good()
    report = verify(scene, replace(redact(bundle), request="ab" * 32))
    assert statuses(report, Status.FAILED) == ["format"]


def test_a_redacted_bundle_that_names_no_hash_is_refused() -> None:
    scene, bundle = good()
    report = verify(scene, replace(redact(bundle), full="the full one"))
    assert statuses(report, Status.FAILED) == ["format"]


def test_a_redacted_bundle_whose_certificate_marks_another_result_is_refused() -> None:
    scene = shared("publish_result")
    payload = make_certificate(scene.calculation, scene.header(scene.operator))
    scene.plant(payload.model_copy(update={"result": "ab" * 32}), scene.operator, "certificate")
    report = verify(scene, redact(parse_bundle(scene.bundle())))
    assert statuses(report, Status.FAILED) == ["format"]


def test_a_result_signed_by_a_stranger_fails_in_the_redacted_bundle_too() -> None:
    scene = shared("contribute_all")
    scene.force(scene.make_result(), Party(scene.maker.enrolment, make_signing_key(), 1, b""))
    play(scene, "certify")
    report = verify(scene, redact(parse_bundle(scene.bundle())))
    assert statuses(report, Status.FAILED) == ["signatures"]

"""An audit finds what a certificate cannot show: left out endings, revocations, broken rules, another history."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.report import as_fields, hold_bundle
from auditor.running import Options, tiles_of
from auditor.state import State
from crypto.cosignature import make_witness_key
from crypto.merkle import leaf_hash, root_of
from protocol.bundle import encode_bundle, parse_bundle, redact
from protocol.errors import PeerError, Refused
from protocol.log_evidence import Kind, judge
from protocol.payloads import Revocation, Withdrawal
from protocol.run import Party
from protocol.statements import encode_leaf, sign_statement
from tests.auditor.notary_log import NotaryLog, audit, checks, sign
from tests.support.alterations import reserved, without_opinions
from tests.support.lies import lying_declaration, with_cells
from tests.support.scene import Scene, play, shared
from tests.support.visits import visit


@pytest.fixture(scope="module")
def honest() -> NotaryLog:
    return NotaryLog(shared("certify"))


def test_an_honest_log_is_good_and_every_statement_is_counted(honest: NotaryLog) -> None:
    report = audit(honest)
    assert report.findings == [] and report.evidence is None
    assert sum(report.audit.counts.kinds.values()) == len(honest.rows) and report.audit.counts.unread == 0
    assert dict(report.audit.counts.phases) == {"certified": 1}


@pytest.mark.slow
def test_processes_find_the_same(honest: NotaryLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.running.MANY_CALCULATIONS", 1)
    assert audit(honest, options=Options(processes=2)).findings == []


def test_the_certificate_stands_in_its_log(honest: NotaryLog, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    file.write_bytes(honest.scene.bundle())
    assert hold_bundle(audit(honest), file) == []


def test_a_certificate_of_another_log_does_not(honest: NotaryLog, tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    file.write_bytes(honest.scene.bundle())
    scene = shared("publish_result")
    scene.world.notary.now += 5
    play(scene, "certify")
    assert any("is not what this log holds" in said.en for said in hold_bundle(audit(NotaryLog(scene)), file))


def test_an_opinion_that_a_certificate_lacks_is_found_in_its_log(tmp_path: Path) -> None:
    scene, whole, cut = reserved(), tmp_path / "whole.json", tmp_path / "cut.json"
    whole.write_bytes(scene.bundle())
    cut.write_bytes(without_opinions(scene))
    report = audit(NotaryLog(scene))
    assert hold_bundle(report, whole) == []
    (said,) = hold_bundle(report, cut)
    assert f"an opinion of Verifying body at {len(NotaryLog(scene).rows) - 1} " in said.en


def test_the_public_form_has_no_opinions_and_lacks_none(tmp_path: Path) -> None:
    there = visit("certify")
    there.scene.submit(there.say(_result_of(there.scene)), there.verifier)
    file = tmp_path / "public.json"
    file.write_bytes(encode_bundle(redact(parse_bundle(there.scene.bundle()))))
    assert hold_bundle(audit(NotaryLog(there.scene)), file) == []


def test_who_may_read_nothing_sees_leaves_only_and_says_so(honest: NotaryLog, tmp_path: Path) -> None:
    ids = frozenset(logged.id for logged in honest.rows)
    report = audit(NotaryLog(honest.scene, hidden=ids))
    assert report.findings == [] and report.audit.counts.unread == len(ids)
    file = tmp_path / "certificate.json"
    file.write_bytes(honest.scene.bundle())
    assert any("could not be read" in said.en for said in hold_bundle(report, file))


# --- a verifier's visit -----------------------------------------------------------------------------


def _visited() -> tuple[NotaryLog, dict[str, str]]:
    """A log with a question, its answer, and findings on the declaration and on the result; ids by kind."""
    there = visit("certify")
    asked = there.ask()
    answered = there.scene.submit(there.answer(asked), there.owner)
    there.scene.submit(there.say(there.declaration.id, answered.id), there.verifier)
    result = _result_of(there.scene)
    there.scene.submit(there.say(result), there.verifier)
    return NotaryLog(there.scene), {"question": asked.id, "answer": answered.id, "result": result}


def _result_of(scene: Scene) -> str:
    return next(row.id for row in scene.record.in_order() if row.payload.type == "result")


def test_a_verifiers_visit_is_read_and_good() -> None:
    log, _ = _visited()
    report = audit(log)
    assert report.findings == [] and report.audit.counts.half_judged == 0
    assert report.audit.counts.kinds["opening_request"] == report.audit.counts.kinds["opening_answer"] == 1


@pytest.mark.parametrize(
    ("hidden", "half"), [(("question",), 2), (("answer",), 1), (("question", "answer", "result"), 2)]
)
def test_a_finding_is_not_blamed_for_what_the_reader_may_not_read(hidden: tuple[str, ...], half: int) -> None:
    log, ids = _visited()
    log.hidden = frozenset(ids[one] for one in hidden)
    report = audit(log, options=Options(proofs=False))
    of_visit = [finding for finding in report.findings if finding.check in ("verification", "opening")]
    assert of_visit == [] and report.audit.counts.half_judged == half
    assert any(
        "rest on statements that could not be read" in said for said in as_fields(report, None, 0)["not_seen"]
    )


def test_findings_that_break_the_rules_are_found() -> None:
    there = visit("certify")
    of_nothing = there.say(there.declaration.id, there.declaration.id)
    there.scene.plant(of_nothing, there.verifier)
    there.scene.plant(there.say(_result_of(there.scene), there.declaration.id), there.verifier)
    assert checks(audit(NotaryLog(there.scene))) == ["verification"]
    assert len(audit(NotaryLog(there.scene)).findings) == 2


# --- what a bundle left out ------------------------------------------------------------------------


def test_a_withdrawal_that_the_coordinator_went_past_is_found(tmp_path: Path) -> None:
    scene = shared("contribute_all")
    header = scene.header(scene.suppliers[0]).fields()
    scene.plant(Withdrawal(**header, request=scene.request_id, reason="leaving"), scene.suppliers[0])
    play(scene, "certify")
    assert scene.verify().is_good  # one bundle cannot know
    report = audit(NotaryLog(scene))
    assert checks(report) == ["ended"] and dict(report.audit.counts.phases) == {"ended": 1}
    file = tmp_path / "certificate.json"
    file.write_bytes(scene.bundle())
    assert hold_bundle(report, file)[-1].en.endswith("its calculation is ended")


def test_a_statement_signed_after_its_revocation_is_found() -> None:
    scene = shared("close")
    fields = scene.header(scene.operator).fields()
    authority = scene.world.issuer
    payload = Revocation(
        **{**fields, "by": scene.record.get(scene.operator.enrolment).payload.by},  # type: ignore[union-attr]
        enrolment=scene.suppliers[0].enrolment, reason="left the business",
    )  # fmt: skip
    notary = scene.world.notary
    revoked = sign_statement(payload, authority.key)
    notary.append(revoked)
    before = notary.record.revoked_at
    notary.record.revoked_at = lambda _enrolment: None  # type: ignore[method-assign]
    notary.now += 60
    play(scene, "certify")
    assert scene.verify().is_good
    notary.record.revoked_at = before  # type: ignore[method-assign]
    report = audit(NotaryLog(scene))
    assert "signer" in checks(report)
    first = min(finding.index for finding in report.findings)
    assert scene.record.in_order()[first].payload.type == "contribution"


# --- broken rules ----------------------------------------------------------------------------------


def lie_declaration(scene: Scene) -> None:
    payload, secrets = lying_declaration(scene, 0, (-6_000_000, 1_100_000))
    scene.declarations.append(scene.force(payload, scene.suppliers[0]))
    scene.declared.append(secrets)


def lie_totals(scene: Scene) -> None:
    scene.force(with_cells(scene, scene.make_result(), {0: (-(10**18), 0)}), scene.maker)


def lie_signature(scene: Scene) -> None:
    scene.force(scene.make_result(), Party(scene.maker.enrolment, scene.operator.key, 1, b""))


def lie_deadline(scene: Scene) -> None:
    scene.world.notary.now += 10 * 24 * 3600
    scene.plant(scene.make_consent(0), scene.suppliers[0])


LIES = {
    "a negative amount": ("", lie_declaration, "proof"),
    "a tonne less": ("contribute_all", lie_totals, "proof"),
    "a stranger's signature": ("contribute_all", lie_signature, "signature"),
    "a consent after the deadline": ("ask", lie_deadline, "deadline"),
}


@pytest.mark.parametrize(("upto", "lie", "check"), LIES.values(), ids=LIES)
def test_what_the_rules_refuse_is_found_in_the_log(upto: str, lie: object, check: str) -> None:
    scene = shared(upto)
    lie(scene)  # type: ignore[operator]
    assert check in checks(audit(NotaryLog(scene)))


def test_without_proofs_the_rules_are_held_and_the_proofs_are_not() -> None:
    scene = shared("")
    lie_declaration(scene)
    assert checks(audit(NotaryLog(scene), options=Options(proofs=False))) == []


def test_a_signer_who_saw_another_history_is_found() -> None:
    scene = shared("ask")
    consent = scene.make_consent(0)
    saw = consent.saw.model_copy(update={"root": "ab" * 32})
    scene.force(consent.model_copy(update={"saw": saw}), scene.suppliers[0])
    assert "saw" in checks(audit(NotaryLog(scene)))


# --- the tree --------------------------------------------------------------------------------------


def test_a_leaf_that_is_not_under_the_root_is_found(honest: NotaryLog) -> None:
    logged = honest.rows[7]
    changed = encode_leaf(logged.id, logged.signed.data, logged.logged_at + 1)
    report = audit(NotaryLog(honest.scene, swapped={7: changed}))
    assert "root" in checks(report)


def test_an_envelope_that_is_not_the_leafs_is_found(honest: NotaryLog) -> None:
    """Another statement in its place; the same one, signed once more: same id, good signature, not what was logged."""
    log = NotaryLog(honest.scene)
    last, envelopes = log.rows[-1], log.envelopes
    again = sign_statement(last.payload, honest.scene.operator.key).data
    for shown in (log.rows[4].signed.data, again):

        def swap(start: int, ids: list[str], shown: bytes = shown) -> list[bytes | None]:
            return [
                shown if one == last.id else data
                for one, data in zip(ids, envelopes(start, ids), strict=True)
            ]

        log.envelopes = swap  # type: ignore[method-assign, assignment]
        assert checks(audit(log)) == ["envelope"]


def test_a_leaf_of_another_form_is_found(honest: NotaryLog) -> None:
    assert "leaf" in checks(audit(NotaryLog(honest.scene, swapped={3: b'{"leaf": 3}'})))


def test_a_time_that_goes_back_is_found() -> None:
    scene = shared("publish_result")
    scene.world.notary.now -= 30
    scene.certify()
    assert checks(audit(NotaryLog(scene))) == ["order"]


def test_one_statement_at_two_places_is_found() -> None:
    scene = shared("consent_all")
    log = NotaryLog(scene)
    rows = [*log.rows, log.rows[-1]]
    scene.world.notary.leaves.append(scene.world.notary.leaves[-1])
    type(log).rows, kept = property(lambda _self: rows), type(log).rows  # type: ignore[assignment, method-assign]
    try:
        assert checks(audit(log)) == ["duplicate"]
    finally:
        type(log).rows = kept  # type: ignore[method-assign]


def test_a_tile_that_is_not_the_leaves_is_found(honest: NotaryLog) -> None:
    wrong = bytes(32 * len(honest.rows))
    assert checks(audit(NotaryLog(honest.scene, tiles={(0, 0): wrong}))) == ["tiles"]


def test_every_tile_of_a_tree_is_asked_for() -> None:
    """The example of C2SP tlog-tiles: 70 000 leaves."""
    tiles = list(tiles_of(70_000))
    assert [tiles.count((level, index, width)) for level, index, width in tiles] == [1] * len(tiles)
    assert (len(tiles), (0, 273, 112) in tiles, (1, 1, 17) in tiles, (2, 0, 1) in tiles) == (
        277,
        True,
        True,
        True,
    )
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)] and list(tiles_of(0)) == []


def test_a_checkpoint_by_another_key_stops_the_audit(honest: NotaryLog) -> None:
    pins = replace(honest.scene.world.pins, log_key=honest.scene.world.pins.log_key.replace("log.", "lug."))
    with pytest.raises((PeerError, Refused)):
        audit(honest, pins=pins)


def test_a_checkpoint_without_the_wanted_witnesses_is_found(honest: NotaryLog) -> None:
    _, key = make_witness_key("w1.example", honest.scene.random)
    pins = replace(honest.scene.world.pins, witnesses=(key,), threshold=1)
    assert checks(audit(honest, pins=pins)) == ["witnesses"]


# --- going on --------------------------------------------------------------------------------------


def test_an_audit_goes_on_where_it_was_and_checks_only_what_is_new(tmp_path: Path) -> None:
    scene, state = shared("contribute_all"), tmp_path / "state"
    log = NotaryLog(scene)
    assert audit(log, state).findings == []
    play(scene, "certify")
    asked = log.asked
    report = audit(log, state)
    assert report.findings == [] and dict(report.audit.counts.phases) == {"certified": 1}
    assert log.asked == asked + 1
    again = audit(log, state)
    assert log.asked == asked + 1 and dict(again.audit.counts.phases) == {"certified": 1}


def test_a_log_that_rewrote_its_past_contradicts_what_the_audit_kept(tmp_path: Path) -> None:
    scene, state = shared("contribute_all"), tmp_path / "state"
    log = NotaryLog(scene)
    audit(log, state)
    scene.world.notary.leaves[9] = leaf_hash(b"another")
    play(scene, "certify")
    report = audit(log, state)
    assert "root" in checks(report) and report.evidence is not None
    assert judge(report.evidence, scene.world.pins.log_key).kind is Kind.INCONSISTENT


def test_a_log_that_went_back_is_found_with_evidence(tmp_path: Path) -> None:
    scene, state = shared("certify"), tmp_path / "state"
    log = NotaryLog(scene)
    audit(log, state)
    size = len(log.rows) - 3
    log.note = sign(scene, size, root_of(scene.world.notary.leaves[:size]), later=3600)
    report = audit(log, state)
    assert checks(report) == ["rollback"] and report.evidence is not None
    assert judge(report.evidence, scene.world.pins.log_key).kind is Kind.ROLLBACK


def test_the_state_of_another_audit_is_refused(honest: NotaryLog, tmp_path: Path) -> None:
    State(tmp_path / "state", honest.scene.world.pins.log_key, "test").close()
    with pytest.raises(Refused, match="another audit"):
        State(tmp_path / "state", honest.scene.world.pins.log_key, "somebody else")

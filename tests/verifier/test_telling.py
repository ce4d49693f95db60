"""How a file and each of its checks are told: what holds and proves nothing, what fails with another check."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchange.report.content import make_content
from exchange.report.grounds import FAILS_WITH
from exchange.report.labels import LABELS
from exchange.report.meanings import MEANINGS
from exchange.report.telling import (
    find_standing,
    find_verdict,
    looks_like_certificate,
    tell_beside,
    tell_checks,
)
from exchange.report.words import NOT_VERIFIED, SIGNED_ONLY, STATUS_WORDS
from operation.phrases import Language
from protocol.bundle import encode_bundle, redact
from protocol.certificate import CHECK_NAMES, CHECK_TITLES, REDACTED_CHECKS, Status, verify_bundle
from tests.support.alterations import (
    ALTERATIONS,
    RESERVATION,
    good,
    reserved,
    under_other_pins,
    with_forged_opinion,
)
from tests.support.page import pins_bytes
from tests.verifier.test_cli import APP
from tests.verifier.test_report import LANGUAGES, flat, written


def test_the_command_marks_an_opinion_of_a_file_that_fails(tmp_path: Path) -> None:
    data = with_forged_opinion().data
    result = CliRunner().invoke(APP, written(tmp_path, data), env={"COLUMNS": "200"})
    before, _, after = flat(result.output).partition(flat("核查 申报 / verified declaration"))
    assert result.exit_code == 1 and "无保留意见" in after
    assert before.endswith(flat(NOT_VERIFIED.zh + NOT_VERIFIED.en))
    assert flat("其所依据的检查 4、6 不成立。") in before
    assert before.count("按文件所称：核查意见，Verifyingbody。") == 2
    said = json.loads(CliRunner().invoke(APP, [*written(tmp_path, data), "--json"]).stdout)
    last = said["checks"][-1]
    assert (last["number"], last["status"], last["said_zh"]) == (18, "passed", LABELS["proves_nothing"].zh)
    whole = CliRunner().invoke(APP, written(tmp_path, reserved().bundle())).output
    assert flat(NOT_VERIFIED.zh) not in flat(whole)


def test_the_command_tells_a_reservation_once_below_the_verdict(tmp_path: Path) -> None:
    scene = reserved()
    file, pins = tmp_path / "certificate.json", tmp_path / "pins.json"
    file.write_bytes(scene.bundle())
    pins.write_bytes(pins_bytes(scene.world.pins))
    words = [str(file), "--pins", str(pins)]
    output = flat(CliRunner().invoke(APP, words, env={"COLUMNS": "200"}).output)
    above, _, below = output.partition(flat(LABELS["good"].en))
    assert all(flat(said) in below for said in (*LABELS["reserved"], RESERVATION))
    assert flat(RESERVATION) not in above


def test_the_command_says_at_the_verdict_that_the_pins_may_be_anothers(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_bytes(pins_bytes(under_other_pins().pins))
    certificate, *_ = written(tmp_path, good()[0].bundle())
    result = CliRunner().invoke(APP, [certificate, "--pins", str(tmp_path / "other.json")])
    beside = flat(result.output).partition(flat(LABELS["bad"].en))[2]
    assert result.exit_code == 1 and all(flat(said) in beside for said in LABELS["other_platform"])


def test_each_check_is_told_by_its_own_words() -> None:
    """A public form lacks checks and says so; a failed one says what that means; no witness is claimed unasked."""
    scene, bundle = good()
    data = encode_bundle(redact(bundle))
    redacted = verify_bundle(data, scene.world.pins, os.urandom)
    assert find_verdict(redacted) is LABELS["good_redacted"] and find_standing(redacted) is SIGNED_ONLY
    told = tell_checks(redacted)
    assert [one["number"] for one in told] == [number for number, _, _ in CHECK_TITLES]
    shown = {one["number"] for one in told if one["status"] != "hidden"}
    assert shown == set(REDACTED_CHECKS)
    assert {one["said"] for one in told if one["status"] == "hidden"} == {LABELS["needs_full"]}
    said = {one["name"]: one["said"] for one in told}
    assert said["witnesses"] is LABELS["no_witnesses"] and said["inclusion"] is STATUS_WORDS[Status.PASSED]
    asked = tell_checks(replace(redacted, threshold=1))
    assert asked[CHECK_NAMES.index("witnesses")]["said"] is STATUS_WORDS[Status.PASSED]
    altered = ALTERATIONS["inclusion"]()
    broken = altered.report()
    assert find_verdict(broken) is LABELS["bad"] and find_standing(broken) is NOT_VERIFIED
    failed = next(one for one in tell_checks(broken) if one["status"] == "failed")
    assert failed["meaning"] is MEANINGS["inclusion"] and failed["detail"]


def test_a_check_that_holds_of_altered_statements_is_told_to_prove_nothing() -> None:
    report = with_forged_opinion().report()
    told = {one["name"]: one for one in tell_checks(report)}
    assert {name for name, one in told.items() if one["status"] == "failed"} == {"inclusion", "signatures"}
    assert [told[name]["meaning"] for name in ("inclusion", "signatures")] == [
        MEANINGS["inclusion"], MEANINGS["signatures"],
    ]  # fmt: skip
    assert report.bundle is not None
    last = report.bundle.statements[-1].logged.index
    assert (
        told["inclusion"]["named"]
        == told["signatures"]["named"]
        == (
            f"The first one found is number {last} of the log, as the file says: verifier's opinion, Verifying body.",
            f"最先发现的是日志第 {last} 条；按文件所称：核查意见，Verifying body。",
        )
    )
    opinions = told["verifications"]
    assert opinions["status"] == "passed" and not opinions["counts"]
    assert opinions["said"] is LABELS["proves_nothing"]
    assert opinions["meaning"] == ("It rests on what fails: 4, 6.", "其所依据的检查 4、6 不成立。")
    assert told["order"]["meaning"] == ("It rests on what fails: 4.", "其所依据的检查 4 不成立。")
    # Pins and checkpoint are as they were; no witness was wanted.
    assert [told[name]["counts"] for name in ("format", "authority", "checkpoint")] == [True] * 3
    assert told["witnesses"]["said"] is LABELS["no_witnesses"] and tell_beside(report) is None
    # Witnesses that were wanted cosigned the checkpoint, which holds, whatever was made of the statements.
    wanted = {one["name"]: one for one in tell_checks(replace(report, threshold=1))}["witnesses"]
    assert wanted["said"] is STATUS_WORDS[Status.PASSED] and wanted["counts"]
    assert {one["said"] for one in tell_checks(good()[0].verify())} == {
        STATUS_WORDS[Status.PASSED], LABELS["no_witnesses"], LABELS["no_opinions"],
    }  # fmt: skip


def test_what_fails_with_the_authority_says_so_and_no_more() -> None:
    """Under the pins of another platform nothing is called forged; that they may be another's stands at the verdict."""
    report = under_other_pins().report()
    told = {one["name"]: one for one in tell_checks(report)}
    assert {name for name, one in told.items() if one["status"] == "failed"} == {
        "authority", "checkpoint", "signatures", "library",
    }  # fmt: skip
    assert {one["named"] for one in told.values()} == {None}
    for name in ("signatures", "library"):
        assert told[name]["meaning"].zh == LABELS["fails_with"].zh.format(checks="2")
    assert told["inclusion"]["meaning"].zh == "其所依据的检查 3 不成立。"
    assert {one["counts"] for name, one in told.items() if one["number"] > 3 and name not in FAILS_WITH} == {
        False
    }
    assert tell_beside(report) is LABELS["other_platform"]
    for name, number in (("authority", 2), ("checkpoint", 3)):
        beside = tell_beside(ALTERATIONS[name]().report())
        assert beside is not None and beside.zh == LABELS["one_pin"].zh.format(checks=number)
    assert tell_beside(ALTERATIONS["inclusion"]().report()) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_claims_no_witness_that_was_not_asked_for(language: Language) -> None:
    scene, _ = good()
    content = make_content(scene.verify(), scene.bundle(), language)
    assert content is not None and scene.world.pins.threshold == 0
    said = {number: status for number, _, status in content["checks"]}
    number = str(CHECK_NAMES.index("witnesses") + 1)
    assert said[number] == LABELS["no_witnesses"][LANGUAGES.index(language)]


@pytest.mark.parametrize(
    "data,is_one",
    [
        (b'{"statements":[', True),
        (b' {"checkpoint":""}', True),
        (b'{"authority_root":"","log_key":""}', False),
        (b"PK\x03\x04", False),
        (b"{}", False),
    ],
)
def test_a_file_given_by_mistake_is_told_from_a_damaged_certificate(data: bytes, is_one: bool) -> None:
    assert looks_like_certificate(data) is is_one

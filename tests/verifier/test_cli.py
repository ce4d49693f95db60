"""`sealsum verify`: exit codes, pins, tables, JSON and the redacted form, on real files."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from crypto.certificates import fingerprint, parse_certificate
from exchange.report.labels import BANDS, LABELS
from exchange.report.meanings import MEANINGS
from exchange.report.summary import name_parties
from exchange.report.words import CANNOT_SHOW, NOT_VERIFIED, PINS_BESIDE, SIGNED_ONLY
from method.rules import RULES
from operation.moments import tell_day
from protocol.bundle import MAX_BUNDLE, parse_bundle
from protocol.certificate import CHECK_TITLES
from tests.support.alterations import saved_again
from tests.support.example import run_example
from tests.support.scene import make_scene
from verifier.cli import verify

APP = typer.Typer()
APP.command()(verify)
OUTCOME = run_example("verifier")


@dataclass(frozen=True)
class Folder:
    """A certificate, and its pins in a folder of their own."""

    certificate: Path
    pins: Path

    def write_pins_beside(self) -> None:
        (self.certificate.parent / "pins.json").write_bytes(self.pins.read_bytes())


def pins_text(log_key: str = OUTCOME.pins.log_key, root: str = OUTCOME.pins.authority_root) -> str:
    return json.dumps({"log_key": log_key, "authority_root": root})


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    for name in ("got", "kept"):
        (tmp_path / name).mkdir()
    made = Folder(tmp_path / "got" / "certificate.json", tmp_path / "kept" / "my-pins.json")
    made.certificate.write_bytes(OUTCOME.bundle)
    made.pins.write_text(pins_text(), "utf-8")
    return made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def flat(text: str) -> str:
    """Output without line breaks: a terminal wraps where it likes."""
    return "".join(text.split())


def says(result: Result, words: tuple[str, str]) -> bool:
    return all(flat(sentence) in flat(result.output) for sentence in words)


# --- good ------------------------------------------------------------------------------------------


def test_a_good_certificate_exits_with_0_and_says_every_check_in_both_languages(folder: Folder) -> None:
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 0, result.output
    for _, title_en, title_zh in CHECK_TITLES:
        assert flat(title_en) in flat(result.output) and flat(title_zh) in flat(result.output)
    assert says(result, LABELS["good"]) and not says(result, LABELS["bad"]) and not says(result, PINS_BESIDE)


def test_the_tables_show_stages_total_per_kwh_bound_and_quality(folder: Folder) -> None:
    output = run(folder.certificate, "--pins", folder.pins).output
    figures = OUTCOME.report.models[0].figures
    for shown in (
        "T-100", figures.total_kg, figures.per_kwh, figures.overstated_by_at_most, figures.quality_rating,
        figures.total_energy_kwh, *figures.stages.values(), figures.per_kwh_capacity,
        f"{BANDS[figures.quality_band].zh} / {figures.quality_band}",
        figures.primary_data_share,
        *(f"{float(share) * 100:.1f}" for share in figures.shares.values()),
    ):  # fmt: skip
        assert shown in output, shown
    excluded = next(line for line in output.splitlines() if "回收利用" in line)
    assert "不在系统边界内" in excluded, "a stage that is not counted is no zero"


def test_json_says_the_same(folder: Folder) -> None:
    result = run(folder.certificate, "--pins", folder.pins, "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["good"] is True and said["redacted"] is False and said["warnings"] == []
    assert [check["number"] for check in said["checks"]] == list(range(1, 19))
    assert {check["status"] for check in said["checks"]} == {"passed"}
    (model,) = said["models"]
    assert model["model"] == "T-100"
    assert model["total_kg"] == OUTCOME.report.models[0].figures.total_kg
    assert said["pins"]["from"] == "file"


def test_the_rule_set_and_its_unknowns_are_named_as_far_as_the_boundary_reaches(folder: Folder) -> None:
    rules = RULES["mee-2025-cff"]
    shown = flat(run(folder.certificate, "--pins", folder.pins).output)
    for text in (
        "mee-2025-cff, partial", "Amounts are sealed", "用量是密封的",
        *(one.text_zh for one in rules.unknown_of("partial")), *(one.text_en for one in rules.unknown_of("partial")),
    ):  # fmt: skip
        assert flat(text) in shown, text
    assert flat(rules.recycling_zh) not in shown and flat(rules.recycling_en) not in shown
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    assert (said["method"], said["boundary"]) == ("mee-2025-cff", "partial")
    assert said["variant"] == {"zh": "", "en": ""}
    assert [one["topic"] for one in said["unknown"]] == [one.topic for one in rules.unknown_of("partial")]


def test_the_public_form_names_the_rule_set_too(folder: Folder, tmp_path: Path) -> None:
    public = tmp_path / "public.json"
    assert run(folder.certificate, "--pins", folder.pins, "--redact", public).exit_code == 0
    said = json.loads(run(public, "--pins", folder.pins, "--json").stdout)
    assert said["redacted"] and (said["method"], said["boundary"]) == ("mee-2025-cff", "partial")


def test_pins_may_be_named_one_by_one(folder: Folder, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_text(OUTCOME.pins.authority_root)
    result = run(folder.certificate, "--log-key", OUTCOME.pins.log_key, "--authority-root", root)
    assert result.exit_code == 0 and says(result, LABELS["good"])


def test_a_file_without_pins_is_named(folder: Folder, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear reader", "utf-8")
    result = run(folder.certificate, "--pins", other)
    assert result.exit_code == 2 and f"{other}: expected" in result.output.replace("\n", "")


def test_pins_beside_the_file_are_used_and_said_to_prove_nothing(folder: Folder) -> None:
    folder.write_pins_beside()
    result = run(folder.certificate)
    assert result.exit_code == 0 and says(result, PINS_BESIDE)
    said = json.loads(run(folder.certificate, "--json").stdout)
    assert said["pins"]["from"] == "beside the bundle" and said["warnings"]


def test_nothing_is_looked_up_on_a_network(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert run(folder.certificate, "--pins", folder.pins).exit_code == 0


# --- bad -------------------------------------------------------------------------------------------


def test_an_altered_certificate_exits_with_1_and_names_the_check(folder: Folder) -> None:
    total = OUTCOME.report.models[0].figures.total_kg.encode()
    data = OUTCOME.bundle
    at = data.index(b'"checkpoint"') + 60
    folder.certificate.write_bytes(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 1
    assert says(result, LABELS["bad"]) and not says(result, LABELS["good"])
    assert total  # the figures are still shown, as what the file says
    assert says(result, NOT_VERIFIED)
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    assert said["good"] is False
    failed = [check for check in said["checks"] if check["status"] == "failed"]
    assert failed
    for check in failed:  # in words first, then as the program found it
        meaning = MEANINGS[check["name"]]
        found = f"技术细节（英文，供技术人员参考） / Found: {check['detail']}"
        assert says(result, meaning) and (check["meaning_en"], check["meaning_zh"]) == meaning
        assert flat(result.output).index(flat(meaning.zh)) < flat(result.output).index(flat(found[:40]))


def test_no_witness_is_claimed_that_was_not_asked_for(folder: Folder) -> None:
    told = run(folder.certificate, "--pins", folder.pins).output
    assert all(part in told for part in ("不适用：未要", "求见证方"))  # folded beside the claim
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    (witnesses,) = [check for check in said["checks"] if check["name"] == "witnesses"]
    assert (witnesses["said_en"], witnesses["said_zh"]) == LABELS["no_witnesses"]


def test_no_opinion_of_a_verifier_is_claimed_that_is_not_there(folder: Folder) -> None:
    result = run(folder.certificate, "--pins", folder.pins)
    beside = flat(result.output).partition(flat(LABELS["good"].en))[2]
    assert all(flat(said) in beside for said in LABELS["opinions_none"])
    assert all(part in result.output for part in ("不适用：文件", "中没有核查意", "见 not"))  # folded
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    (check,) = [check for check in said["checks"] if check["name"] == "verifications"]
    assert (check["said_en"], check["said_zh"]) == LABELS["no_opinions"] and check["status"] == "passed"


def test_whose_pack_it_is_and_who_certified_it_when_is_said(folder: Folder) -> None:
    parties = name_parties(parse_bundle(OUTCOME.bundle))
    result = run(folder.certificate, "--pins", folder.pins)
    for role in ("maker", "operator"):
        names = parties[role]
        assert names["zh"] and flat(f"{names['zh']} / {names['en']}") in flat(result.output)
    for language in ("zh", "en"):
        assert flat(tell_day(parties["certified_at"], language)) in flat(result.output)
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    assert {name: said[name] for name in parties} == parties


def test_pins_of_another_log_exit_with_1(folder: Folder) -> None:
    other = make_scene(seed="another log").world.pins
    folder.pins.write_text(pins_text(log_key=other.log_key))
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 1 and says(result, LABELS["bad"])


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"PK\3\4", b"[" * 10_000, b"\xff" * 100, b"# Read me"], ids=repr
)
def test_a_file_that_is_no_certificate_exits_with_2_and_is_not_judged(folder: Folder, data: bytes) -> None:
    folder.certificate.write_bytes(data)
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 2 and not says(result, LABELS["bad"])
    assert "certificate.json is not a certificate" in result.output
    assert "certificate.json 不是证书" in result.output
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    assert list(said) == ["error"]


def test_pins_given_for_a_certificate_are_not_judged(folder: Folder) -> None:
    result = run(folder.pins, "--pins", folder.pins)
    assert result.exit_code == 2 and "my-pins.json is not a certificate" in result.output


def test_a_damaged_certificate_exits_with_1(folder: Folder) -> None:
    folder.certificate.write_bytes(OUTCOME.bundle[:-1])
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 1 and says(result, LABELS["bad"])
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    assert said["models"] == [] and said["request"] is None


@pytest.mark.parametrize("way", range(4))
def test_a_certificate_that_an_editor_saved_again_is_told_to_be_one(folder: Folder, way: int) -> None:
    folder.certificate.write_bytes(saved_again(OUTCOME.bundle)[way])
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 1 and says(result, LABELS["bad"]) and says(result, LABELS["resaved"])
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    assert said["checks"][0]["meaning_zh"] == LABELS["resaved"].zh
    folder.certificate.write_bytes(folder.certificate.read_bytes().replace(b'"hashes"', b'"hash"'))
    result = run(folder.certificate, "--pins", folder.pins)
    assert says(result, MEANINGS["format"]) and not says(result, LABELS["resaved"])


def test_a_file_of_more_than_64_mib_is_not_read_to_its_end(folder: Folder) -> None:
    with folder.certificate.open("wb") as file:
        file.write(b'{"statements":[')
        file.truncate(MAX_BUNDLE + 10**9)
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 1 and f"at most {MAX_BUNDLE} bytes, found {MAX_BUNDLE + 1}" in result.output


def test_the_help_says_what_pins_beside_the_file_are_worth() -> None:
    assert flat("it proves nothing until you have compared it") in flat(run("--help").output.replace("│", ""))


# --- usage -----------------------------------------------------------------------------------------


def test_without_any_pins_it_exits_with_2_and_says_what_to_name(folder: Folder) -> None:
    result = run(folder.certificate)
    assert result.exit_code == 2 and "--pins" in result.output


def test_a_missing_certificate_or_pins_file_exits_with_2(folder: Folder, tmp_path: Path) -> None:
    assert run(tmp_path / "none.json", "--pins", folder.pins).exit_code == 2
    assert run(folder.certificate, "--pins", tmp_path / "none.json").exit_code == 2
    assert run(tmp_path, "--pins", folder.pins).exit_code == 2


def test_what_is_wrong_with_a_file_is_said_in_both_languages(folder: Folder, tmp_path: Path) -> None:
    result = run(tmp_path / "nothing.json", "--pins", folder.pins)
    assert "无法读取：没有这个文件" in result.output and "cannot be read: No such file" in result.output
    result = run(folder.certificate, "--pins", tmp_path / "nothing.json")
    assert "无法读取：没有这个文件，请核对路径" in result.output and "重新取得" not in result.output
    result = run(folder.pins, "--pins", folder.pins)
    assert (
        result.output.count("不是证书") == 1 and "原文" not in result.output and "权限" not in result.output
    )
    result = run(folder.certificate)
    assert "没有锁定信息：请用 --pins 文件 指定" in result.output and "no pins: name them" in result.output
    told = json.loads(folder.pins.read_text())
    mistyped = tmp_path / "mistyped.json"
    mistyped.write_text(json.dumps({**told, "log_key": told["log_key"][:-2] + "A="}))
    result = run(folder.certificate, "--pins", mistyped)
    assert (
        "锁定信息有误，也许抄录时错了字" in result.output
        and "take pins.json from the operator" in result.output
    )


def test_the_pins_that_were_used_are_printed_to_be_compared(folder: Folder) -> None:
    root = parse_certificate(json.loads(folder.pins.read_text())["authority_root"].encode())
    result = run(folder.certificate, "--pins", folder.pins)
    assert fingerprint(root).hex() in result.output.replace("\n", "")
    said = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)["pins"]
    assert said["authority_root_sha256"] == fingerprint(root).hex()
    assert said["log_key"] == json.loads(folder.pins.read_text())["log_key"]


def test_half_of_the_pins_or_both_kinds_exit_with_2(folder: Folder, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_text(OUTCOME.pins.authority_root)
    key = OUTCOME.pins.log_key
    assert run(folder.certificate, "--log-key", key).exit_code == 2
    assert run(folder.certificate, "--authority-root", root).exit_code == 2
    both = ("--pins", folder.pins, "--log-key", key, "--authority-root", root)
    assert run(folder.certificate, *both).exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps({"log_key": OUTCOME.pins.log_key}),
        json.dumps({"log_key": 1, "authority_root": 2}),
        pins_text(log_key="not a key"),
        pins_text(root="not a certificate"),
        json.dumps({**json.loads(pins_text()), "extra": "1"}),
        pins_text() + " " * 70_000,
    ],
    ids=lambda text: text[:30],
)
def test_malformed_pins_exit_with_2(folder: Folder, text: str) -> None:
    folder.pins.write_text(text)
    result = run(folder.certificate, "--pins", folder.pins)
    assert result.exit_code == 2 and "Traceback" not in result.output


def test_a_usage_error_in_json_is_one_object(folder: Folder) -> None:
    result = run(folder.certificate, "--json")
    assert result.exit_code == 2 and "error" in json.loads(result.stdout)


# --- redacted --------------------------------------------------------------------------------------


def test_redact_writes_the_public_form_which_verifies_by_itself(folder: Folder, tmp_path: Path) -> None:
    out = tmp_path / "public.json"
    first = run(folder.certificate, "--pins", folder.pins, "--redact", out)
    assert first.exit_code == 0
    result = run(out, "--pins", folder.pins)
    assert result.exit_code == 0
    assert (
        says(result, LABELS["good_redacted"])
        and says(result, CANNOT_SHOW)
        and not says(result, LABELS["good"])
    )
    assert says(result, SIGNED_ONLY)
    assert OUTCOME.report.models[0].figures.total_kg in result.output
    full = json.loads(run(folder.certificate, "--pins", folder.pins, "--json").stdout)
    said = json.loads(run(out, "--pins", folder.pins, "--json").stdout)
    assert said["redacted"] is True and said["full_sha256"] == full["sha256"]
    assert said["not_shown"] == [*range(7, 17), 18] and len(said["checks"]) == 7


def test_redact_shows_no_supplier(folder: Folder, tmp_path: Path) -> None:
    out = tmp_path / "public.json"
    run(folder.certificate, "--pins", folder.pins, "--redact", out)
    text = out.read_text("utf-8")
    assert "North Cathode" not in text and len(text) < len(OUTCOME.bundle) / 4


def test_redact_does_not_write_over_a_file(folder: Folder) -> None:
    before = folder.pins.read_bytes()
    result = run(folder.certificate, "--pins", folder.pins, "--redact", folder.pins)
    assert result.exit_code == 2 and folder.pins.read_bytes() == before


def test_redact_of_a_certificate_that_fails_writes_nothing(folder: Folder, tmp_path: Path) -> None:
    out, other = tmp_path / "public.json", make_scene(seed="another log").world.pins
    folder.pins.write_text(pins_text(log_key=other.log_key))
    assert run(folder.certificate, "--pins", folder.pins, "--redact", out).exit_code == 1
    assert not out.exists()


def test_redact_of_a_redacted_one_is_a_usage_error(folder: Folder, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.json", tmp_path / "twice.json"
    run(folder.certificate, "--pins", folder.pins, "--redact", once)
    assert run(once, "--pins", folder.pins, "--redact", twice).exit_code == 2
    assert not twice.exists()

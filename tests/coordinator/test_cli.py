"""`sealsum coordinator`, command by command, against a real authority."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from coordinator.folder import locked, open_folder
from coordinator.party import Party, enrol_party
from coordinator.publishing import read_library
from coordinator.service import make_service, open_existing_stores, open_stores
from coordinator.store.contract import RefusedEnvelope
from crypto.note import check_checkpoint
from operation.refusals import say_words
from protocol.errors import PeerError
from protocol.payloads import Review, Saw
from protocol.statements import EMPTY_ROOT, Header, parse_statement, sign_statement
from protos.values import FindQuery, Receipt
from tests.coordinator.office import Office, answer, run

LIBRARY = """
[[factor]]
code = "grid"
version = 1
name_zh = "电网"
name_en = "Grid"
classification = "energy"
total = "0.5777"
biogenic = "0"
unit = "kWh"
region = "CN"
year = 2024
system_boundary = "life_cycle"
gwp_set = "unknown"
grade = "country"
scores = { technology = 2, time = 1, geography = 2 }
source = "a source"
status = "published"
licence = "public"
owner = "an owner"

[[category]]
code = "assembly"
version = 1
name_zh = "组装"
name_en = "Assembly"
declared_unit = "kg"
stages = ["battery_production"]
reference = ["1", "0", "0", "0"]
quantity_low = "1"
quantity_high = "4"

[[category.lines]]
code = "power"
name_zh = "电力"
name_en = "Electricity"
unit = "kWh"
kind = "electricity"
coefficient = "1"
secondary = false
accepts = ["grid"]
default_factor = "grid"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, office: Office) -> Path:
    """An initialised coordinator."""
    folder = tmp_path_factory.mktemp("coordinator") / "c"
    token = office.token("Operator", "operator")
    made = run("init", folder, "--token", token, "--name", "log.example", "--json")
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("library") / "library.toml"
    path.write_text(LIBRARY, "utf-8")
    return path


def review_everything(folder: Path, party: Party) -> None:
    """What an expert's node does, handed in at the plain door."""
    made = open_folder(folder)
    with locked(folder):
        service = make_service(made, open_stores(made.database_url), lambda: int(time.time()), os.urandom)
        service.start()
        gateway = service.gateway
        caller = gateway.identify(party.certificate_pem.encode())
        gateway.submit(caller, (party.enrolment.data,)).result()
        caller = gateway.identify(party.certificate_pem.encode())
        log = service.stores.log
        subjects = tuple(row.id for kind in ("category", "factor") for row in log.of_kind(kind, 0, 100))
        header = Header(party.enrolment.id, Saw(size=0, root=EMPTY_ROOT), os.urandom(16).hex())
        review = Review(**header.fields(), subjects=subjects, verdict="accept", opinion="fine")
        (outcome,) = gateway.submit(caller, (sign_statement(review, party.key).data,)).result()
        assert isinstance(outcome, Receipt), outcome
        assert len(gateway.find(caller, FindQuery("review", 0, 10)).statements) >= 1
        service.stop()


def test_a_library_is_published_once_two_experts_accepted_it(
    folder: Path, library: Path, office: Office, tmp_path: Path
) -> None:
    first = answer("publish", folder, library)
    assert sorted(first["submitted"]) == ["assembly", "grid"] == sorted(first["waiting_for_reviews"])
    again = answer("publish", folder, library)
    assert again["submitted"] == [] and again["published"] == []
    for name in ("One", "Two"):
        token = office.token(name, "expert")
        party = enrol_party(tmp_path / name, token, name, lambda: int(time.time()), os.urandom)
        review_everything(folder, party)
        last = answer("publish", folder)
        assert last["published"] == ([] if name == "One" else ["assembly", "grid"])
    nothing = {"submitted": [], "published": [], "superseded": [], "refused": {}, "waiting_for_reviews": []}
    assert answer("publish", folder, library) == nothing
    table = tmp_path / "factors.csv"
    assert answer("export-factors", folder, "--out", table)["factors"] == "1"
    assert b"grid" in table.read_bytes()
    assert run("export-factors", folder, "--out", table).exit_code == 1
    package = tmp_path / "factors.zip"
    assert answer("export-factors", folder, "--format", "openlca", "--out", package)["factors"] == "1"
    again = tmp_path / "assembly-2.json"
    exported = answer("export-category", folder, "assembly", "--out", again)
    assert exported == {"file": str(again), "category": "assembly", "version": 2}
    (category,), _ = read_library([library])
    assert read_library([again]) == ([{**category, "version": 2}], [])
    assert run("export-category", folder, "assembly", "--out", again).exit_code == 1
    for accepted, why in (("power=grid", "accepts factor grid already"), ("power", "expected LINE=FACTOR")):
        refused = run("export-category", folder, "assembly", "--out", tmp_path / "n", "--accept", accepted)
        assert refused.exit_code == 1 and why in refused.output
    assert answer("citations", folder) == {"citations": []}
    refused = run("return", folder, "grid", "--reason", "no")
    assert refused.exit_code == 1 and "version 1 is published" in refused.output
    changed = tmp_path / "changed.toml"
    changed.write_text(LIBRARY.replace("0.5777", "0.6"), "utf-8")
    refused = run("publish", folder, changed)
    assert refused.exit_code == 1 and "raise it" in refused.output
    assert "withdrawn" in answer("withdraw", folder, "grid", "--reason", "the source corrected it")
    assert answer("export-factors", folder, "--out", tmp_path / "none.csv")["factors"] == "0"
    shipped = answer("publish", folder, "--shipped")["submitted"]
    assert len(shipped) > 70 and "electricity-direct-north-2023" in shipped


def test_pins_hold_the_log_key_and_the_authority_root(folder: Path, office: Office) -> None:
    pins = json.loads((folder / "pins.json").read_text())
    assert set(pins) == {"log_key", "authority_root"}
    assert pins["authority_root"] == office.enroller.root.pem
    answer("publish", folder)
    note = run("log", "checkpoint", folder).stdout
    assert check_checkpoint(note, pins["log_key"]).size >= 1


def test_keys_are_readable_by_their_owner_only(folder: Path) -> None:
    for name in ("signing.key", "sealing.key", "log.key"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_a_statement_is_shown_and_proven(folder: Path, tmp_path: Path) -> None:
    answer("publish", folder)
    own = open_folder(folder).party.enrolment.id
    shown = answer("show", folder, own)
    assert shown["payload"]["type"] == "enrolment" and shown["index"] == 0
    kept = tmp_path / "enrolment.json"
    said = run("show", folder, own, "--out", kept).output
    assert f"The exact envelope is in {kept}" in said and "BEGIN CERTIFICATE" not in said
    assert parse_statement(kept.read_bytes()).id == own
    proven = answer("log", "prove", folder, own)
    assert proven["index"] == 0 and proven["checkpoint"].startswith("log.example\n")
    assert answer("log", "prove", folder, own[:8])["id"] == own
    assert run("show", folder, own).exit_code == run("log", "prove", folder, own).exit_code == 0
    assert answer("show", folder, own[:8])["id"] == answer("show", folder, own[:12])["id"] == own
    assert run("show", folder, own[:7]).exit_code == run("show", folder, "0" * 12).exit_code == 1
    assert run("show", folder, "0" * 64).exit_code == run("log", "prove", folder, "0" * 64).exit_code == 1
    assert own in {item["id"] for item in answer("list", folder, "--kind", "enrolment")["enrolment"]}
    assert own in {item["id"] for item in answer("list", folder, "--kind", "登记")["enrolment"]}
    for kind, name in (("calculation", "核算"), ("refused", "未被接受"), ("refused", "not accepted")):
        assert answer("list", folder, "--kind", name)[kind] == []
    unknown = run("list", folder, "--kind", "数据")
    assert unknown.exit_code == 1 and "retirement (撤回发布)" in unknown.output
    assert (
        answer("list", folder)["calculation"] == [] == answer("list", folder, "--kind", "refused")["refused"]
    )


def test_what_a_company_signed_is_listed_by_its_name(folder: Path) -> None:
    answer("publish", folder, "--shipped")
    own = open_folder(folder).party.enrolment
    kept = keep_refused(folder, "no")
    for words in (own.id[:8], own.payload.legal_entity, own.payload.name_en):
        refused = answer("list", folder, "--kind", "refused", "--company", words)["refused"]
        assert (kept.id, own.payload.name_en) in [(one["id"], one["name"]) for one in refused]
        factors = answer("list", folder, "--kind", "factor", "--company", words, "--limit", 3)["factor"]
        assert {(one["signer"], one["name"]) for one in factors} == {(own.id, own.payload.name_en)}
        indexes = [int(one["index"]) for one in factors]
        assert len(indexes) == 3 and indexes == sorted(indexes, reverse=True)
    for kind in ("refused", "factor", "calculation"):
        assert answer("list", folder, "--kind", kind, "--company", "nobody")[kind] == []
    enrolled = answer("list", folder, "--kind", "enrolment")["enrolment"]
    assert {one["name"] for one in enrolled} == {"the enrolment authority"}


def test_what_is_shown_is_in_the_machines_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer("publish", folder)
    own = open_folder(folder).party.enrolment
    message = "grid is withdrawn (the source corrected it); fetch the library and cite what replaced it"
    kept = keep_refused(folder, message)
    told = {
        "en": (own.payload.name_en, "1970-01-01 00:16 UTC", "does not hold (proof)", message, "opinion"),
        "zh": (
            own.payload.name_zh,
            "1970-01-01 08:16（北京时间）",
            "（proof）",
            "grid 已撤回或被取代",
            "意见",
        ),
    }
    for language, words in told.items():
        monkeypatch.setenv("SEALSUM_LANG", language)
        shown = run("show", folder, kept.id).stdout
        assert [one for one in (*words, own.id) if one not in shown] == []
        listed = run("list", folder, "--kind", "refused").stdout
        assert [one for one in (*words[:3], own.id, kept.id) if one not in listed] == []
        fields = answer("show", folder, kept.id)
        assert fields["refused_at"] == 1000 and fields["check"] == "proof" and fields["message"] == message
    assert "logged at" not in run("show", folder, own.id).stdout
    titles = ("requester", "organisation", "phase", "deadline", "signer", "check", "refused at", "index")
    for kind in ("calculation", "refused", "enrolment"):
        assert not [one for one in titles if one in run("list", folder, "--kind", kind).stdout.split("\n")[0]]


def test_what_is_only_counted_is_said_to_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer("publish", folder)
    for language, words in (("en", "are only counted"), ("zh", "只计数不保存")):
        monkeypatch.setenv("SEALSUM_LANG", language)
        for unknown in ("0" * 64, "0" * 12):
            assert words in run("show", folder, unknown).output


def keep_refused(folder: Path, message: str) -> RefusedEnvelope:
    """An opinion of the operator's, kept as refused."""
    own = open_folder(folder).party
    header = Header(own.enrolment.id, Saw(size=0, root=EMPTY_ROOT), os.urandom(16).hex())
    review = Review(**header.fields(), subjects=("0" * 64,), verdict="accept", opinion="fine")
    signed = sign_statement(review, own.key)
    kept = RefusedEnvelope(signed.id, own.enrolment.id, "proof", message, 1000, signed.data)
    stores = open_existing_stores(open_folder(folder).database_url)
    stores.ledger.keep_refused(kept)
    stores.log.close()
    return kept


def test_a_revocation_is_handed_in_as_a_file(folder: Path, office: Office, tmp_path: Path) -> None:
    party = enrol_party(
        tmp_path / "p", office.token("Leaver", "supplier"), "Leaver", lambda: int(time.time()), os.urandom
    )
    enrolled, ended = tmp_path / "enrolment", tmp_path / "revocation"
    enrolled.write_bytes(party.enrolment.data)
    ended.write_bytes(office.enroller.revoke(party.enrolment.id, "left", int(time.time())).data)
    assert len(answer("submit", folder, enrolled, ended)["logged"]) == 2
    junk = tmp_path / "junk"
    junk.write_bytes(b"{}")
    refused = run("submit", folder, junk)
    assert refused.exit_code == 1
    assert (
        f"{junk} is no file of a signed statement" in refused.stderr and "revocation.json" in refused.stderr
    )
    assert f"{junk} 不是声明文件" in (say_words(refused.stderr.strip()) or "")
    assert run("submit", folder, tmp_path / "missing").exit_code == 1


def test_a_used_folder_is_not_initialised_again(folder: Path, office: Office) -> None:
    token = office.token("Another operator", "operator")
    result = run("init", folder, "--token", token, "--name", "log.example")
    assert result.exit_code == 1 and "coordinator already" in result.output


def test_only_an_operators_token_makes_a_coordinator(tmp_path: Path, office: Office) -> None:
    result = run("init", tmp_path / "c", "--token", office.token("S", "supplier"), "--name", "log.example")
    assert result.exit_code == 1 and "role" in result.output


@pytest.mark.parametrize("name", ["has space", "UPPER", "+", ""])
def test_a_log_needs_a_name_like_a_host(tmp_path: Path, office: Office, name: str) -> None:
    result = run("init", tmp_path / "c", "--token", "x", "--name", name)
    assert result.exit_code == 1 and "name" in result.output


def test_a_folder_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    for words in (
        ("publish", tmp_path),
        ("list", tmp_path),
        ("log", "checkpoint", tmp_path),
        ("serve", tmp_path),
    ):
        result = run(*words)
        assert result.exit_code == 1 and "sealsum coordinator init" in result.output


def test_a_folder_in_use_is_not_written_to_by_another_process(folder: Path) -> None:
    with locked(folder):
        result = run("publish", folder)
    assert result.exit_code == 1 and "another process" in result.output


@pytest.mark.parametrize(
    "text",
    ["[[factor]]\ncode = 1", "[[thing]]", "not toml", LIBRARY.replace('unit = "kWh"', 'unit = "furlong"')],
)
def test_a_broken_library_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(PeerError, match=r"broken\.toml"):
        read_library([path])


def test_an_account_that_is_no_operators_speaks_for_an_enrolment(folder: Path) -> None:
    own = open_folder(folder).party.enrolment.id
    for words, said in (
        (("--role", "verifier"), "--party"),
        (("--role", "operator", "--role", "expert"), "--party"),
        (("--role", "verifier", "--party", "ffff"), "0 enrolments"),
    ):
        result = run("account", "add", folder, "v", *words)
        assert result.exit_code == 1 and said in result.output
    assert run("account", "add", folder, "o", "--role", "operator").exit_code == 0
    with locked(folder):
        made = open_folder(folder)
        service = make_service(made, open_stores(made.database_url), lambda: int(time.time()), os.urandom)
        service.start()
        service.stop()
    answer("account", "add", folder, "v", "--role", "verifier", "--party", own[:12])
    legal = open_folder(folder).party.entity.legal_entity
    answer("account", "add", folder, "w", "--role", "verifier", "--party", legal)
    listed = {one["name"]: one["party"] for one in answer("account", "list", folder)["accounts"]}
    assert listed == {"o": "", "v": own, "w": own}

"""The commands as a person types them, and `serve` as a real process that is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from authority.cli import app
from authority.root import KEY_FILE, is_encrypted
from crypto.certificates import fingerprint, key_of, make_csr, parse_certificate
from crypto.sealing import make_sealing_key
from crypto.signing import key_id, make_signing_key
from protocol.payloads import Revocation
from protocol.statements import parse_statement
from protos.enrolment import make_application, parse_token
from protos.enrolment_client import redeem

RUNNER = CliRunner()
INVITEE = ("--name", "甲材料", "--name-en", "Jia", "--legal-entity", "E1", "--role", "supplier")


def run(*arguments: str | Path, code: int = 0, **options: Any) -> Any:
    result = RUNNER.invoke(app, [str(item) for item in arguments], **options)
    assert result.exit_code == code, result.output
    return result


def run_json(*arguments: str | Path) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run("init", tmp_path / "ca", "--name", "Test Authority", "--address", "ca.example:7443")
    return tmp_path / "ca"


def serve(folder: Path, listen: str = "127.0.0.1:0") -> tuple[subprocess.Popen[str], str]:
    """Start the door as a process of its own; its address once it is open."""
    command = [sys.executable, "-c", "from authority.cli import app; app()", "serve", str(folder)]
    process = subprocess.Popen(
        [*command, "--listen", listen, "--json"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    opened = json.loads(process.stdout.readline())
    assert opened["event"] == "open"
    return process, opened["address"]


def apply(token: str, signing_key: Any, sealing_secret: int) -> Any:
    parsed = parse_token(token)
    csr = make_csr(signing_key, "wish", "wish").decode()
    application = make_application(parsed.secret, csr, sealing_secret, os.urandom)
    return redeem(parsed, application, int(time.time())), application


def test_root_shows_what_others_pin(folder: Path) -> None:
    shown = run_json("root", folder)
    certificate = parse_certificate(shown["root_pem"].encode())
    assert shown["root_sha256"] == fingerprint(certificate).hex()
    assert shown["root_key_id"] == key_id(key_of(certificate)).hex()
    assert shown["root_sha256"] in run("root", folder).stdout


def test_an_invitation_says_in_the_machines_language_what_to_do_with_its_token(folder: Path) -> None:
    said = run("invite", folder, *INVITEE, env={"SEALSUM_LANG": "zh"}).stdout.splitlines()
    assert said[0].startswith("第 1 号邀请") and "只能用一次" in said[0] and parse_token(said[1])


def test_an_invitation_prints_a_token_once_and_the_list_never(folder: Path) -> None:
    invited = run_json("invite", folder, *INVITEE, "--expires", "2h")
    token = parse_token(invited["token"])
    assert token.address == "ca.example:7443"
    assert token.fingerprint.hex() == run_json("root", folder)["root_sha256"]
    assert abs(invited["expires_at"] - time.time() - 7200) < 60
    secret = invited["token"].split("/")[-1]
    for shown in (run("list", folder).output, run("list", folder, "--json").output):
        assert secret not in shown
        assert "E1" in shown


def test_the_token_may_name_another_address(folder: Path) -> None:
    invited = run_json("invite", folder, *INVITEE, "--address", "[2001:db8::1]:443")
    assert parse_token(invited["token"]).address == "[2001:db8::1]:443"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*INVITEE, "--role", "king"), "king"),
        ((*INVITEE, "--expires", "soon"), "30m, 12h, 14d"),
        ((*INVITEE, "--address", "nowhere"), "HOST:PORT"),
        ((*INVITEE, "--host", "a.example"), "only an operator"),
    ],
)
def test_a_wrong_invitation_is_refused_with_what_is_expected(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = run("invite", folder, *arguments, code=1)
    assert words in result.stderr
    assert result.stdout == ""
    assert run_json("list", folder) == {"invitations": []}


def test_an_invitation_without_a_known_door_says_what_to_do(tmp_path: Path) -> None:
    run("init", tmp_path / "ca", "--name", "A")
    assert "--address" in run("invite", tmp_path / "ca", *INVITEE, code=1).stderr


def test_a_cancelled_invitation_is_shown_as_such(folder: Path) -> None:
    number = run_json("invite", folder, *INVITEE)["invitation"]
    assert run_json("cancel", folder, str(number)) == {"invitation": number, "state": "cancelled"}
    assert run_json("list", folder)["invitations"][0]["state"] == "cancelled"
    assert "cancelled already" in run("cancel", folder, str(number), code=1).stderr


def test_an_authority_is_not_made_twice(folder: Path) -> None:
    before = run_json("root", folder)
    assert "never replaced" in run("init", folder, "--name", "B", code=1).stderr
    assert run_json("root", folder) == before


def test_a_folder_without_an_authority_is_named(tmp_path: Path) -> None:
    assert "sealsum authority init" in run("list", tmp_path, code=1).stderr


def test_a_passphrase_comes_from_a_file_or_from_the_keyboard(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("correct horse\n")
    ca = tmp_path / "ca"
    run("init", ca, "--name", "A", "--passphrase-file", words)
    arguments = ("revoke", ca, "ab" * 32, "--reason", "over", "--out", tmp_path / "out")
    assert "no enrolment" in run(*arguments, "--passphrase-file", words, code=1).stderr
    assert "no enrolment" in run(*arguments, code=1, input="correct horse\n").stderr
    assert "wrong or missing passphrase" in run(*arguments, code=3, input="wrong\n").stderr
    words.write_text("\n")
    assert "is empty" in run(*arguments, "--passphrase-file", words, code=1).stderr


def test_the_root_key_is_locked_changed_and_opened_again(folder: Path, tmp_path: Path) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    first.write_text("correct horse battery\n")
    other.write_text("another horse entirely\n")
    key, root = (folder / KEY_FILE).read_bytes(), run("root", folder).stdout
    run("lock-key", folder, "--new-passphrase-file", first)
    assert is_encrypted(folder) and key not in (folder / KEY_FILE).read_bytes()
    assert "wrong or missing" in run("lock-key", folder, "--clear", "--passphrase-file", other, code=3).stderr
    run("lock-key", folder, "--new-passphrase-file", other, "--passphrase-file", first)
    run("lock-key", folder, "--clear", "--passphrase-file", first, code=3)
    run("lock-key", folder, "--clear", "--passphrase-file", other)
    assert (folder / KEY_FILE).read_bytes() == key and run("root", folder).stdout == root


def check_revoked_once(ca: Path, enrolment: str, out: Path) -> None:
    """A second revocation says since when, and gives the first one again; a file that holds it is left alone."""
    first, before = out.read_bytes(), out.stat().st_mtime_ns
    again = run("revoke", ca, enrolment[:8], "--reason", "again", "--out", out)
    assert "revoked already, 20" in again.stderr and "UTC: keys lost. Nothing new was signed" in again.stderr
    assert "Hand it to the operator" not in again.stdout and out.stat().st_mtime_ns == before
    other = out.with_name("again")
    told = run_json("revoke", ca, enrolment, "--reason", "again", "--out", other)
    assert told["revocation"] == parse_statement(first).id and told["revoked_already"]
    assert other.read_bytes() == out.read_bytes() == first


def test_the_door_as_a_process_survives_kill_9_and_ends_on_a_signal(tmp_path: Path) -> None:
    ca = tmp_path / "ca"
    run("init", ca, "--name", "A")
    process, address = serve(ca)
    signing_key, sealing_secret = make_signing_key(), make_sealing_key(os.urandom)[0]
    try:
        used = run_json("invite", ca, *INVITEE)["token"]
        unused = run_json("invite", ca, *INVITEE[:4], "--legal-entity", "E2", "--role", "expert")["token"]
        assert parse_token(used).address == address
        enrolled, _ = apply(used, signing_key, sealing_secret)
    finally:
        process.kill()
        process.communicate()
    process, _ = serve(ca, address)
    try:
        again, _ = apply(used, signing_key, sealing_secret)
        apply(unused, make_signing_key(), make_sealing_key(os.urandom)[0])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
    statement, statement_again = (parse_statement(item.enrolment) for item in (enrolled, again))
    assert statement.payload.legal_entity == "E1"  # type: ignore[union-attr]
    # The CSR was signed afresh, so its text differs; the keys are the same, and so is the answer.
    assert statement == statement_again

    out = tmp_path / "revocation.json"
    shown = run_json("revoke", ca, statement.id, "--reason", "keys lost", "--out", out)
    signed = parse_statement(out.read_bytes())
    assert isinstance(signed.payload, Revocation)
    assert (shown["revocation"], signed.payload.enrolment) == (signed.id, statement.id)
    states = {item["legal_entity"]: item["state"] for item in run_json("list", ca)["invitations"]}
    assert states == {"E1": "revoked", "E2": "enrolled"}
    assert shown["revoked_already"] is None
    check_revoked_once(ca, statement.id, out)
    ends = datetime.fromtimestamp(run_json("list", ca)["invitations"][0]["expires_at"], UTC)
    assert f"{ends:%Y-%m-%d %H:%M}" not in run("list", ca).stdout

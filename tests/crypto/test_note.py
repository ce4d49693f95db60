"""Signed notes and checkpoints: the example of Go's note package, and one refusal per rule."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import BadEncoding, BadLogProof, BadSignature
from crypto.note import (
    Checkpoint,
    check_checkpoint,
    encode_checkpoint,
    make_log_key,
    open_note,
    parse_checkpoint,
    parse_signer,
    parse_verifier,
    sign_checkpoint,
    sign_note,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "note.json").read_text("utf-8"))
NOTE, CHECKPOINT = VECTORS["note"], VECTORS["checkpoint"]
SIGNED, VKEY, SKEY = NOTE["signed"], NOTE["vkey"], NOTE["skey"]
LINE = SIGNED.splitlines()[-1]


def _key(name: str) -> tuple[str, str]:
    return make_log_key(name, lambda length: hashlib.shake_256(name.encode()).digest(length))


def test_the_example_of_gos_note_package_opens() -> None:
    assert open_note(SIGNED, VKEY) == NOTE["text"]


def test_the_example_of_gos_note_package_is_signed_alike() -> None:
    assert sign_note(NOTE["text"], SKEY) == SIGNED


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50))
def test_opening_undoes_signing(text: str) -> None:
    skey, vkey = _key("log.example")
    assert open_note(sign_note(text + "\n", skey), vkey) == text + "\n"


def test_a_text_with_blank_lines_opens_whole() -> None:
    skey, vkey = _key("log.example")
    text = "one\n\n— log.example AAAA\n\ntwo\n"
    assert open_note(sign_note(text, skey), vkey) == text


def test_signatures_of_others_are_ignored() -> None:
    skey, _ = _key("witness.example")
    witness = sign_note(NOTE["text"], skey).splitlines()[-1]
    assert open_note(SIGNED + witness + "\n", VKEY) == NOTE["text"]
    assert open_note(SIGNED.replace(LINE, f"{witness}\n{LINE}"), VKEY) == NOTE["text"]


REFUSED = {
    "1 too long": ("a" * 70000 + SIGNED, "at most"),
    "1 a control character": (SIGNED.replace("answer", "ans\twer"), "control"),
    "1 a carriage return": (SIGNED.replace("\n", "\r\n"), "control"),
    "1 a lone surrogate": ("\ud800" + SIGNED, "surrogates"),
    "2 no blank line": (SIGNED.replace("\n\n", "\n"), "blank line"),
    "2 no signature": (NOTE["text"] + "\n", "blank line"),
    "2 no newline at the end": (SIGNED[:-1], "blank line"),
    "2 a hundred and one signatures": (SIGNED + f"{LINE}\n" * 100, "1 to 100"),
    "2 a hyphen for the dash": (SIGNED.replace("\N{EM DASH}", "-"), "em dash"),
    "2 two spaces": (SIGNED.replace("PeterNeumann ", "PeterNeumann  "), "em dash"),
    "2 a name with a plus": (SIGNED.replace("PeterNeumann", "Peter+Neumann"), "log name"),
    "2 base64 without padding": (SIGNED.replace("AM=", "AM"), "base64"),
    "2 base64 with spare bits": (SIGNED.replace("AM=", "AN="), "base64"),
    "2 a signature shorter than a key hash": (SIGNED + "\N{EM DASH} other AAAA\n", "key hash"),
    "2 base64 beyond ASCII": (SIGNED.replace("AM=", "Aé="), "base64"),
}


@pytest.mark.parametrize(("note", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_each_rule_refuses_its_note(note: str, message: str) -> None:
    with pytest.raises(BadEncoding, match=message):
        open_note(note, VKEY)


def test_a_note_without_this_keys_signature_is_refused() -> None:
    _, other = _key("other.example")
    with pytest.raises(BadSignature, match="found 0"):
        open_note(SIGNED, other)


def test_a_key_of_the_same_name_and_another_hash_is_another_key() -> None:
    _, impostor = _key("PeterNeumann")
    with pytest.raises(BadSignature, match="found 0"):
        open_note(SIGNED, impostor)


def test_two_signatures_by_one_key_are_refused() -> None:
    with pytest.raises(BadSignature, match="found 2"):
        open_note(SIGNED + LINE + "\n", VKEY)


def test_an_altered_text_is_refused() -> None:
    with pytest.raises(BadSignature, match="does not belong"):
        open_note(SIGNED.replace("know", "knew"), VKEY)


@pytest.mark.parametrize("length", [5, 67, 69])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    data = base64.b64decode(LINE.split()[-1]) + b"\0"
    line = LINE.replace(LINE.split()[-1], base64.b64encode(data[:length]).decode())
    with pytest.raises(BadSignature, match="does not belong"):
        open_note(SIGNED.replace(LINE, line), VKEY)


@pytest.mark.parametrize("text", ["no newline", "", "a\x7f\tb\n"])
def test_a_text_that_no_note_may_have_is_not_signed(text: str) -> None:
    with pytest.raises(BadEncoding):
        sign_note(text, SKEY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x00b", "\ud800"])
def test_a_name_that_no_key_may_have_is_refused(name: str) -> None:
    with pytest.raises(BadEncoding, match="log name"):
        make_log_key(name, lambda length: bytes(length))


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        VKEY.replace("c74f20a3", "c74f20a4"),
        VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY.replace("PeterNeumann", "PeterNewmann"),
        VKEY.replace("+ARpc", "+AhpC"),
        VKEY[:-4],
        VKEY + "AAAA",
        SKEY,
    ],
)
def test_a_malformed_public_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadEncoding):
        parse_verifier(vkey)


@pytest.mark.parametrize(
    "skey", ["", VKEY, SKEY.replace("PRIVATE", "private"), SKEY.replace("c74f20a3", "00000000"), SKEY[:-4]]
)
def test_a_malformed_private_key_is_refused_without_repeating_it(skey: str) -> None:
    with pytest.raises(BadEncoding) as caught:
        parse_signer(skey)
    assert "AYEKFALVFGyNhPJEMzD1QIDr" not in str(caught.value)


def test_a_private_key_does_not_show_itself() -> None:
    assert "AYEK" not in repr(parse_signer(SKEY))
    assert "redacted" in repr(parse_signer(SKEY))


def test_the_known_checkpoint_is_written_and_read() -> None:
    checkpoint = Checkpoint(CHECKPOINT["origin"], CHECKPOINT["size"], bytes.fromhex(CHECKPOINT["root"]))
    assert encode_checkpoint(checkpoint) == CHECKPOINT["text"]
    assert parse_checkpoint(CHECKPOINT["text"]) == checkpoint


@settings(deadline=None)
@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_checking_a_checkpoint_undoes_signing_it(size: int, root: bytes) -> None:
    skey, vkey = _key("log.example/宁德")
    checkpoint = Checkpoint("log.example/宁德", size, root)
    assert check_checkpoint(sign_checkpoint(checkpoint, skey), vkey) == checkpoint


TEXT = CHECKPOINT["text"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "extension\n",
        TEXT.replace("\n8\n", "\n08\n"),
        TEXT.replace("\n8\n", "\n+8\n"),
        TEXT.replace("\n8\n", "\n-8\n"),
        TEXT.replace("\n8\n", "\n٨\n"),
        TEXT.replace("\n8\n", "\n9223372036854775808\n"),
        TEXT.replace("\n8\n", "\n" + "9" * 40 + "\n"),
        TEXT.replace("log.example", "log example"),
        TEXT.replace("KA=\n", "KA==\n").replace("=\n", "\n"),
        "origin\n8\nAAAA\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadEncoding):
        parse_checkpoint(text)


@given(time=st.integers(0, 2**63 - 1))
def test_a_checkpoint_with_a_time_is_written_and_read(time: int) -> None:
    checkpoint = Checkpoint("log.example", 3, bytes(32), time)
    assert encode_checkpoint(checkpoint).endswith(f"\ntime {time}\n")
    assert parse_checkpoint(encode_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize("line", ["time", "time x", "time 007", "time -1", "noise 1", "time 1\ntime 1"])
def test_another_extension_line_is_refused(line: str) -> None:
    text = encode_checkpoint(Checkpoint("log.example", 3, bytes(32))) + line + "\n"
    with pytest.raises(BadEncoding, match="checkpoint"):
        parse_checkpoint(text)


def test_a_checkpoint_of_another_log_is_neither_signed_nor_accepted() -> None:
    skey, vkey = _key("log.example")
    with pytest.raises(BadEncoding, match="expected the log key"):
        sign_checkpoint(Checkpoint("other.example", 1, bytes(32)), skey)
    foreign = sign_note(encode_checkpoint(Checkpoint("other.example", 1, bytes(32))), skey)
    with pytest.raises(BadLogProof, match="expected a checkpoint of the log"):
        check_checkpoint(foreign, vkey)


def test_an_altered_checkpoint_is_refused() -> None:
    skey, vkey = _key("log.example")
    note = sign_checkpoint(Checkpoint("log.example", 7, bytes(32)), skey)
    with pytest.raises(BadSignature):
        check_checkpoint(note.replace("\n7\n", "\n8\n"), vkey)

"""A witness cosigns what extends the last tree it saw, and nothing else: every status of C2SP tlog-witness."""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crypto.cosignature import find_cosignature
from crypto.merkle import consistency_proof, leaf_hash, read_from, root_of
from crypto.note import Checkpoint, make_log_key, sign_checkpoint
from protocol.errors import PeerError, Refused, StoreError
from protocol.log_evidence import Kind, judge, parse_evidence
from witness.cli import app
from witness.cosigning import SIZE_TYPE, Answer, add_checkpoint
from witness.door import Door
from witness.store import DATABASE, KEY, Store, make_witness

SKEY, VKEY = make_log_key("log.example", lambda length: hashlib.shake_256(b"log").digest(length))
OTHER, _ = make_log_key("log.example", lambda length: hashlib.shake_256(b"other").digest(length))
STRANGER, _ = make_log_key("else.example", lambda length: hashlib.shake_256(b"else").digest(length))
LEAVES = [leaf_hash(bytes([number])) for number in range(20)]
FORKED = [leaf_hash(bytes([number, 1])) for number in range(20)]
NOW = 1_700_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    make_witness(tmp_path / "w", "w1.example", lambda length: hashlib.shake_256(b"w").digest(length))
    opened = Store(tmp_path / "w")
    opened.unlock()
    opened.add_log(VKEY)
    yield opened
    opened.close()


def note(size: int, leaves: list[bytes] = LEAVES, key: str = SKEY, origin: str = "log.example") -> str:
    return sign_checkpoint(Checkpoint(origin, size, root_of(leaves[:size]), NOW), key)


def body(old: int, checkpoint: str, proof: list[bytes] | None = None) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in proof or [])]
    return ("\n".join(lines) + "\n\n" + checkpoint).encode()


def proof(old: int, new: int, leaves: list[bytes] = LEAVES) -> list[bytes]:
    return consistency_proof(old, new, read_from(leaves))


def ask(store: Store, data: bytes) -> Answer:
    return add_checkpoint(store, data, lambda: NOW + 1)


def test_a_tree_that_grows_is_cosigned_step_by_step(store: Store) -> None:
    for old, new in ((0, 8), (8, 8), (8, 13), (13, 20)):
        answer = ask(store, body(old, note(new), proof(old, new)))
        assert answer.status == 200
        found = find_cosignature(note(new) + answer.body, store.public_key)
        assert found is not None and found.time == NOW + 1
    assert store.logs()[0].size == 20 and store.evidence() == []


def seen(store: Store) -> None:
    assert ask(store, body(0, note(8))).status == 200


REFUSED = {
    "1 nonsense": (b"\xff\xfe", 400),
    "1 no old size": (("\n\n" + note(8)).encode(), 400),
    "1 an old size with a zero before it": (body(8, note(9)).replace(b"old 8", b"old 08"), 400),
    "1 a proof that is no base64": (body(8, note(9)).replace(b"old 8", b"old 8\n!!"), 400),
    "1 a hash too short": (body(8, note(9), [b"short"]), 400),
    "1 too long a proof": (body(8, note(9), [bytes(32)] * 64), 400),
    "1 no checkpoint": (b"old 8\n\nhello\n", 400),
    "2 a log that is not watched": (body(0, note(9, key=STRANGER, origin="else.example")), 404),
    "3 another key": (body(8, note(9, key=OTHER), proof(8, 9)), 403),
    "4 an old size above the new one": (body(9, note(8)), 400),
    "5 another old size": (body(7, note(9), proof(7, 9)), 409),
    "6 another root at the same size": (body(8, note(8, FORKED)), 409),
    "7 a proof that fails": (body(8, note(12, FORKED), proof(8, 12, FORKED)), 422),
    "7 no proof": (body(8, note(12)), 422),
}


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_a_longer_tree_of_a_watched_log_is_not_cosigned(
    store: Store, data: bytes, status: int
) -> None:
    seen(store)
    answer = ask(store, data)
    assert answer.status == status and "\N{EM DASH}" not in answer.body
    assert store.logs()[0].size == 8


def test_the_first_checkpoint_takes_no_proof(store: Store) -> None:
    assert ask(store, body(0, note(8), [bytes(32)])).status == 422


def test_a_wrong_old_size_is_told_the_right_one(store: Store) -> None:
    seen(store)
    answer = ask(store, body(0, note(9)))
    assert (answer.body, answer.content_type) == ("8\n", SIZE_TYPE)
    assert store.evidence() == []  # a mistake, and no evidence


def test_a_fork_is_kept_as_evidence_that_convicts_the_log(store: Store) -> None:
    seen(store)
    for _ in range(2):
        ask(store, body(8, note(8, FORKED)))
    ((_, at, origin, data),) = store.evidence()
    assert (at, origin) == (NOW + 1, "log.example")
    assert judge(parse_evidence(data), VKEY).kind is Kind.FORK
    ask(store, body(8, note(12, FORKED), proof(8, 12)))
    assert judge(parse_evidence(store.evidence()[1][3]), VKEY).kind is Kind.INCONSISTENT


def test_what_was_cosigned_is_remembered_after_a_restart(store: Store, tmp_path: Path) -> None:
    seen(store)
    again = Store(tmp_path / "w")
    again.unlock()
    assert ask(again, body(8, note(8, FORKED))).status == 409
    again.close()


def test_nothing_is_signed_when_the_store_cannot_remember(store: Store) -> None:
    def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    store.move = fail  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        ask(store, body(0, note(8)))
    assert store.logs()[0].size == 0


def test_a_witness_is_never_replaced_and_never_starts_without_its_memory(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(Refused):
        make_witness(tmp_path / "w", "w1.example", lambda length: bytes(length))
    (tmp_path / "w" / DATABASE).rename(tmp_path / "gone")
    with pytest.raises(StoreError, match="retire it"):
        Store(tmp_path / "w")
    assert (tmp_path / "w" / KEY).stat().st_mode & 0o077 == 0


def test_a_log_keeps_its_key(store: Store) -> None:
    _, other = make_log_key("log.example", lambda length: hashlib.shake_256(b"other").digest(length))
    with pytest.raises(Refused):
        store.add_log(other)
    with pytest.raises(PeerError):
        store.add_log("log.example")


def test_the_door_answers_over_http(store: Store) -> None:
    door = Door(store, "127.0.0.1:0", lambda: NOW)
    try:
        url = f"http://{door.address}/add-checkpoint"
        with urllib.request.urlopen(urllib.request.Request(url, body(0, note(8))), timeout=30) as answer:
            assert find_cosignature(note(8) + answer.read().decode(), store.public_key) is not None
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, body(0, note(9))), timeout=30)
        assert (refused.value.code, refused.value.read(), refused.value.headers["Content-Type"]) == (
            409, b"8\n", SIZE_TYPE,
        )  # fmt: skip
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, b"x" * 100_000), timeout=30)
        assert refused.value.code == 413
    finally:
        door.close()


def test_the_commands_make_a_witness_and_show_it(tmp_path: Path) -> None:
    def run(*words: str) -> dict[str, object]:
        result = CliRunner().invoke(app, [*words, "--json"])
        assert result.exit_code == 0, result.output
        found: dict[str, object] = json.loads(result.stdout)
        return found

    folder = str(tmp_path / "w")
    made = run("init", folder, "--name", "w1.example")
    assert run("add-log", folder, "--log-key", VKEY) == {"origin": "log.example", "size": 0}
    shown = run("show", folder)
    assert shown["key"] == made["key"] and shown["evidence"] == []
    assert CliRunner().invoke(app, ["init", folder, "--name", "w1.example"]).exit_code == 1
    assert CliRunner().invoke(app, ["init", str(tmp_path / "x"), "--name", "a name"]).exit_code == 1
    assert CliRunner().invoke(app, ["show", str(tmp_path / "y")]).exit_code == 3

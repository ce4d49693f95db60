"""Cosignatures from real witnesses over HTTP: collected beside the work, shown with the checkpoint, in the bundle."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator import journal
from coordinator.doctor_told import Told
from coordinator.doctor_witnesses import find_unwitnessed, look_at_witnesses
from coordinator.folder import make_pins
from coordinator.outward import Asked
from coordinator.store.contract import StoredCheckpoint
from coordinator.witnessing import (
    FRESH_SECONDS,
    Witness,
    Witnessing,
    add_witness,
    pins_to_add,
    read_witnesses,
)
from crypto.cosignature import check_cosignatures, make_witness_key
from crypto.merkle import leaf_hash
from crypto.note import check_checkpoint
from operation.findings import Verdict
from operation.moments import tell_moment
from protocol.certificate import Pins, verify_bundle
from protocol.errors import NetworkError, PeerError, Refused
from protocol.pins import parse_pins
from tests.coordinator.test_console_paging import reader_of
from tests.coordinator.town import Town
from web.numbers import show_time
from witness.door import Door
from witness.store import Store, make_witness


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    (tmp_path / "town").mkdir()
    town = Town(tmp_path / "town").start()
    yield town
    town.stop()


@pytest.fixture
def witnesses(town: Town, tmp_path: Path) -> Iterator[list[Witness]]:
    """Two witnesses with open doors."""
    opened = []
    for name in ("w1.example", "w2.example"):
        make_witness(tmp_path / name, name, os.urandom)
        store = Store(tmp_path / name)
        store.add_log(town.log_vkey)
        opened.append((store, Door(store, "127.0.0.1:0", town.clock)))
    yield [Witness(f"http://{door.address}", store.public_key) for store, door in opened]
    for store, door in opened:
        door.close()
        store.close()


def start(town: Town, witnesses: list[Witness], ask=None) -> Witnessing:
    words = {} if ask is None else {"ask": ask}
    return Witnessing(town.service.journal, town.log, witnesses, **words)


def test_every_checkpoint_carries_the_cosignatures_of_all_that_answer(
    town: Town, witnesses: list[Witness]
) -> None:
    witnessing = start(town, witnesses)
    keys = [one.key for one in witnesses]
    for name in ("A", "B", "C"):
        town.member(name, "supplier")
        witnessing.collect()
        note = witnessing.newest()
        assert check_checkpoint(note, town.log_vkey).size == town.service.journal.head.frontier.size
        assert len(check_cosignatures(note, keys, 2)) == 2
    assert town.log.newest_cosigned().note == witnessing.newest()


def test_a_coordinator_that_forgot_what_a_witness_has_seen_asks_it(
    town: Town, witnesses: list[Witness]
) -> None:
    start(town, witnesses).collect()
    town.member("A", "supplier")
    again = start(town, witnesses)
    again.collect()
    assert check_cosignatures(again.newest(), [one.key for one in witnesses], 2)


def test_the_same_tree_signed_again_is_cosigned_again(town: Town, witnesses: list[Witness]) -> None:
    witnessing = start(town, witnesses)
    witnessing.collect()
    town.clock.now += 600
    town.service.journal.freshen(town.clock.now)
    witnessing.collect()
    assert check_checkpoint(witnessing.newest(), town.log_vkey).time == town.clock.now
    assert check_cosignatures(witnessing.newest(), [one.key for one in witnesses], 2)


def test_one_witness_away_leaves_the_others_signature(town: Town, witnesses: list[Witness]) -> None:
    _, key = make_witness_key("w3.example", os.urandom)
    away = Witness("http://127.0.0.1:9", key)
    witnessing = start(town, [*witnesses, away])
    witnessing.collect()
    assert len(check_cosignatures(witnessing.newest(), [*(one.key for one in witnesses), key], 2)) == 2


def test_the_look_over_names_a_witness_that_is_silent_and_none_that_is_a_moment_behind(
    town: Town, witnesses: list[Witness], tmp_path: Path
) -> None:
    def look(seconds: int) -> list[Told]:
        return look_at_witnesses(tmp_path, town.log, town.clock.now + seconds)

    (tmp_path / "pins.json").write_text("{}")
    for one in witnesses:
        add_witness(tmp_path, one)
    assert all("none of the newest" in told.found.en for told in look(0))
    start(town, witnesses).collect()
    assert all(told.verdict is Verdict.GOOD for told in look(0)) and not find_unwitnessed(
        tmp_path, town.log, 0
    )
    due = town.service.journal.head.signed_at + journal.FRESH_SECONDS
    assert all(f"by {tell_moment(due, 'en')} at the latest" in told.found.en for told in look(0))
    assert all(f"最迟{tell_moment(due, 'zh')}" in told.found.zh for told in look(0))
    assert all("pins.json holds no witness" in told.found.en for told in look(0))
    (tmp_path / "pins.json").write_text(f"{{{pins_to_add(tmp_path)}}}")
    assert not any("pins.json" in told.found.en for told in look(0))
    town.clock.now += 1000
    town.member("A", "supplier")
    start(town, witnesses[:1]).collect()
    assert all(told.verdict is Verdict.GOOD for told in look(30))
    assert (
        f"asked again at {tell_moment(town.clock.now, 'en')}, the answer is still to come"
        in look(30)[1].found.en
    )
    (first, second) = look(90)
    assert first.verdict is Verdict.GOOD and first.found.en.startswith("w1.example answered last at")
    assert second.verdict is Verdict.WARNING and "w2.example" in second.advice.zh
    assert "does not answer" in second.found.en and "1 statements behind" in second.found.en
    assert tell_moment(town.clock.now, "zh") in second.found.zh
    assert find_unwitnessed(tmp_path, town.log, town.clock.now + 90) == [second]


def test_a_witness_that_goes_silent_while_nothing_is_logged_is_named(
    town: Town, witnesses: list[Witness], tmp_path: Path
) -> None:
    (tmp_path / "pins.json").write_text("{}")
    add_witness(tmp_path, witnesses[0])
    start(town, witnesses[:1]).collect()
    for _ in range(2):
        town.clock.now += 400
        town.service.journal.freshen(town.clock.now)
    (told,) = look_at_witnesses(tmp_path, town.log, town.clock.now)
    assert told.verdict is Verdict.WARNING and "0 statements behind" in told.found.en


def test_the_overview_says_as_of_when_witnesses_cosigned(town: Town, witnesses: list[Witness]) -> None:
    folder = town.service.folder.path
    (folder / "pins.json").write_text("{}")
    add_witness(folder, witnesses[0])
    reader = reader_of(town, "operator")
    page = reader.get("/console/").text
    (live,) = map(html.unescape, re.findall(r'hx-get="([^"]+)"', page))
    assert "nothing yet" in page and reader.get(live).status_code == 204
    start(town, witnesses[:1]).collect()
    cosigned = town.log.newest_cosigned()
    assert cosigned is not None
    shown = (
        reader.get(html.unescape(live)).text.partition("Cosigned by witnesses up to")[2].partition("</dd>")[0]
    )
    assert f"{cosigned.size}, " in shown and show_time(cosigned.logged_at) in shown


def test_a_fork_of_our_own_is_not_cosigned(town: Town, witnesses: list[Witness], tmp_path: Path) -> None:
    start(town, witnesses).collect()
    journal = town.service.journal
    prove = journal.prove_consistency
    town.member("A", "supplier")
    journal.prove_consistency = lambda old, new: tuple(leaf_hash(node) for node in prove(old, new))  # type: ignore[method-assign]
    witnessing = start(town, witnesses)
    before = witnessing.newest()
    witnessing.collect()
    assert witnessing.newest() == before


ANSWERS = {
    "another key": lambda note: Asked(200, "\N{EM DASH} w9.example AAAAAAAA\n"),
    "no signature": lambda note: Asked(200, "fine by me\n"),
    "an error": lambda note: Asked(500, "no"),
    "more leaves than there are": lambda note: Asked(409, "999999\n"),
    "the same size for ever": lambda note: Asked(409, "1\n"),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_a_witness_answers_counts_only_when_it_holds(town: Town, answer) -> None:
    _, key = make_witness_key("w1.example", os.urandom)
    witnessing = start(town, [Witness("http://w1.example", key)], lambda _one, body: answer(body))
    witnessing.collect()
    assert witnessing.newest() == town.service.journal.head.note


def test_nobody_answers_and_the_bare_checkpoint_is_shown(town: Town) -> None:
    def away(_one: Witness, _body: bytes) -> Asked:
        raise NetworkError("away")

    _, key = make_witness_key("w1.example", os.urandom)
    witnessing = start(town, [Witness("http://w1.example", key)], away)
    witnessing.collect()
    assert witnessing.newest() == town.service.journal.head.note


def test_a_cosigned_checkpoint_that_is_too_old_gives_way_to_the_head(
    town: Town, witnesses: list[Witness]
) -> None:
    start(town, witnesses).collect()
    town.clock.now += FRESH_SECONDS + 1
    town.service.journal.freshen(town.clock.now)
    assert start(town, witnesses).newest() == town.service.journal.head.note


def test_a_certificate_is_bound_to_a_cosigned_checkpoint_once_there_is_one(
    town: Town, witnesses: list[Witness]
) -> None:
    chain = town.run()
    keys = tuple(one.key for one in witnesses)
    pins = Pins(town.log_vkey, town.root_pem.decode(), keys, 2)
    gateway = town.service.gateway

    def bundle() -> bytes:
        return gateway.bundle(town.caller(chain.maker), chain.request)

    failed = [check.name for check in verify_bundle(bundle(), pins, os.urandom).checks if check.detail]
    assert failed == ["witnesses"]
    start(town, witnesses).collect()
    first = bundle()
    assert verify_bundle(first, pins, os.urandom).is_good
    town.member("Later", "supplier")
    start(town, witnesses).collect()
    assert bundle() == first


def test_witnesses_are_named_in_the_folder(tmp_path: Path) -> None:
    _, key = make_witness_key("w1.example", os.urandom)
    assert read_witnesses(tmp_path) == ()
    add_witness(tmp_path, Witness("https://w1.example", key))
    assert read_witnesses(tmp_path) == (Witness("https://w1.example", key),)
    with pytest.raises(Refused):
        add_witness(tmp_path, Witness("https://w1.example", key))
    for wrong in (
        Witness("file:///etc/passwd", make_witness_key("w2.example", os.urandom)[1]),
        Witness("http://x", "x"),
    ):
        with pytest.raises(PeerError):
            add_witness(tmp_path, wrong)


def test_the_store_keeps_the_first_cosigned_checkpoint_that_covers_a_leaf(town: Town) -> None:
    assert town.log.newest_cosigned() is None
    for size in (3, 7):
        town.log.keep_cosigned(StoredCheckpoint(size, f"note {size}", size))
    assert town.log.cosigned_covering(4).note == "note 7" and town.log.cosigned_covering(8) is None
    town.log.keep_cosigned(StoredCheckpoint(7, "again", 9))
    assert town.log.newest_cosigned() == StoredCheckpoint(7, "again", 9)


def test_the_lines_for_pins_make_pins_that_want_the_witness(
    town: Town, witnesses: list[Witness], tmp_path: Path
) -> None:
    assert pins_to_add(tmp_path) == ""
    for one in witnesses:
        add_witness(tmp_path, one)
    given = json.dumps(make_pins(town.service.folder), indent=2)
    pins = parse_pins(f"{given.removesuffix(chr(10) + '}')},\n{pins_to_add(tmp_path)}\n}}".encode())
    assert pins.witnesses == tuple(one.key for one in witnesses) and pins.threshold == 1

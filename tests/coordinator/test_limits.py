"""What one identity may hand in, and who may make which call: a table, and a test for each row."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.blobs import UNUSED_SECONDS
from coordinator.gateway import ANY_ROLE, DOOR_ROLES, Caller, Gateway
from coordinator.limits import DAY, IDENTITIES, PARTY, PUBLISHER, Limits
from protocol.errors import PeerError, Refused
from protos.values import BlobPart, FindQuery
from tests.coordinator.town import Town

NOW = 1_700_000_000 // DAY * DAY
ROLES = frozenset({"supplier"})


def take(limits: Limits, count: int = 1, size: int = 1, now: int = NOW, who: str = "A") -> None:
    limits.take(who, ROLES, (size,) * count, now)


def test_statements_beyond_the_burst_wait_for_the_rate() -> None:
    limits = Limits()
    take(limits, PARTY.burst)
    with pytest.raises(Refused, match="a second"):
        take(limits)
    take(limits, PARTY.statements, now=NOW + 1)
    with pytest.raises(Refused):
        take(limits, now=NOW + 1)
    take(limits, who="B", now=NOW + 1)  # another identity is not concerned
    take(limits, PARTY.burst, now=NOW + 3600)


def test_a_clock_that_goes_back_gives_nothing() -> None:
    limits = Limits()
    take(limits, PARTY.burst)
    for now in (NOW - 1000, NOW):
        with pytest.raises(Refused):
            take(limits, now=now)


def test_bytes_are_counted_by_the_day() -> None:
    limits = Limits()
    take(limits, size=PARTY.daily_bytes)
    with pytest.raises(Refused, match="a day"):
        take(limits)
    take(limits, now=NOW + DAY)


def test_refusals_close_the_door_for_the_rest_of_a_minute() -> None:
    limits = Limits()
    limits.charge_refusals("A", ROLES, PARTY.refusals - 1, NOW)
    take(limits)
    limits.charge_refusals("A", ROLES, 1, NOW)
    with pytest.raises(Refused, match="refused in this minute"):
        take(limits)
    take(limits, now=NOW + 60)


def test_a_publisher_may_hand_in_a_library() -> None:
    limits = Limits()
    limits.take("A", frozenset({"operator"}), (1,) * (PARTY.burst + 1), NOW)
    assert PUBLISHER.burst > 10 * PARTY.burst / 2


def test_what_is_refused_is_not_charged() -> None:
    limits = Limits()
    with pytest.raises(Refused):
        take(limits, PARTY.burst + 1)
    take(limits, PARTY.burst)


def test_memory_is_bounded() -> None:
    limits = Limits()
    for number in range(IDENTITIES + 50):
        take(limits, who=str(number))
    assert len(limits._accounts) == IDENTITIES


# --- at the door -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town")).start()
    yield town
    town.stop()


def test_a_flood_is_refused_before_it_is_parsed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    flooder, honest = town.member("Flooder", "supplier"), town.member("Honest", "supplier")
    caller = town.caller(flooder)
    gateway = town.service.gateway
    outcomes = gateway.submit(caller, (b"rubbish",) * PARTY.refusals).result(timeout=30)
    assert {outcome.check for outcome in outcomes} == {"encoding"}  # type: ignore[union-attr]

    def parse(_data: bytes) -> None:
        raise AssertionError("nothing of a flood is parsed")

    monkeypatch.setattr("coordinator.outcomes.parse_statement", parse)
    with pytest.raises(Refused, match="wait"):
        gateway.submit(caller, (b"rubbish",))
    monkeypatch.undo()
    town.hand_in(honest, [honest.enrolment.data])
    town.clock.now += 60
    town.hand_in(flooder, [flooder.enrolment.data])


CALLS = {
    "watch": lambda door, caller: door.watch(caller, 0),
    "get": lambda door, caller: door.get(caller, ()),
    "find": lambda door, caller: door.find(caller, FindQuery("factor", 0, 10)),
    "stat_blob": lambda door, caller: door.stat_blob(caller, "ab" * 32),
    "put_part": lambda door, caller: door.put_part(caller, BlobPart("ab" * 32, 5, 0, b"x")),
    "read_part": lambda door, caller: door.read_part(caller, "ab" * 32, 0),
    "aggregate": lambda door, caller: door.aggregate(caller, "ab" * 32),
    "citations": lambda door, caller: door.citations(caller),
    "refused": lambda door, caller: door.refused(caller, "ab" * 32),
    "bundle": lambda door, caller: door.bundle(caller, "ab" * 32),
    "checkpoint": lambda door, caller: door.checkpoint(caller),
    "prove_inclusion": lambda door, caller: door.prove_inclusion(caller, "ab" * 32, 0),
    "prove_consistency": lambda door, caller: door.prove_consistency(caller, 0, 0),
    "submit": lambda door, caller: door.submit(caller, (b"rubbish",)),
}


def check_of(town: Town, call: str, caller: Caller) -> str:
    """The check that refuses a call before its own work begins; "" when it is let through."""
    try:
        CALLS[call](town.service.gateway, caller)
    except (Refused, PeerError) as error:
        return error.check if error.check in ("identity", "role") else ""
    return ""


def test_every_call_of_the_door_is_in_the_table() -> None:
    calls = {name for name, _ in inspect.getmembers(Gateway, inspect.isfunction) if not name.startswith("_")}
    assert calls - {"identify", "citations_of"} == set(DOOR_ROLES) == set(CALLS)


@pytest.mark.parametrize("role", sorted(ANY_ROLE))
@pytest.mark.parametrize("call", sorted(CALLS))
def test_each_call_is_open_to_the_roles_in_the_table(town: Town, call: str, role: str) -> None:
    caller = Caller("print", "ab" * 32, f"entity:{call}{role}", frozenset({"everyone"}), frozenset({role}))
    wanted = DOOR_ROLES[call]
    assert check_of(town, call, caller) == ("" if wanted is None or role in wanted else "role")


@pytest.mark.parametrize("call", sorted(CALLS))
def test_who_is_not_enrolled_here_hands_in_its_enrolment_and_sees_the_log(town: Town, call: str) -> None:
    stranger = Caller("print", None, None, frozenset())
    assert check_of(town, call, stranger) == ("" if DOOR_ROLES[call] is None else "identity")


def test_a_blob_that_nothing_uses_expires_and_one_that_is_claimed_stays(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    one, other = town.member("One", "supplier"), town.member("Other", "supplier")
    blobs = town.service.sequencer._parts.desk.blobs
    shared, alone = os.urandom(2000), os.urandom(2000)
    for data, owner in ((shared, one), (alone, one)):
        town.upload(owner, data)
    town.clock.now += UNUSED_SECONDS
    town.upload(other, shared)
    blobs.sweep()
    assert blobs.length(hashlib.sha256(alone).hexdigest()) == 2000  # not a second too early
    town.clock.now += 1
    blobs.sweep()
    assert blobs.length(hashlib.sha256(alone).hexdigest()) is None
    assert blobs.length(hashlib.sha256(shared).hexdigest()) == 2000
    assert not blobs.state(hashlib.sha256(shared).hexdigest(), "entity:One").complete
    town.upload(one, alone)
    town.stop()


def test_a_blob_that_a_calculation_rests_on_never_expires(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    blobs = town.service.sequencer._parts.desk.blobs
    town.clock.now += 30 * DAY
    blobs.sweep()
    assert blobs.length(hashlib.sha256(chain.he_key).hexdigest()) == len(chain.he_key)
    town.stop()

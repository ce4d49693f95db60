"""kill -9 of any process at every durable step of a calculation: the same certificate comes out. Protocol 6, 8.

The one fact: a victim carries a tripwire and dies before and after each of its commits, one after another, in one
calculation; tests name the steps that must have been among them, so that none can be missed in silence.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.processes import DemoFailed
from protocol.calculation import Calculation, Phase
from protocol.payloads import Consent, Contribution, Result
from protocol.statements import parse_statement
from protos.sealsum.v1 import gateway_pb2 as pb
from tests.support.house import COORDINATOR, POLL_SECONDS, House, open_house
from tests.support.small_pack import MAKER
from tests.support.stage import read_record
from tests.support.store_audit import check_store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

VICTIM_SECONDS = 420.0
SUPPLIER = "cathode"
KINDS_IN_ORDER = ("request", "consent", "roster", "contribution", "result", "certificate")

AS_SUPPLIER = (
    "insert inbox waiting",
    "insert outgoing consent + insert secrets ephemeral + update inbox approved",
    "insert egress consent",
    "insert blobs contribution + insert outgoing contribution",
    "insert egress ciphertext",
    "update blobs",
    "insert egress contribution",
    "update inbox closed",
)
AS_REQUESTER = (
    "insert egress aggregate",
    "insert outgoing result",
    "insert egress result",
    "insert egress bundle",
    "insert certificates",
)
AS_COORDINATOR = (
    "insert statements consent",
    "insert statements roster",
    "insert blobs entity",
    "insert statements contribution",
    "insert calculations computing",
    "insert aggregates",
    "insert statements result",
    "insert calculations certified",
)
AT_FILES = ("writing a blob", "renaming a blob")
MOST_TRIES = 10
AS_ASKING = (
    "insert requests",
    "insert outgoing request",
    "insert egress he-key",
    "update blobs",
    "insert egress request",
    "update outgoing request",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = open_house(tmp_path_factory.mktemp("kill"))
    try:
        yield opened
    finally:
        opened.stage.stop()


@pytest.fixture(scope="module")
def figures(house: House) -> Any:
    """What comes out when nothing dies. Guards follow from declaration and quantity, so every run says the same."""
    request = house.request()
    house.wait(lambda: house.is_certified(request))
    return figures_of(house, request)


def figures_of(house: House, request: str) -> Any:
    """The published totals."""
    return house.node(MAKER, "result", request)["models"]


# --- killing -----------------------------------------------------------------------------------------


def kill_at_every_step(house: House, victim: str, is_done: Callable[[], bool]) -> list[str]:
    """Restart the victim until all is done, each time killed at the next step it has not died at; returns the steps."""
    outbox: dict[str, tuple[str, bytes]] = {}
    deadline = time.monotonic() + VICTIM_SECONDS
    while True:
        while house.is_alive(victim):
            if is_done():
                return steps_of(house, victim)
            assert time.monotonic() < deadline, f"not done; see {house.stage.logs}"
            time.sleep(POLL_SECONDS)
        outbox = check_outbox(house, victim, outbox)
        house.restart(victim, tuple(steps_of(house, victim)))


def steps_of(house: House, victim: str) -> list[str]:
    """Where the victim has died so far."""
    path = house.stage.points(victim)
    return path.read_text().splitlines() if path.exists() else []


def check_outbox(
    house: House, victim: str, before: dict[str, tuple[str, bytes]]
) -> dict[str, tuple[str, bytes]]:
    """What a node has signed stays, byte for byte, and is signed once for each purpose."""
    if victim == COORDINATOR:
        return {}
    now = {
        key: (kind, data) for key, kind, data in house.query(victim, "SELECT key, kind, data FROM outgoing")
    }
    assert {key: now.get(key) for key in before} == before
    return now


def lay_down(house: House, victim: str) -> None:
    """Put the victim under its tripwire, all steps ahead of it."""
    house.stage.points(victim).unlink(missing_ok=True)
    house.stage.kill(victim)
    house.restart(victim, ())


def heal(house: House, *victims: str) -> None:
    """Back to processes without tripwires."""
    for victim in victims:
        house.stage.kill(victim)
        assert house.restart(victim)


# --- what must hold afterwards -----------------------------------------------------------------------


def check_aftermath(house: House, request: str, figures: Any) -> None:
    """The certificate is the one that nothing disturbed, and the log is whole.

    1. Same totals as without any kill. 2. A stranger verifies it. 3. Replay of the whole log by every rule. 4. One
    statement for each step. 5. Nobody sent two statements for one purpose. 6. Nothing acknowledged is missing.
    """
    assert figures_of(house, request) == figures  # 1
    verify(house, request)  # 2
    calculation = check_store(house.out / COORDINATOR)[request]  # 3
    check_steps(house, calculation, request)  # 4
    check_nothing_sent_twice(house, request)  # 5
    check_acknowledged(house)  # 6


def verify(house: House, request: str) -> None:
    """As `sealsum verify` does in another process."""
    bundle, pins = house.out / f"{request[:16]}.json", house.out / COORDINATOR / "pins.json"
    house.node(MAKER, "certificate", request, "--out", str(bundle))
    words = [sys.executable, "-m", "sealsum", "verify", str(bundle), "--pins", str(pins)]
    assert subprocess.run(words, check=False, capture_output=True).returncode == 0


def check_steps(house: House, calculation: Calculation, request: str) -> None:
    """One consent and one contribution an entry, one roster, result, certificate; each cell opens (checked in 3)."""
    assert calculation.phase is Phase.CERTIFIED
    entries = len(house.slugs)
    counts = [[kind for kind, _ in house.logged(request)].count(kind) for kind in KINDS_IN_ORDER]
    assert counts == [1, entries, 1, entries, 1, 1]
    assert calculation.result is not None and isinstance(calculation.result.payload, Result)


def sent_by(house: House, slug: str) -> dict[tuple[str, int | str], list[bytes]]:
    """Every envelope that left a node, by purpose within its calculation, as often as it was sent."""
    found: dict[tuple[str, int | str], list[bytes]] = defaultdict(list)
    for sent in read_record(house.out / "records" / slug / "grpc"):
        if not sent.method.endswith("/Submit"):
            continue
        for data in pb.SubmitRequest.FromString(sent.data).envelopes:
            payload = parse_statement(data).payload
            match payload:
                case Consent(request=request, entry=entry):
                    found[f"consent {request}", entry].append(data)
                case Contribution(request=request, consent=consent):
                    found[f"contribution {request}", consent].append(data)
                case Result(request=request):
                    found[f"result {request}", 0].append(data)
    return found


def check_nothing_sent_twice(house: House, request: str) -> None:
    """A statement may be sent again; then it is the same, byte for byte."""
    for slug in house.slugs:
        for purpose, envelopes in sent_by(house, slug).items():
            assert len(set(envelopes)) == 1, f"{slug} sent different statements as {purpose}"


def check_acknowledged(house: House) -> None:
    """Every statement for which a node holds a receipt is in the log, there and with these bytes."""
    sql = "SELECT id, log_index, logged_at, data FROM outgoing WHERE log_index IS NOT NULL"
    in_log = "SELECT id, log_index, logged_at, data FROM statements"
    log = {row[0]: row for row in house.query(COORDINATOR, in_log)}
    for slug in house.slugs:
        for row in house.query(slug, sql):
            assert log.get(row[0]) == row


def covered(steps: list[str], wanted: tuple[str, ...]) -> None:
    """The victim died before and after every wanted step (which may have been written together with others)."""
    missed = list_missed(steps, wanted)
    assert not missed, f"never died at: {', '.join(missed)}; only at {steps}"


def list_missed(steps: list[str], wanted: tuple[str, ...]) -> list[str]:
    """The parts of wanted steps before or after which nothing died."""
    died = {(step.partition(" ")[0], part) for step in steps for part in step.partition(" ")[2].split(" + ")}
    parts = [part for step in wanted for part in step.split(" + ")]
    return [part for part in parts if not {("before", part), ("after", part)} <= died]


# --- the tests ---------------------------------------------------------------------------------------


def test_a_suppliers_node_killed_at_every_step_leads_to_the_same_certificate(
    house: House, figures: Any
) -> None:
    lay_down(house, SUPPLIER)
    request = house.request()
    steps = kill_at_every_step(
        house, SUPPLIER, lambda: house.is_closed(SUPPLIER, request) and house.is_certified(request)
    )
    heal(house, SUPPLIER)
    check_aftermath(house, request, figures)
    covered(steps, AS_SUPPLIER)


def test_the_requesters_node_killed_at_every_step_leads_to_the_same_certificate(
    house: House, figures: Any
) -> None:
    lay_down(house, MAKER)
    request = house.request()
    steps = kill_at_every_step(house, MAKER, lambda: house.is_certified(request))
    heal(house, MAKER)
    check_aftermath(house, request, figures)
    covered(steps, AS_SUPPLIER + AS_REQUESTER)


def test_the_coordinator_killed_at_every_step_leads_to_the_same_certificate(
    house: House, figures: Any
) -> None:
    for slug in house.slugs:  # nobody consents before the wire is laid
        house.stage.kill(slug)
    request = house.request()
    lay_down(house, COORDINATOR)
    for slug in house.slugs:
        house.restart(slug)
    steps = kill_at_every_step(house, COORDINATOR, lambda: house.is_certified(request))
    heal(house, COORDINATOR)
    check_aftermath(house, request, figures)
    covered(steps, AS_COORDINATOR)
    assert {f"before {step}" for step in AT_FILES} <= set(steps)


def test_the_command_that_asks_killed_at_every_step_leaves_no_request_half_made(
    house: House, figures: Any
) -> None:
    """Whatever request was stored before a kill is delivered by the agent, and computed like any other."""
    before = set(stored_requests(house))
    name, steps, answer, tries = "asking", [], None, 0
    house.stage.points(name).unlink(missing_ok=True)
    # The agent delivers what is stored as well, and may be ahead of the command at a step: then it asks once more.
    while answer is None or (tries < MOST_TRIES and list_missed(steps, AS_ASKING)):
        tries += answer is not None
        answer = None
        terminal = house.stage.open_terminal(name, tuple(steps))
        words = ("node", "request", str(house.node_folder(MAKER)), str(house.chain.pack.folder), "--json")
        try:
            answer = terminal.run(*words)
        except DemoFailed:
            terminal.process.join(5)
            assert steps != steps_of(house, name), "the command failed by itself"
            steps = steps_of(house, name)
        # Eight may be open at once: let those that were stored come to their end.
        house.wait(lambda: all(house.is_certified(one) for one in stored_requests(house)))
    made = set(stored_requests(house)) - before
    assert answer["request"] in made
    for request in made:
        assert figures_of(house, request) == figures
    check_aftermath(house, answer["request"], figures)
    covered(steps, AS_ASKING)


def stored_requests(house: House) -> list[str]:
    """Requests that the maker's node has signed."""
    return [found for (found,) in house.query(MAKER, "SELECT id FROM requests")]


def test_everything_killed_at_once_in_every_phase_leads_to_the_same_certificate(
    house: House, figures: Any
) -> None:
    """A power cut: all processes die as soon as the log holds the first statement of each kind."""
    request = house.request()
    everyone = [COORDINATOR, *house.slugs]
    for kind in KINDS_IN_ORDER:
        house.wait(lambda kind=kind: kind in [found for found, _ in house.logged(request)])  # type: ignore[misc]
        for name in everyone:
            house.stage.kill(name)
        for name in everyone:
            assert house.restart(name)
    house.wait(lambda: house.is_certified(request))
    check_aftermath(house, request, figures)


def test_what_was_on_its_way_when_a_node_died_is_sent_again_byte_for_byte(house: House) -> None:
    """By now every node has died between sending and noting the receipt: the coordinator's answer is its receipt."""
    again = {
        purpose.partition(" ")[0]
        for slug in (SUPPLIER, MAKER)
        for (purpose, _), envelopes in sent_by(house, slug).items()
        if len(envelopes) > 1 and len(set(envelopes)) == 1
    }
    assert again == {"consent", "contribution", "result"}

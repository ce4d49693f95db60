"""What a node does not believe: another log, another roster, quantities that cannot be, a clock that is off."""

import os
from dataclasses import replace

import pytest

from crypto.merkle import leaf_hash
from crypto.note import Checkpoint, make_log_key, sign_checkpoint
from node.agent import Agent
from node.maker.requesting import Terms, request_calculation
from node.organisation import Node
from node.outbox import deliver
from node.store.record import keep_logged
from node.store.tables import ANOMALIES
from node.supplier.contributing import check_own_roster
from node.supplier.inbox import find_inquiry, list_inquiries
from node.supplier.policies import Preapproval, add_policy
from node.watching import cursor_of, glance, take_batch
from protocol.disclosure import Question
from protocol.errors import PeerError, Refused
from protocol.payloads import Saw, Withdrawal
from protocol.statements import EMPTY_ROOT, Logged, sign_statement
from protos.values import LoggedData, WatchBatch
from tests.node.village import SUPPLIES, Village, ask, pack


@pytest.fixture
def supplier(village: Village) -> Node:
    village.suppliers()
    return village.nodes["North Cathode"]


def checkpoint(village: Village, size: int, root: bytes) -> str:
    return sign_checkpoint(Checkpoint("log.example", size, root), village.town.log_key)


def test_a_checkpoint_by_another_key_is_refused(supplier: Node) -> None:
    private, _ = make_log_key("log.example", os.urandom)
    last = supplier.logbook.last()
    assert last is not None
    with pytest.raises(PeerError, match="not the pinned log's"):
        supplier.logbook.follow(sign_checkpoint(replace(last, size=last.size + 1), private))


def test_two_roots_at_one_size_are_two_histories(village: Village, supplier: Node) -> None:
    last = supplier.logbook.last()
    assert last is not None
    with pytest.raises(PeerError, match="two histories"):
        supplier.logbook.follow(checkpoint(village, last.size, b"\x07" * 32))
    assert supplier.logbook.last() == last


def test_a_checkpoint_that_does_not_extend_the_last_one_is_refused(village: Village, supplier: Node) -> None:
    last = supplier.logbook.last()
    assert last is not None
    newest = supplier.logbook.follow(supplier.egress.checkpoint())
    village.settle("Another", "supplier").egress.checkpoint()
    size = village.town.service.journal.head.frontier.size
    assert size > newest.size
    with pytest.raises(PeerError, match="does not extend"):
        supplier.logbook.follow(checkpoint(village, size, leaf_hash(b"forged")))


def test_what_every_member_saw_is_held_against_the_log(supplier: Node) -> None:
    last = supplier.logbook.last()
    assert last is not None
    logged = [*supplier.record.of_kind("publication"), *supplier.record.of_kind("factor")]
    seen = {(one.payload.saw.size, one.payload.saw.root) for one in logged if one.payload.saw.size}
    honest = [Saw(size=size, root=root) for size, root in sorted(seen)]
    assert len(honest) > 1
    supplier.logbook.check_saws([Saw(size=0, root=EMPTY_ROOT), *honest])
    for number, saw in enumerate(honest):
        forked = [*honest[:number], Saw(size=saw.size, root="ab" * 32), *honest[number + 1 :]]
        with pytest.raises(PeerError, match=r"^log:"):
            supplier.logbook.check_saws(forked)
    with pytest.raises(PeerError, match="shown here are"):
        supplier.logbook.check_saws([Saw(size=last.size + 1, root="ab" * 32)])


def test_a_receipt_for_another_envelope_is_refused(supplier: Node) -> None:
    (declaration,) = [one for one in supplier.record.of_kind("declaration") if one.payload.by == supplier.id]
    (outcome,) = supplier.egress.submit([("declaration", declaration.signed.data, "")])
    supplier.logbook.check_receipt(outcome, declaration.id, declaration.signed.data)  # type: ignore[arg-type]
    with pytest.raises(PeerError, match="another statement or envelope"):
        supplier.logbook.check_receipt(outcome, declaration.id, declaration.signed.data + b" ")  # type: ignore[arg-type]
    with pytest.raises(PeerError, match="not under checkpoint"):
        moved = replace(outcome, logged_at=outcome.logged_at + 1)  # type: ignore[type-var, union-attr]
        supplier.logbook.check_receipt(moved, declaration.id, declaration.signed.data)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [-3601, 3601])
def test_nothing_is_signed_on_a_checkpoint_more_than_an_hour_off_the_own_clock(
    village: Village, supplier: Node, seconds: int
) -> None:
    supplier.header()
    supplier.clock = lambda: village.town.clock.now + seconds
    with pytest.raises(Refused, match="more than an hour away"):
        supplier.header()


def test_an_old_checkpoint_is_fetched_anew_before_something_is_signed(
    village: Village, supplier: Node
) -> None:
    before = supplier.logbook.last()
    village.town.clock.now += 7200
    village.settle("Another", "supplier").egress.checkpoint()
    supplier.header()
    after = supplier.logbook.last()
    assert before is not None and after is not None and after.time is not None
    assert after.time >= village.town.clock.now - 3600


def test_a_statement_with_a_forged_signature_is_left_out_and_noted(village: Village, supplier: Node) -> None:
    request = ask(village.settle("Pack maker", "requester"))
    Agent(supplier).catch_up()
    fields = {**supplier.header().fields(), "by": village.nodes["Pack maker"].id}
    forged = sign_statement(
        Withdrawal(**fields, request=request, reason="forged"), supplier.identity.signing_key
    )
    with supplier.store.write() as connection:
        keep_logged(connection, [Logged(forged, 10_000, village.town.clock.now)])
    assert supplier.calculation(request).ending is None
    with supplier.store.read() as connection:
        (noted,) = connection.execute(ANOMALIES.select()).all()
    assert (noted.statement, noted.check) == (forged.id, "signature")


def test_bytes_that_are_no_statement_are_noted_and_the_stream_goes_on(supplier: Node) -> None:
    with pytest.raises(PeerError):
        glance(b'{"payload": 7}')
    cursor = cursor_of(supplier) + 5
    take_batch(supplier, WatchBatch(cursor, (LoggedData(b"rubbish", cursor - 1, 1),), ""))
    assert cursor_of(supplier) == cursor
    with supplier.store.read() as connection:
        assert connection.execute(ANOMALIES.select()).one().check == "encoding"


def test_a_quantity_outside_the_plausible_range_is_never_accepted(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.suppliers()
    monkeypatch.setattr("node.maker.requesting._check_plausible", lambda *_: None)
    tiny = tuple(replace(supply, quantity=1_000) for supply in SUPPLIES)
    monkeypatch.setattr("tests.node.village.SUPPLIES", tiny)
    request = ask(village.settle("Pack maker", "requester"))
    village.step()
    (inquiry,) = list_inquiries(village.nodes["North Cathode"], request)
    assert inquiry.state == "unfit" and "plausible" in inquiry.findings[0]
    assert village.nodes["North Cathode"].calculation(request).consents == {}


def test_a_supplier_with_few_others_in_its_stage_is_told_what_the_customer_will_know(
    village: Village,
) -> None:
    village.suppliers(policy=False)
    request = ask(village.settle("Pack maker", "requester"))
    village.step()
    (cathode,) = list_inquiries(village.nodes["North Cathode"], request)
    (plant,) = list_inquiries(village.nodes["Pack plant"], request)
    assert any("Only 2 other groups" in finding for finding in cathode.findings)
    assert any("No other group of companies" in finding for finding in plant.findings)


def test_a_policy_covers_so_many_totals_and_then_a_person_is_asked(village: Village) -> None:
    village.suppliers(policy=False)
    supplier = village.nodes["North Cathode"]
    with supplier.store.write() as connection:
        add_policy(connection, Preapproval("Somebody else", "*", 5, tuple(Question)), 0)
        add_policy(connection, Preapproval("Pack maker", "*", 1, tuple(Question)), 0)
    maker = village.settle("Pack maker", "requester")
    states = []
    for _ in range(2):
        request = ask(maker)
        Agent(supplier).catch_up()
        (inquiry,) = list_inquiries(supplier, request)
        states.append((inquiry.state, inquiry.decided_by))
    assert states == [("approved", "policy"), ("waiting", None)]


def test_a_roster_with_another_consent_than_the_one_signed_here_is_refused(village: Village) -> None:
    village.suppliers()
    request = ask(village.settle("Pack maker", "requester"))
    village.step()
    village.town.settle()
    supplier = village.nodes["North Cathode"]
    node_with_no_agent = Agent(supplier)
    node_with_no_agent.catch_up()
    inquiry = find_inquiry(supplier, request, 0)
    calculation = supplier.calculation(request)
    assert inquiry is not None and calculation.roster is not None
    check_own_roster(supplier, inquiry, calculation)
    other = replace(inquiry, entry=1)
    with pytest.raises(PeerError, match="another consent"):
        check_own_roster(supplier, other, calculation)
    assert deliver(supplier.store, supplier.egress, supplier.logbook) == []


def test_a_category_whose_guard_hides_nothing_is_refused(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.suppliers()
    request = ask(village.settle("Pack maker", "requester"))
    monkeypatch.setattr("node.supplier.consenting.guard_bits", lambda *_: (12, 0, 12, 12))
    village.step()
    (inquiry,) = list_inquiries(village.nodes["North Cathode"], request)
    assert inquiry.state == "unfit" and "reference footprint" in inquiry.findings[0]


def test_an_item_without_a_named_supplier_is_refused_and_says_who_declares_it(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    open_pack = pack()
    nameless = replace(
        open_pack, entries=tuple(replace(entry, legal_entity="") for entry in open_pack.entries)
    )
    with pytest.raises(Refused, match=r"say whose product it is.*declared by North Cathode"):
        request_calculation(maker, [nameless], Terms())


def test_a_stranger_who_declares_the_same_product_code_never_reads_the_quantity(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    wanted = pack()
    elsewhere = replace(wanted.entries[0], legal_entity="Squatter")
    with pytest.raises(Refused, match="by Squatter is known"):
        request_calculation(maker, [replace(wanted, entries=(elsewhere, *wanted.entries[1:]))], Terms())


def test_a_default_factor_is_no_supplier_in_a_sealed_calculation(village: Village) -> None:
    village.suppliers()
    maker, wanted = village.settle("Pack maker", "requester"), pack()
    assumed = replace(wanted.entries[0], default_factor="ncm-cathode-default")
    with pytest.raises(Refused, match="needs a supplier's declaration"):
        request_calculation(maker, [replace(wanted, entries=(assumed, *wanted.entries[1:]))], Terms())

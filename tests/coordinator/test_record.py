"""Caches hold what follows from the log, in bounded memory."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from coordinator.record import PendingRecord, Recent
from protocol.payloads import Enrolment
from protocol.statements import Logged, Signed, sign_statement
from protos.values import Receipt
from tests.coordinator.town import Member, Town


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 20)), max_size=40))
def test_what_is_kept_never_weighs_more_than_the_limit(puts: list[tuple[str, int]]) -> None:
    recent: Recent[int] = Recent(30, lambda value: value)
    for key, value in puts:
        recent.put(key, value)
        assert recent.get(key, lambda: None) == value
        kept = [found for name in "abcdef" if (found := recent.get(name, lambda: None)) is not None]
        assert sum(kept) <= 30


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    recent: Recent[str] = Recent(2)
    recent.put("one", "1")
    recent.put("two", "2")
    assert recent.get("one", lambda: None) == "1"
    recent.put("three", "3")
    assert recent.get("two", lambda: None) is None
    assert recent.get("two", lambda: "made") == "made"
    recent.clear()
    assert recent.get("three", lambda: None) is None


def test_a_statement_heavier_than_the_limit_is_kept_alone() -> None:
    recent: Recent[int] = Recent(10, lambda value: value)
    recent.put("a", 5)
    recent.put("b", 50)
    assert (recent.get("a", lambda: None), recent.get("b", lambda: None)) == (None, 50)


def test_a_pending_revocation_counts_for_the_statements_behind_it(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    member = town.member("Leaver", "supplier")
    pending = PendingRecord(town.record)
    assert pending.revoked_at(member.id) is None and pending.get(member.id) is not None
    pending.add(Logged(town.revocation(member), 99, 1234))
    assert pending.revoked_at(member.id) == 1234
    assert town.record.revoked_at(member.id) is None
    town.stop()


def enrol_again(town: Town, member: Member) -> Signed:
    """Another enrolment of the same certificate, with another role."""
    payload = member.enrolment.payload
    assert isinstance(payload, Enrolment)
    fields = {"nonce": os.urandom(16).hex(), "entity_roles": ("verifier",)}
    return sign_statement(payload.model_copy(update=fields), town.issuer.key)


def test_a_caller_is_known_by_the_newest_enrolment_of_its_certificate(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    member = town.member("Member", "supplier")
    assert town.caller(member).enrolment == member.id
    assert town.record.enrolled("0" * 64) is None
    again = enrol_again(town, member)
    assert isinstance(town.hand_in(member, [again.data])[0], Receipt)
    assert (town.caller(member).enrolment, town.caller(member).roles) == (again.id, {"verifier"})
    town.stop()

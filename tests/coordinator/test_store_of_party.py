"""What one organisation did is found in every store, whichever of its enrolments signed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coordinator.service import Stores
from tests.coordinator.test_store_contract import digest, group, open_to_append, statement


@pytest.fixture
def stores(database_url: str) -> Iterator[Stores]:
    stores = open_to_append(database_url)
    yield stores
    stores.log.close()


def test_what_an_organisation_signed_is_found_whichever_enrolment_it_signed_under(stores: Stores) -> None:
    old, new, other = digest("old"), digest("new"), digest("other")
    asked = {"kind": "opening_request", "audience": "entity:owner"}
    stores.log.append(
        group(
            0,
            statement(0, kind="enrolment", id=old, audience="entity:A"),
            statement(1, kind="enrolment", id=other, audience="entity:B"),
            statement(2, signer=old, **asked),
            statement(3, kind="enrolment", id=new, audience="entity:A"),
            statement(4, signer=other, **asked),
            statement(5, signer=new, **asked),
            statement(6, signer=new, kind="verification", audience="entity:owner"),
            statement(7, signer=new, **asked),
        )
    )

    def found(reader: str, kind: str, before: int, limit: int) -> list[int]:
        return [item.index for item in stores.log.newest_of(reader, kind, before, limit)]

    assert found("entity:A", "opening_request", 100, 10) == [7, 5, 2]
    assert found("entity:A", "opening_request", 100, 2) == [7, 5]
    assert found("entity:A", "opening_request", 5, 2) == [2]
    assert found("entity:A", "opening_request", 2, 2) == []
    assert found("entity:A", "verification", 100, 10) == [6]
    assert found("entity:B", "opening_request", 100, 10) == [4]
    assert found("entity:C", "opening_request", 100, 10) == []


def test_what_an_organisation_declared_takes_part_in_and_answered_is_found(stores: Stores) -> None:
    old, new, other, first, second = map(digest, ("old", "new", "other", "first", "second"))
    declared, inside = {"kind": "declaration"}, {"audience": None, "calculation": first}
    stores.log.append(
        group(
            0,
            statement(0, kind="enrolment", id=old, audience="entity:A"),
            statement(1, kind="enrolment", id=other, audience="entity:B"),
            statement(2, signer=old, **declared),
            statement(3, signer=other, audience="entity:B", **declared),
            statement(4, kind="enrolment", id=new, audience="entity:A"),
            statement(5, signer=new, **declared),
            statement(6, id=first, kind="request", signer=other, audience=None, calculation=first),
            statement(7, id=second, kind="request", signer=other, audience=None, calculation=second),
            statement(8, kind="consent", signer=old, **inside),
            statement(9, kind="consent", signer=other, **inside),
            statement(10, kind="contribution", signer=old, **inside),
            statement(11, kind="withdrawal", signer=new, **inside),
            readers=((first, "entity:A"), (first, "entity:B"), (second, "entity:B")),
        )
    )
    log = stores.log
    assert [row.index for row in log.declared_by("entity:A", 100, 10)] == [5, 2]
    assert [row.index for row in log.declared_by("entity:A", 5, 10)] == [2]
    assert [row.index for row in log.declared_by("entity:A", 100, 1)] == [5]
    assert [row.index for row in log.shared_by("entity:B", 100, 10)] == [7, 6]
    assert [row.index for row in log.shared_by("entity:B", 7, 10)] == [6]
    assert [row.index for row in log.shared_by("entity:A", 100, 10)] == [6]
    assert [row.index for row in log.answers_of("entity:A", [first, second])] == [8, 11]
    assert log.answers_of("entity:A", [second]) == []


def test_the_newest_of_organisations_are_found_of_a_kind_or_of_any_page_by_page(stores: Stores) -> None:
    old, new, other = digest("old"), digest("new"), digest("other")
    stores.log.append(
        group(
            0,
            statement(0, kind="enrolment", id=old, audience="entity:A"),
            statement(1, kind="enrolment", id=other, audience="entity:B"),
            statement(2, signer=old),
            statement(3, signer=other, kind="declaration"),
            statement(4, kind="enrolment", id=new, audience="entity:A"),
            statement(5, signer=new, kind="declaration"),
            statement(6, signer=digest("nobody")),
            statement(7, signer=old),
        )
    )

    def found(kind: str | None, before: int, limit: int, *readers: str) -> list[int]:
        return [item.index for item in stores.log.newest(kind, before, limit, readers)]

    assert found(None, 100, 10, "entity:A") == [7, 5, 2]
    assert found(None, 100, 2, "entity:A") == [7, 5] and found(None, 5, 2, "entity:A") == [2]
    assert found("declaration", 100, 10, "entity:A") == [5]
    assert found(None, 100, 3, "entity:A", "entity:B") == [7, 5, 3]
    assert found("declaration", 5, 10, "entity:A", "entity:B") == [3]
    assert found(None, 100, 10, "entity:C") == found(None, 100, 10) == []

"""Who may read what, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from protocol.errors import Refused
from protocol.payloads import OpeningRequest
from protocol.statements import parse_statement
from protos.values import FindQuery
from tests.coordinator.town import DAY, Chain, Member, Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("coordinator")).start()
    yield town
    town.stop()


@pytest.fixture(scope="module")
def chain(town: Town) -> Chain:
    return town.run()


def kinds_of(town: Town, chain: Chain) -> list[str]:
    return [item.kind for item in town.service.stores.log.calculation_statements(chain.request)]


def test_a_calculation_is_read_by_its_parties_operators_and_verifiers(town: Town, chain: Chain) -> None:
    rows = town.service.stores.log.calculation_statements(chain.request)
    ids = tuple(row.id for row in rows)
    verifier, stranger = (
        town.member("Verifier", "verifier"),
        town.member("Competitor", "supplier", "requester"),
    )
    for reader in (chain.maker, chain.suppliers[0], town.operator, verifier):
        assert len(town.service.gateway.get(town.caller(reader), ids).statements) == len(ids)
    assert town.service.gateway.get(town.caller(stranger), ids).statements == ()
    with pytest.raises(Refused, match="no calculation"):
        town.service.gateway.bundle(town.caller(stranger), chain.request)


def test_a_verifiers_question_is_read_by_who_asked_and_who_is_asked(town: Town, chain: Chain) -> None:
    verifier, other = town.member("Asking body", "verifier"), town.member("Another body", "verifier")
    fields = town.header(verifier).fields()
    question = OpeningRequest(
        **fields, declaration=chain.declarations[0], lines=(0,), records=(), reason="visit"
    )
    asked = town.log_it(verifier, question)

    def reads(member: Member) -> bool:
        return bool(town.service.gateway.get(town.caller(member), (asked,)).statements)

    assert reads(verifier) and reads(chain.suppliers[0])
    assert reads(town.member("Asking body", "verifier")), "the same legal entity under a newer enrolment"
    assert not reads(other) and not reads(chain.suppliers[1]) and not reads(chain.maker)


def test_the_library_enrolments_and_declarations_are_open_to_every_enrolled_party(
    town: Town, chain: Chain
) -> None:
    caller = town.caller(town.member("Another", "supplier"))
    for kind in ("enrolment", "category", "factor", "review", "publication", "declaration"):
        page = town.service.gateway.find(caller, FindQuery(kind, 0, 500))
        assert page.statements and page.next_index == 0
        assert {parse_statement(item.data).payload.type for item in page.statements} == {kind}
    ids = tuple(chain.declarations)
    assert len(town.service.gateway.get(caller, ids).statements) == len(ids)


@pytest.mark.parametrize("kind", ["request", "consent", "contribution", "result", "void", "nonsense"])
def test_a_calculation_is_not_found_by_kind(town: Town, chain: Chain, kind: str) -> None:
    with pytest.raises(Refused, match="find one of"):
        town.service.gateway.find(town.caller(chain.maker), FindQuery(kind, 0, 10))


def test_pages_go_on_where_the_last_one_ended(town: Town, chain: Chain) -> None:
    caller, place, found = town.caller(chain.maker), 0, []
    while True:
        page = town.service.gateway.find(caller, FindQuery("enrolment", place, 3))
        found += [item.index for item in page.statements]
        if page.next_index == 0:
            break
        place = page.next_index
    rows = town.service.stores.log.of_kind("enrolment", 0, 1000)
    assert found == [row.index for row in rows]


def test_what_does_not_fit_into_a_reply_is_named(
    town: Town, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coordinator.gateway.REPLY_BYTES", 4000)
    caller, left = town.caller(chain.maker), tuple(chain.declarations)
    rounds = 0
    while left:
        fetched = town.service.gateway.get(caller, left)
        assert fetched.statements
        left, rounds = fetched.left, rounds + 1
    assert rounds > 1
    page = town.service.gateway.find(caller, FindQuery("declaration", 0, 100))
    assert len(page.statements) < len(chain.declarations) and page.next_index


def test_a_rotated_certificate_keeps_its_owners_mail(town: Town, chain: Chain) -> None:
    supplier = chain.suppliers[0]
    rotated = town.enrol(chain.supplies[0].name, ["supplier"])
    town.hand_in(supplier, [rotated.enrolment.data])
    request = town.service.gateway.get(town.caller(rotated), (chain.request,))
    assert len(request.statements) == 1
    assert town.caller(rotated).keys == town.caller(supplier).keys


def test_an_expired_certificate_is_turned_away(town: Town, chain: Chain) -> None:
    town.clock.now += 400 * DAY
    try:
        with pytest.raises(Refused) as caught:
            town.caller(chain.maker)
        assert caught.value.check == "identity"
    finally:
        town.clock.now -= 400 * DAY


def test_a_bundle_comes_only_after_the_certificate(town: Town, chain: Chain) -> None:
    other = replace(chain, request="", declarations=list(chain.declarations))
    town.request(other)
    with pytest.raises(Refused, match="not certified"):
        town.service.gateway.bundle(town.caller(chain.maker), other.request)


def test_a_cursor_beyond_the_log_is_refused(town: Town, chain: Chain) -> None:
    async def listen() -> None:
        await anext(town.service.gateway.watch(town.caller(chain.maker), 10**6))

    with pytest.raises(Refused, match="resume at most there"):
        asyncio.run(listen())

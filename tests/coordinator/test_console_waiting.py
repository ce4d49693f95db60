"""A calculation that hangs says for whom it waits, since when, whether their nodes are connected, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.console.waiting import Awaited, find_awaited
from tests.coordinator.test_console_paging import Reader, reader_of, rows_of
from tests.coordinator.town import Chain, Member, Town
from web.numbers import show_time

HOUR = 3600


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


def asked(town: Town) -> Chain:
    """A calculation to which everybody but the last supplier has consented."""
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    for entry in range(len(chain.suppliers) - 1):
        town.log_it(chain.suppliers[entry], town.consent_payload(chain, entry))
    return chain


def while_listening(town: Town, member: Member, reader: Reader, address: str) -> str:
    """A page as it is while this member's node has a stream open."""

    async def look() -> str:
        stream = town.service.gateway.watch(town.caller(member), 0)
        await anext(stream)
        page = await asyncio.to_thread(reader.get, address)
        await stream.aclose()  # type: ignore[attr-defined]
        return page.text

    return asyncio.run(look())


def test_a_calculation_names_whom_it_waits_for_and_whether_its_node_is_connected(town: Town) -> None:
    chain, reader = asked(town), reader_of(town, "operator")
    late, address = chain.suppliers[-1], f"/console/calculations/{chain.request}"
    logged = town.record.get(chain.request)
    page = while_listening(town, late, reader, address)
    assert "It waits for 1 organisation" in page
    (row,) = rows_of(page, "awaited")
    assert 'data-label="Waiting since"' in row
    assert f"/console/statements/{late.id}" in row and show_time(logged.logged_at) in row
    assert "connected" in row and "not connected" not in row and "Somebody there has to answer" in row
    heard = show_time(town.clock())
    town.clock.now += HOUR
    (row,) = rows_of(reader.get(address).text, "awaited")
    assert "not connected" in row and heard in row and "Ask them to start it" in row


def test_who_never_called_since_the_process_began_has_no_time(town: Town) -> None:
    chain = asked(town)
    town.restart()
    page = reader_of(town, "operator").get(f"/console/calculations/{chain.request}").text
    (row,) = rows_of(page, "awaited")
    assert 'data-label="Heard last"></td>' in row.replace("\n", "")
    assert show_time(town.clock()) in page.partition("which began at")[2][:80]


def test_each_phase_waits_for_whoever_owes_the_next_statement(town: Town) -> None:
    chain = asked(town)
    last = len(chain.suppliers) - 1
    town.log_it(chain.suppliers[last], town.consent_payload(chain, last))
    town.settle()
    state = town.calculation(chain.request)
    assert state.roster is not None
    everybody = tuple(dict.fromkeys(one.id for one in chain.suppliers))
    assert find_awaited(state) == Awaited(everybody, state.roster.logged_at)
    town.contribute(chain, only=[0])
    found = find_awaited(town.calculation(chain.request))
    assert found is not None and set(found.parties) == {one.id for one in chain.suppliers[1:]}
    town.clock.now += HOUR
    town.contribute(chain, only=range(1, last + 1))
    assert find_awaited(town.calculation(chain.request)) == Awaited((chain.maker.id,), town.clock())
    town.log_it(chain.maker, town.result_payload(chain))
    town.settle()
    assert find_awaited(town.calculation(chain.request)) is None


def test_the_overview_leads_to_the_open_calculations_of_a_phase(town: Town) -> None:
    chain, reader = asked(town), reader_of(town, "operator")
    (row,) = rows_of(reader.get("/console/").text, "phases")
    assert "/console/calculations?phase=consenting" in row
    (row,) = rows_of(reader.get("/console/calculations?phase=consenting").text, "calculations")
    assert chain.request in row
    assert chain.request not in reader.get("/console/calculations?phase=computing").text


def test_a_node_that_comes_or_goes_is_shown_at_once(town: Town) -> None:
    chain, reader = asked(town), reader_of(town, "operator")
    address = f"/console/calculations/{chain.request}"
    version = reader.get(address).text.partition("live?version=")[2].partition("&")[0]
    live = f"{address}/live?version={version}"
    assert reader.get(live).status_code == 204
    assert "not connected" not in while_listening(town, chain.suppliers[-1], reader, live)


def test_participants_can_be_narrowed_to_those_whose_nodes_are_not_connected(town: Town) -> None:
    """The operator has no node, so it is neither connected nor missed."""
    on, off = town.member("North Cathode", "supplier"), town.member("South Anode", "supplier")
    gone = town.member("Gone", "supplier")
    town.hand_in(town.operator, [town.revocation(gone).data])
    reader = reader_of(town, "operator")
    rows = rows_of(while_listening(town, on, reader, "/console/participants"), "participants")
    (own,) = [row for row in rows if town.operator.id in row]
    assert "connected" not in own and "–" in own
    missed = rows_of(while_listening(town, on, reader, "/console/participants?node=off"), "participants")
    assert [off.id in row for row in missed] == [True]
    assert "not connected" in missed[0]
    of_a_name = "/console/participants?node=off&q=cathode"
    assert rows_of(while_listening(town, on, reader, of_a_name), "participants") == []
    assert [on.id in row for row in rows_of(reader.get(of_a_name).text, "participants")] == [True]

"""A calculation that ended without a result says who ended it and why, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.payloads import Refusal, Withdrawal
from tests.coordinator.test_console_paging import Reader, reader_of, rows_of
from tests.coordinator.town import DAY, Chain, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


def ask(town: Town) -> Chain:
    chain = town.chain()
    town.declare(chain)
    town.request(chain)
    return chain


def decline(town: Town, chain: Chain, entry: int, reason: str) -> None:
    supplier = chain.suppliers[entry]
    fields = town.header(supplier).fields()
    town.log_it(supplier, Refusal(**fields, request=chain.request, entry=entry, reason=reason))
    town.settle()


def in_chinese(reader: Reader) -> Reader:
    reader._headers["accept-language"] = "zh"
    return reader


def test_who_declined_and_in_which_words_stands_on_the_page_of_the_calculation(town: Town) -> None:
    chain = ask(town)
    decline(town, chain, 1, "our data are being audited")
    reader, address = reader_of(town, "operator"), f"/console/calculations/{chain.request}"
    page = reader.get(address).text
    (row,) = rows_of(page, "ending")
    assert chain.supplies[1].name in row and "declined" in row and "our data are being audited" in row
    # That is no statement that was not accepted.
    empty = reader.get("/console/refusals").text
    assert "Nothing that was not accepted is kept here. A row would say which company" in empty
    entry = rows_of(page, "entries")[1]
    assert "declined" in entry and "refused" not in entry


def test_the_coordinators_own_reasons_are_said_in_the_readers_language(town: Town) -> None:
    chain = ask(town)
    decline(town, chain, 0, "no")
    ending = town.calculation(chain.request).ending
    assert ending is not None
    rows = rows_of(
        in_chinese(reader_of(town, "operator")).get(f"/console/statements/{ending.id}").text, "fields"
    )
    assert sum("有供应商不参加" in row for row in rows) == 2  # cause and reason
    assert not any("a supplier refused" in row for row in rows)


def test_a_deadline_that_passed_names_whoever_had_not_answered(town: Town) -> None:
    chain = ask(town)
    town.log_it(chain.suppliers[0], town.consent_payload(chain, 0))
    town.clock.now += DAY + 1
    town.service.sequencer._attend(town.clock.now)
    page = reader_of(town, "operator").get(f"/console/calculations/{chain.request}").text
    *late, last = rows_of(page, "ending")
    assert len(late) == len({one.id for one in chain.suppliers[1:]})
    assert all("did not answer in time" in row for row in late)
    assert "the deadline passed while it was waiting for consents" in last and "Operator" in last


def test_who_withdrew_says_why(town: Town) -> None:
    chain = ask(town)
    fields = town.header(chain.maker).fields()
    town.log_it(chain.maker, Withdrawal(**fields, request=chain.request, reason="asked by mistake"))
    page = reader_of(town, "operator").get(f"/console/calculations/{chain.request}").text
    (row,) = rows_of(page, "ending")
    assert "Pack maker" in row and "withdrew" in row and "asked by mistake" in row

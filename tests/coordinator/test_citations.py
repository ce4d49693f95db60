"""Citations are counted once each, however they come to be counted, and a page says when that is not all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coordinator import citations
from coordinator.citations import Citations
from tests.coordinator.town import Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town whose log has three certificates of the same suppliers."""
    town = Town(tmp_path_factory.mktemp("town")).start()
    chain = town.run()
    for _ in range(2):
        chain.quantities.clear()
        chain.ephemerals.clear()
        for step in (town.request, town.consent, town.contribute):
            step(chain)
        town.log_it(chain.maker, town.result_payload(chain))
        town.settle()
    yield town
    town.stop()


def counts(found: object) -> list[int]:
    return [one.certificates for one in found]  # type: ignore[attr-defined]


def test_a_page_counts_a_few_and_says_that_it_is_not_all(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citations, "AT_ONCE", 1)
    counting = Citations(town.log, town.record)
    for number in (1, 2, 3):
        found, is_all = counting.so_far("Provider")
        assert (counts(found), is_all) == ([number] * len(found), False) and found
    assert counting.so_far("Provider") == (found, True)
    assert counting.of("Provider") == found


def test_reading_ahead_and_asking_count_the_same(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Citations(town.log, town.record)
    assert counts(asked.of("Provider")) and set(counts(asked.of("Provider"))) == {3}
    monkeypatch.setattr(citations, "AT_ONCE", 2)
    ahead = Citations(town.log, town.record)
    assert [ahead.read_ahead(), ahead.read_ahead()] == [False, True]
    assert ahead.so_far("Provider") == (asked.of("Provider"), True)
    assert ahead.so_far("Pack maker") == ((), True)


def test_doors_that_are_opened_again_do_not_read_ahead_again(town: Town) -> None:
    for _ in range(2):
        town.service.ahead.start()
    town.service.ahead.stop()

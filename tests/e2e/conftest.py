"""One house for the fast tests; whoever kills opens a house of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import House, open_house
from tests.support.waiting import Waiting, awaiting


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Four companies that have declared, on real processes."""
    opened = open_house(tmp_path_factory.mktemp("house"))
    try:
        yield opened
    finally:
        opened.stage.stop()


@pytest.fixture(scope="session")
def certified(house: House) -> str:
    """A request in the house whose certificate is there."""
    request = house.request()
    house.wait(lambda: house.is_certified(request))
    return request


@pytest.fixture(scope="module")
def waiting(house: House, certified: str) -> Iterator[Waiting]:
    """A calculation that awaits one contribution; completed at the end, whatever was thrown at it."""
    with awaiting(house, certified) as found:
        yield found

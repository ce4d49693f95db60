"""Houses on hosts of their own, which every fault leaves as it found them: all processes up, every link whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cluster import find_binaries
from tests.support.hosts import CENTER, Network, why_not
from tests.support.house import House, open_house
from tests.support.replicas import OTHER
from tests.support.small_pack import COMPANIES
from tests.support.works import DATABASE, STANDBY, Works, open_works


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """One host for each company, and the center."""
    missing = why_not()
    if missing is not None:
        pytest.skip(missing)
    network = Network([CENTER, *(company.slug for company in COMPANIES), OTHER, DATABASE, STANDBY])
    yield network
    network.close()


@pytest.fixture(scope="session")
def new_town(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Four companies that have declared, on SQLite."""
    opened = open_house(tmp_path_factory.mktemp("town"), network=network)
    yield opened
    opened.stage.stop()


@pytest.fixture(scope="session")
def new_works(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """The same companies at a coordinator of two replicas, on PostgreSQL with a standby and a bucket."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL is installed: apt-get install postgresql")
    with open_works(tmp_path_factory.mktemp("works"), network, binaries) as opened:
        yield opened


@pytest.fixture
def town(new_town: House) -> House:
    """The house on SQLite with every process up."""
    _put_up(new_town)
    return new_town


@pytest.fixture
def works(new_works: Works) -> Works:
    """The house on PostgreSQL, and what is behind it, with every process up."""
    _put_up(new_works.house)
    return new_works


@pytest.fixture(params=("sqlite", "postgresql"))
def house(request: pytest.FixtureRequest) -> House:
    """Either of them."""
    if request.param == "sqlite":
        town: House = request.getfixturevalue("town")
        return town
    works: Works = request.getfixturevalue("works")
    return works.house


def _put_up(house: House) -> None:
    for name in (*house.coordinators, *house.slugs):
        if not house.is_alive(name):
            house.revive(name)

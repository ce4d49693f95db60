"""Tiles of a log that is longer than one of them, read as an outsider would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from coordinator.http import TILE, encode_place, make_app
from coordinator.store.contract import Append, StoredCheckpoint, StoredStatement
from crypto.merkle import Frontier, leaf_hash, root_of
from crypto.note import Checkpoint, sign_checkpoint
from protocol.statements import encode_leaf
from tests.coordinator.town import Town

SIZE = 1000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A coordinator whose log was filled beneath it."""
    town = Town(tmp_path_factory.mktemp("coordinator"))
    frontier, completed, rows = Frontier(), [], []
    for index in range(SIZE):
        row = StoredStatement(
            f"{index:064x}", "factor", "0" * 64, None, None, "everyone", b"%d" % index, index, index
        )
        frontier, subtrees = frontier.append(leaf_hash(encode_leaf(row.id, row.data, row.logged_at)))
        completed += subtrees
        rows.append(row)
    note = sign_checkpoint(Checkpoint("log.example", SIZE, frontier.root()), town.log_key)
    town.log.append(Append(tuple(rows), tuple(completed), StoredCheckpoint(SIZE, note, SIZE)))
    town.service.journal.refresh()
    yield town
    town.service.stores.log.close()


class Outsider:
    """Asks the application without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://log.example") as client:
                return await client.get(path)

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def http(town: Town) -> Outsider:
    return Outsider(make_app(town.service))


def split(data: bytes) -> list[bytes]:
    return [data[place : place + 32] for place in range(0, len(data), 32)]


def test_hash_tiles_of_both_levels_add_up(http: Outsider, town: Town) -> None:
    leaves: list[bytes] = []
    for index in range(SIZE // TILE):
        leaves += split(http.get(f"/tile/0/{index:03d}").content)
    leaves += split(http.get(f"/tile/0/003.p/{SIZE % TILE}").content)
    assert len(leaves) == SIZE and root_of(leaves) == town.service.journal.root(SIZE)
    above = split(http.get("/tile/1/000.p/3").content)
    assert above == [root_of(leaves[place : place + TILE]) for place in range(0, 3 * TILE, TILE)]


def test_a_partial_tile_of_any_width_is_the_beginning_of_the_whole(http: Outsider) -> None:
    whole = http.get("/tile/0/001").content
    assert http.get("/tile/0/001.p/100").content == whole[:3200]
    assert "immutable" in http.get("/tile/0/001").headers["cache-control"]


def test_entries_are_the_leaves_behind_the_hashes(http: Outsider) -> None:
    data, hashes = http.get("/tile/entries/002").content, split(http.get("/tile/0/002").content)
    for expected in hashes:
        length = int.from_bytes(data[:2], "big")
        assert leaf_hash(data[2 : 2 + length]) == expected
        data = data[2 + length :]
    assert data == b""


@pytest.mark.parametrize("place", ["0/003", "0/004.p/1", "1/000", "1/000.p/4", "2/000.p/1", "entries/003"])
def test_what_the_log_has_not_reached_is_not_found(http: Outsider, place: str) -> None:
    assert http.get(f"/tile/{place}").status_code == 404


@pytest.mark.parametrize(
    ("index", "place"), [(0, "000"), (67, "067"), (1234067, "x001/x234/067"), (1000, "x001/000")]
)
def test_tile_numbers_are_written_in_groups_of_three(index: int, place: str) -> None:
    assert encode_place(index) == place


@given(st.integers(0, 10**12))
def test_a_tile_number_reads_back(index: int) -> None:
    assert int(encode_place(index).replace("x", "").replace("/", "")) == index

"""The tail shows the same as the store, forgets from the front, and wakes who waits."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator import tail as tail_module
from coordinator.tail import Tail, TailItem
from protos.values import LoggedData


def item(index: int, reader: str, size: int = 10) -> TailItem:
    return TailItem(LoggedData(bytes(size), index, 1), frozenset({reader}))


@given(st.lists(st.sampled_from("ab"), max_size=30), st.integers(0, 30), st.integers(1, 60))
def test_pages_of_the_tail_leave_nothing_out(owners: list[str], cursor: int, limit: int) -> None:
    tail = Tail(0)
    tail.extend([item(index, owner) for index, owner in enumerate(owners)])
    expected = [index for index, owner in enumerate(owners) if owner == "a" and index >= cursor]
    found: list[int] = []
    while cursor < tail.size:
        page = tail.since(cursor, {"a"}, limit)
        assert page is not None and page[0] > cursor
        found += [logged.index for logged in page[1]]
        cursor = page[0]
    assert found == expected


def test_what_is_forgotten_must_be_asked_of_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "BYTES_KEPT", 35)
    tail = Tail(100)
    assert tail.since(99, {"a"}, 100) is None
    tail.extend([item(100 + place, "a") for place in range(5)])
    assert tail.since(101, {"a"}, 100) is None
    page = tail.since(102, {"a"}, 100)
    assert page is not None and [logged.index for logged in page[1]] == [102, 103, 104]
    tail.jump(110)
    assert tail.size == 110 and tail.since(109, {"a"}, 100) is None
    assert tail.since(110, {"a"}, 100) == (110, [])


def test_who_waits_is_woken_and_who_waits_in_vain_is_told() -> None:
    async def run() -> list[bool]:
        tail = Tail(0)
        waiting = asyncio.create_task(tail.wait_beyond(0, 5))
        await asyncio.sleep(0.01)
        tail.extend([item(0, "a")])
        return [await waiting, await tail.wait_beyond(0, 5), await tail.wait_beyond(1, 0.01)]

    assert asyncio.run(run()) == [True, True, False]

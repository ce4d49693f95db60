"""Streams from the store and from memory, and on a replica that does not append."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from coordinator.service import Service
from crypto.certificates import parse_certificate
from protocol.errors import Refused, StoreError
from protos.values import WatchBatch
from tests.coordinator.town import Member, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path).start()
    yield town
    town.stop()


def watch(service: Service, member: Member, cursor: int, until: int) -> list[WatchBatch]:
    """Batches from `cursor` on until one names a cursor of at least `until`."""

    async def collect() -> list[WatchBatch]:
        batches = []
        caller = service.gateway.identify(member.certificate_pem)
        async with asyncio.timeout(20):
            async for batch in service.gateway.watch(caller, cursor):
                batches.append(batch)
                if batch.cursor >= until:
                    return batches
        raise AssertionError("the stream ended")

    return asyncio.run(collect())


def indexes(batches: list[WatchBatch]) -> list[int]:
    return [item.index for batch in batches for item in batch.statements]


def test_a_stream_reads_from_the_store_what_memory_does_not_hold(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher, gone = town.member("Watcher", "supplier"), town.member("Gone", "supplier")
    for _ in range(12):
        town.hand_in(town.operator, [town.revocation(gone).data])
    expected = indexes(watch(town.service, watcher, 0, 15))
    assert len(expected) == 13
    town.restart()
    monkeypatch.setattr("coordinator.watching.ROWS", 3)
    monkeypatch.setattr("coordinator.watching.REPLY_BYTES", 1000)
    batches = watch(town.service, watcher, 0, 15)
    assert indexes(batches) == expected and len(batches) > 4
    for batch in batches[:-1]:
        again = watch(town.service, watcher, batch.cursor, 15)
        assert indexes(again) == [index for index in expected if index >= batch.cursor]


def test_the_first_batch_tells_where_the_log_stands(town: Town) -> None:
    member = town.member("Watcher", "supplier")
    (batch,) = watch(town.service, member, 2, 2)
    assert batch == WatchBatch(2, (), town.service.journal.head.note)


def test_a_party_has_a_number_of_streams(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coordinator.watching.STREAMS_A_PARTY", 1)
    caller = town.caller(town.operator)

    async def run() -> None:
        first = town.service.gateway.watch(caller, 0)
        await first.__anext__()
        with pytest.raises(Refused, match="close one"):
            await town.service.gateway.watch(caller, 0).__anext__()
        await first.aclose()
        await town.service.gateway.watch(caller, 0).__anext__()

    asyncio.run(run())


def test_a_stream_ends_when_the_coordinator_stops_or_the_party_is_revoked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coordinator.watching.HEARTBEAT_SECONDS", 0.05)
    member = town.member("Leaver", "supplier")
    town_caller, stream_of = town.caller(town.operator), town.service.gateway.watch

    async def run() -> None:
        stream = stream_of(town.caller(member), 0)
        await stream.__anext__()
        await asyncio.to_thread(town.hand_in, town.operator, [town.revocation(member).data])
        with pytest.raises(Refused, match="revoked"):
            for _ in range(5):
                await stream.__anext__()
        stream = stream_of(town_caller, 0)
        await stream.__anext__()
        town.service.watching.stop()
        with pytest.raises(StoreError, match="stopping"):
            for _ in range(5):
                await stream.__anext__()

    asyncio.run(run())


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_an_open_stream_ends_soon_after_its_certificate(
    town: Town, monkeypatch: pytest.MonkeyPatch, is_busy: bool
) -> None:
    """Idle, it is looked at with each sign of life; busy, there is always something else to send."""
    monkeypatch.setattr("coordinator.watching.HEARTBEAT_SECONDS", 0.05)
    watcher, gone = town.member("Watcher", "supplier"), town.member("Gone", "supplier")
    issued = town.caller(watcher)
    assert issued.ends == parse_certificate(watcher.certificate_pem).not_valid_after_utc.timestamp()
    caller = replace(issued, ends=town.clock.now + 10)

    async def run() -> None:
        stream = town.service.gateway.watch(caller, 0)
        await stream.__anext__()
        town.clock.now += 20
        with pytest.raises(Refused, match="have it renewed"):
            async with asyncio.timeout(20):
                while True:
                    if is_busy:
                        await asyncio.to_thread(town.hand_in, town.operator, [town.revocation(gone).data])
                    await stream.__anext__()

    asyncio.run(run())


@pytest.mark.postgres
def test_a_replica_that_does_not_append_streams_what_another_appended(
    tmp_path: Path, postgres_url: str
) -> None:
    town = Town(tmp_path, postgres_url).start()
    watcher = town.member("Watcher", "supplier")
    replica = town.build()
    replica.start()
    size = town.service.journal.head.frontier.size
    gone = town.member("Gone", "supplier")
    town.hand_in(town.operator, [town.revocation(gone).data])
    batches = watch(replica, watcher, min(size, replica.journal.head.frontier.size), size + 2)
    assert indexes(batches) == [size + 1]
    assert batches[-1].checkpoint == town.service.journal.head.note
    replica.stop()
    town.stop()


def test_an_open_stream_ends_at_once_when_its_party_is_revoked(town: Town) -> None:
    """While it waits, and while statements pour in: not one that was logged after the revocation gets out."""
    watcher, other = town.member("Watcher", "supplier"), town.member("Other", "supplier")
    caller = town.caller(watcher)

    async def run() -> list[int]:
        stream = town.service.gateway.watch(caller, 0)
        seen = [item.index for item in (await stream.__anext__()).statements]
        revoked = asyncio.to_thread(town.hand_in, town.operator, [town.revocation(watcher).data])
        waiting = asyncio.ensure_future(stream.__anext__())
        await revoked
        async with asyncio.timeout(5):
            with pytest.raises(Refused, match="revoked"):
                await waiting
        return seen

    assert asyncio.run(run()) == [1]
    with pytest.raises(Refused, match="revoked"):
        town.caller(watcher)
    assert indexes(watch(town.service, other, 0, 4)) == [2, 3]

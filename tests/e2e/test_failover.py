"""The primary of a PostgreSQL is killed while statements are on their way, and its synchronous standby takes over.

The one fact: what has a receipt is in the log of the promoted standby, at its place; the coordinator goes on by itself.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.doctor import examine
from operation.findings import Verdict
from tests.e2e.test_replicas import Hammer
from tests.support.cluster import find_binaries
from tests.support.house import COORDINATOR, House, open_house
from tests.support.postgres_pair import PostgresPair, opened_pair
from tests.support.store_audit import check_store

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(600)]

BINARIES = find_binaries()
SECONDS = 120.0


@pytest.fixture
def pair() -> Iterator[PostgresPair]:
    if BINARIES is None:
        pytest.skip("no PostgreSQL is installed")
    with opened_pair(BINARIES, Path(f"/tmp/sealsum-pair-{os.getpid()}")) as pair:
        pair.attach()
        yield pair


@pytest.fixture
def house(pair: PostgresPair, tmp_path: Path) -> Iterator[House]:
    house = open_house(tmp_path, environment={"SEALSUM_DATABASE_URL": pair.url})
    yield house
    house.stage.stop()


def wait_for_a_commit_that_waits(pair: PostgresPair) -> None:
    sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    deadline = time.monotonic() + SECONDS
    while pair.primary.query(sql) == [(0,)]:
        assert time.monotonic() < deadline, "no commit waits for the standby"
        time.sleep(0.02)


def test_no_acknowledged_statement_is_lost_when_the_primary_dies(pair: PostgresPair, house: House) -> None:
    request = house.request()
    with Hammer(house, house.chain.coordinator) as hammer:
        hammer.wait_for_more(20)
        pair.standby.signal(signal.SIGSTOP)
        wait_for_a_commit_that_waits(pair)
        # Written on the primary, confirmed by nobody: whoever answered now would promise what is about to be lost.
        told = len(hammer.receipts)
        (written,) = pair.primary.query("SELECT pg_current_wal_flush_lsn()::text")
        assert pair.primary.query(
            f"SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= '{written[0]}'"
        ) == [(0,)]
        pair.fail_over()
        assert len(hammer.receipts) == told
        hammer.wait_for_more(20)
        house.wait(lambda: house.is_certified(request), SECONDS)
    rows = house.query(COORDINATOR, "SELECT id, log_index, logged_at FROM statements")
    log = {row[0]: row[1:] for row in rows}
    for receipt in hammer.receipts:
        assert log[receipt.id] == (receipt.index, receipt.logged_at)
    assert check_store(house.out / COORDINATOR, pair.url)[request].certificate is not None


def test_the_doctor_says_whether_commits_wait_for_a_standby(pair: PostgresPair, house: House) -> None:
    folder = house.out / COORDINATOR

    def found() -> tuple[Verdict, str]:
        (finding,) = [one for one in examine(folder, pair.url, int(time.time())) if one.check == "standby"]
        return finding.verdict, finding.found

    assert found() == (Verdict.GOOD, "commits wait for a synchronous standby; 1 attached")
    pair.standby.stop()
    assert found() == (Verdict.BAD, "commits wait for standby, and none is attached: nothing is logged")
    pair.primary.query("ALTER SYSTEM SET synchronous_standby_names = ''")
    pair.primary.query("SELECT pg_reload_conf()")
    deadline = time.monotonic() + SECONDS
    while found()[0] is Verdict.BAD and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found() == (Verdict.WARNING, "commits wait for no standby: what is logged lies on one disk")
    (folder / "coordinator.toml").write_text("synchronous_standby = true\n")
    assert found()[0] is Verdict.BAD

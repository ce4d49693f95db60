"""A coordinator on PostgreSQL under steady load, held to flat memory and descriptors. docs/benchmarks.md, "watched".

The one fact: nothing here asks how fast it was, so a busy machine only makes it less steady. SEALSUM_SOAK_SECONDS says
how long, SEALSUM_SOAK_PICTURE where its plot goes; `make soak` sets both.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.soak import GROWTH_PERCENT, LEFT_OVER, SECONDS, draw, soak
from tests.support.cluster import find_binaries, open_cluster

LENGTH = int(os.environ.get(SECONDS, "600"))
SERVER, PICTURE = "SEALSUM_TEST_POSTGRES_URL", "SEALSUM_SOAK_PICTURE"

pytestmark = [pytest.mark.soak, pytest.mark.postgres, pytest.mark.timeout(1200 + 2 * LENGTH)]


@pytest.fixture
def server() -> Iterator[str]:
    """The PostgreSQL that the environment names, or one of the test's own."""
    if SERVER in os.environ:
        yield os.environ[SERVER]
        return
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(f"{SERVER} names no server, and no PostgreSQL is installed: apt-get install postgresql")
    place = Path(f"/tmp/sealsum-soak-{os.getpid()}")  # pytest's folders are closed to PostgreSQL's account
    cluster = open_cluster(binaries, place)
    yield cluster.url
    cluster.stop()
    subprocess.run(["rm", "-rf", str(place)], check=True)


def test_memory_and_descriptors_stay_flat_and_every_contribution_has_its_receipt(
    server: str, tmp_path: Path
) -> None:
    soaked = soak(server, LENGTH)
    draw(soaked.samples, Path(os.environ.get(PICTURE, tmp_path / "soak.svg")))
    print(f"memory grew by {soaked.growth_percent:.2f} %, {soaked.left_over} descriptors left over")
    print(f"{soaked.found['sent']} of {soaked.owed} contributions have a receipt")
    assert soaked.found["sent"] == soaked.owed
    assert soaked.growth_percent <= GROWTH_PERCENT
    assert soaked.left_over <= LEFT_OVER

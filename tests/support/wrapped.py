"""A party's service under a program that deceives it: another clock, a disk that is slow to synchronise.

The one fact: it is the command that a person types, started by the wrapper; nothing of the program knows.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.hosts import CENTER, Network
from tests.support.house import House

START_SECONDS = 60


@contextmanager
def wrapped(house: House, network: Network, name: str, *wrapper: str) -> Iterator[Path]:
    """A party serves under `wrapper` until the block ends, then as before; yields where it says what it does."""
    if shutil.which(wrapper[0]) is None:
        pytest.fail(f"{wrapper[0]} is not installed: apt-get install {wrapper[0]}")
    house.stage.kill(name)
    host = name if name in network.names else CENTER
    words = (*wrapper, sys.executable, "-m", "sealsum", *house.service_words(name))
    said = house.stage.logs / f"{name}.wrapped"
    with said.open("w") as file:
        process = subprocess.Popen(
            network.command(host, *words),
            env=os.environ | house.stage.environment,
            stdout=subprocess.PIPE,
            stderr=file,
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        assert "event" in json.loads(process.stdout.readline())
        yield said
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    house.revive(name)

"""One village a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.village import Village, open_village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with open_village(tmp_path) as opened:
        yield opened

"""The pages of a node in a container: joined with its passphrase file, at the address where it is published."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.joining import in_town, join_by_pages
from web.door import CONTAINED


@pytest.mark.slow
def test_a_supplier_joins_with_the_passphrase_file_and_the_node_opens_itself_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_town(tmp_path) as town:
        (tmp_path / "passphrase").write_text("a passphrase for a trial\n")
        monkeypatch.setenv(CONTAINED, "1")
        monkeypatch.setenv("SEALSUM_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
        join_by_pages([sys.executable, "-m", "sealsum"], str(tmp_path / "supplier"), town)

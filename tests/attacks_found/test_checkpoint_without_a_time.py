"""A log that leaves the time out of its checkpoints: found to switch off the rule against showing an old tree."""

from pathlib import Path

import pytest

from coordinator.journal import Journal
from crypto.merkle import Frontier
from crypto.note import Checkpoint, sign_checkpoint
from protocol.errors import Refused
from tests.node.village import open_village


def test_nothing_is_signed_on_a_checkpoint_that_does_not_say_when_it_was_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sign_without_time(journal: Journal, frontier: Frontier, _at: int) -> str:
        return sign_checkpoint(Checkpoint(journal._origin, frontier.size, frontier.root()), journal._log_key)

    with open_village(tmp_path) as village:
        monkeypatch.setattr(Journal, "_sign", sign_without_time)
        node = village.settle("North Cathode", "supplier")
        with pytest.raises(Refused, match="clock"):
            node.header()

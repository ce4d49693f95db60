"""Names of others in the terminal's markup: one of them was found to end every command that lists it."""

from collections.abc import Callable, Sequence

import pytest

from coordinator.commands import output as coordinator_output
from node.commands import output as node_output

Show = Callable[[Sequence[str], Sequence[Sequence[str]]], None]


@pytest.mark.parametrize("show", [node_output.show_table, coordinator_output.show_table])
@pytest.mark.parametrize("name", ["[/b]", "[conceal]hidden[/conceal]", "[red]x", ":warning:"])
def test_a_name_is_shown_as_it_is_written(show: Show, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(["customer"], [[name]])
    assert name in capsys.readouterr().out

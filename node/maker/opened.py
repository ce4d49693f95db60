"""Which results of the last weeks nobody at this node has opened yet, on its page or by the command.

The one fact: a result is opened once for the whole organisation, whoever opened it.
"""

from __future__ import annotations

from node.maker.outcomes import Standing
from node.maker.standings import find_standings, list_finished
from node.organisation import Node
from node.store.vault import find_secret, have_secrets, keep_secret

_OPENED = "opened/"
_RECENT = 30 * 86_400
"""An older result is no news."""


def note_opened(node: Node, request: str) -> None:
    """Keep that the result of a request was opened."""
    name = f"{_OPENED}{request}"
    with node.store.read() as connection:
        if find_secret(connection, name) is not None:
            return
    with node.store.write() as connection:
        keep_secret(connection, name, str(node.clock()).encode())


def find_unopened(node: Node) -> list[Standing]:
    """The calculations whose result came lately and was not opened."""
    found = list_finished(node, node.clock() - _RECENT)
    with node.store.read() as connection:
        opened = have_secrets(connection, [f"{_OPENED}{one}" for one in found])
    return list(find_standings(node, [one for one in found if f"{_OPENED}{one}" not in opened]).values())

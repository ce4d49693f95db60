"""What the search box finds for a provider and for an expert: everything submitted to the library.

The one fact: it looks in what was read of the library; while that is being read, it finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from node.web.desk import Desk
from node.web.knowledge.submissions import read_known
from protocol.payloads import Factor
from protocol.searching import Query
from protocol.shelf import Item
from web.numbers import show_unit
from web.shelf_states import STATES, state_shown
from web.visits import Visit

_SHORTEST_ID = 4


def find_in_library(visit: Visit, desk: Desk, wanted: str) -> Iterator[tuple[str, str, str]]:
    """What matches, as (kind, name, path); nothing for who is neither."""
    if not desk.organisation() & {"provider", "expert"} or not desk.prepared.is_set():
        return
    shelved, words = read_known(desk.node), wanted.casefold()
    found = shelved.searcher.search(Query(wanted))
    if len(words) >= _SHORTEST_ID:
        found += [item for id, item in shelved.by_id.items() if id.startswith(words) and item not in found]
    for item in found:
        kind = visit.say("Factor") if isinstance(item.payload, Factor) else visit.say("Product category")
        yield kind, _describe(visit, item, shelved.replaced.get(item.id)), f"/reviews/{item.id}"


def _describe(visit: Visit, item: Item, replaced: int | None) -> str:
    """Code, version, name and state, and a factor's value."""
    payload = item.payload
    said = [
        f"{payload.code} {payload.version}",
        payload.name_zh if visit.language == "zh" else payload.name_en,
    ]
    if isinstance(payload, Factor):
        said.append(f"{payload.total} kgCO₂e/{show_unit(payload.unit)}")
    return " · ".join([*said, visit.say(STATES[state_shown(item, replaced)])])

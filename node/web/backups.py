"""What the last backup lacks, in words: on the first page as a task, and beside the form that makes one."""

from __future__ import annotations

from typing import Any

from node.backup import Lack, find_backup_made, find_lack
from node.store.database import Store
from web.languages import mark

LACKS = {
    Lack.EVERYTHING: mark("There is no backup yet"),
    Lack.KEYS: mark(
        "Make a new backup: with the last one this organisation cannot come back, its keys were replaced"
    ),
    Lack.DECLARATION: mark("Make a new backup: the last one lacks what was declared since"),
}


def backup_values(store: Store) -> dict[str, Any]:
    """What `backup_made.html` shows: when the last one was made (Unix seconds or None), and what it lacks."""
    made, lack = find_backup_made(store), find_lack(store)
    return {"made": made, "lack": LACKS[lack] if lack not in (None, Lack.EVERYTHING) else ""}

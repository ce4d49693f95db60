"""Looks at the database of a coordinator and at its standbys, for the doctor.

The one fact: it asks and changes nothing; only the command line asks, since a serving coordinator has its database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from coordinator.doctor_told import Told, bad, good, warning
from coordinator.settings import load
from coordinator.store.migrating import find_tables
from coordinator.store.standbys import find_standbys
from protocol.errors import Refused, StoreError


def look_at_database(url: str) -> Told:
    """Whether it is reached, and has tables that this program may work with."""
    try:
        tables = find_tables(url)
    except StoreError as error:
        return bad("database", str(error), "is it running, and are its address, user and password right?")
    if tables.found is None:
        return bad(
            "database",
            "it has no tables",
            "the right database? a new one: sealsum coordinator migrate",
        )
    if tables.found == tables.newest:
        return good("database", f"reached, tables of version {tables.found}")
    differ = f"its tables are of version {tables.found}, this program's are of {tables.newest}"
    if tables.is_fit:
        advice = "install the newer Sealsum here too"
        return warning("database", f"{differ}, which may serve from them", advice)
    return bad(
        "database",
        differ,
        "an older database: sealsum coordinator migrate; a newer one: install the newer Sealsum",
    )


def look_at_standbys(path: Path, url: str) -> Iterator[Told]:
    """Of a PostgreSQL: whether what was acknowledged outlives its disk. SQLite has one disk, and nothing to ask."""
    try:
        is_wanted = load(path, os.environ, {}).settings.synchronous_standby
        found = find_standbys(url)
    except (Refused, StoreError) as error:
        yield bad("standby", str(error), "see the text")
        return
    if found is None and not is_wanted:
        return
    if found is not None and found.fsync != "on":
        yield bad("standby", "fsync is off: a power cut loses what was acknowledged", "set fsync = on")
    elif found is None or not found.is_demanded:
        make = bad if is_wanted else warning
        yield make(
            "standby",
            "commits wait for no standby: what is logged lies on one disk",
            "a standby by pg_basebackup -R, and synchronous_standby_names on the primary; see docs/operation.md",
        )
    elif found.attached:
        yield good("standby", f"commits wait for a synchronous standby; {found.attached} attached")
    elif found.hidden:
        advice = "GRANT pg_monitor TO this user, so that it is seen whether they keep up"
        yield warning("standby", f"commits wait for {found.names}; its state is hidden", advice)
    else:
        yield bad(
            "standby",
            f"commits wait for {found.names}, and none is attached: nothing is logged",
            "start the standby, or attach another; nothing that was acknowledged is lost meanwhile",
        )

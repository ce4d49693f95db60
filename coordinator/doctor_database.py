"""Looks at the database of a coordinator and at its standbys, for the doctor.

The one fact: it asks and changes nothing; only the command line asks, since a serving coordinator has its database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect, text

from coordinator.doctor_told import Told, bad, good, warning
from coordinator.settings import load
from coordinator.store.database import open_engine, store_errors
from coordinator.store.migrating import MIGRATIONS
from coordinator.store.standbys import find_standbys
from protocol.errors import Refused, StoreError


def look_at_database(url: str) -> Told:
    """Whether it is reached, and has the tables of this program."""
    try:
        found, head = _revisions(url)
    except StoreError as error:
        return bad("database", str(error), "is it running, and are its address, user and password right?")
    if found is None:
        return bad(
            "database",
            "it has no tables",
            "the right database? a new one: sealsum coordinator migrate",
        )
    if found != head:
        return bad(
            "database",
            f"its tables are of version {found}, this program's are of {head}",
            "an older database: sealsum coordinator migrate; a newer one: install the newer Sealsum",
        )
    return good("database", f"reached, tables of version {found}")


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


def _revisions(url: str) -> tuple[str | None, str]:
    """The version of the tables, and the one that this program knows; StoreError when it cannot be reached."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head() or ""
    engine = open_engine(url, writer=False)
    try:
        with store_errors(), engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None, head
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar(), head
    finally:
        engine.dispose()

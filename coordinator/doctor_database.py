"""Looks at the database of a coordinator and at its standbys, for the doctor.

The one fact: it asks and changes nothing; only the command line asks, since a serving coordinator has its database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from coordinator.doctor_told import Told, bad, good, same, warning
from coordinator.settings import load
from coordinator.store.migrating import find_tables
from coordinator.store.standbys import Standbys, find_standbys
from operation.phrases import Phrase
from protocol.errors import Refused, StoreError

_REACHED = Phrase(
    "is it running, and are its address, user and password right?", "请确认它在运行，地址、用户和密码都正确"
)
_MIGRATE = Phrase(
    "the right database? a new one: sealsum coordinator migrate",
    "请确认是不是这个数据库；新的数据库请先运行 sealsum coordinator migrate",
)
_OLDER = Phrase(
    "an older database: sealsum coordinator migrate; a newer one: install the newer Sealsum",
    "数据库较旧：sealsum coordinator migrate；数据库较新：请安装较新的 Sealsum",
)
_NO_STANDBY = (
    Phrase(
        "commits wait for no standby: what is logged lies on one disk",
        "提交时不等备库：记入日志的内容只在一块磁盘上",
    ),
    Phrase(
        "a standby by pg_basebackup -R, and synchronous_standby_names on the primary; see docs/operation.md",
        "用 pg_basebackup -R 建备库，并在主库设置 synchronous_standby_names；见 docs/operation.zh.md",
    ),
)
_NO_FSYNC = (
    Phrase("fsync is off: a power cut loses what was acknowledged", "fsync 已关闭：断电会丢失已确认收到的"),
    Phrase("set fsync = on", "请设置 fsync = on"),
)
_GRANT = Phrase(
    "GRANT pg_monitor TO this user, so that it is seen whether they keep up",
    "请对该用户 GRANT pg_monitor，才能看到备库是否跟上",
)
_START = Phrase(
    "start the standby, or attach another; nothing that was acknowledged is lost meanwhile",
    "请启动备库，或另接一个；期间已确认收到的不会丢",
)


def look_at_database(url: str) -> Told:
    """Whether it is reached, and has tables that this program may work with."""
    try:
        tables = find_tables(url)
    except StoreError as error:
        return bad("database", same(str(error)), _REACHED)
    if tables.found is None:
        return bad("database", Phrase("it has no tables", "里面没有表"), _MIGRATE)
    if tables.found == tables.newest:
        reached = Phrase(f"reached, tables of version {tables.found}", f"已连上，表的版本 {tables.found}")
        return good("database", reached)
    differ = Phrase(
        f"its tables are of version {tables.found}, this program's are of {tables.newest}",
        f"表的版本是 {tables.found}，本程序的是 {tables.newest}",
    )
    if tables.is_fit:
        fits = Phrase(f"{differ.en}, which may serve from them", f"{differ.zh}，仍可使用")
        return warning(
            "database", fits, Phrase("install the newer Sealsum here too", "这里也请安装较新的 Sealsum")
        )
    return bad("database", differ, _OLDER)


def look_at_standbys(path: Path, url: str) -> Iterator[Told]:
    """Of a PostgreSQL: whether what was acknowledged outlives its disk. SQLite has one disk, and nothing to ask."""
    try:
        is_wanted = load(path, os.environ, {}).settings.synchronous_standby
        found = find_standbys(url)
    except (Refused, StoreError) as error:
        yield bad("standby", same(str(error)), Phrase("see the text", "请看其中的说明"))
        return
    if found is None and not is_wanted:
        return
    if found is not None and found.fsync != "on":
        yield bad("standby", *_NO_FSYNC)
    elif found is None or not found.is_demanded:
        make = bad if is_wanted else warning
        yield make("standby", *_NO_STANDBY)
    else:
        yield _look_at_demanded(found)


def _look_at_demanded(found: Standbys) -> Told:
    if found.attached:
        attached = Phrase(
            f"commits wait for a synchronous standby; {found.attached} attached",
            f"提交时等同步备库；已接上 {found.attached} 个",
        )
        return good("standby", attached)
    if found.hidden:
        hidden = Phrase(
            f"commits wait for {found.names}; its state is hidden", f"提交时等 {found.names}；看不到它的状态"
        )
        return warning("standby", hidden, _GRANT)
    none = Phrase(
        f"commits wait for {found.names}, and none is attached: nothing is logged",
        f"提交时等 {found.names}，但没有备库接上：什么也记不进日志",
    )
    return bad("standby", none, _START)

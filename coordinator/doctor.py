"""Looks a coordinator over: folder, keys, database, log, doors, certificate, witnesses. `sealsum coordinator doctor`.

The one fact: it reads only, so it may run beside a serving coordinator and on a copy of its data; where it can, it
recomputes what the log claims instead of believing it.
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text

from coordinator.folder import LOG_KEY, PINS, SERVING, Folder, open_folder, read_pins
from coordinator.party import SIGNING
from coordinator.service import Stores, open_existing_stores
from coordinator.settings import load
from coordinator.store.database import open_engine, store_errors
from coordinator.store.migrating import MIGRATIONS
from coordinator.store.standbys import find_standbys
from coordinator.witnessing import read_witnesses
from crypto.certificates import parse_certificate
from crypto.errors import CryptoError
from crypto.merkle import root_at
from crypto.note import check_checkpoint
from operation.files import read_file
from operation.findings import (
    LITTLE_BYTES,
    NO_BYTES,
    Finding,
    Verdict,
    free_bytes,
    is_read_by_others,
    is_writable,
    size_text,
)
from operation.key_files import is_locked
from protocol.errors import PeerError, Refused, StoreError

DAY = 86400
EXPIRY_DAYS = 5
OFF_SECONDS = 60
LATE_SECONDS = 3600
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Case:
    """What is being looked at."""

    folder: Folder
    stores: Stores
    now: int


def examine(path: Path, url: str | None, now: int) -> list[Finding]:
    """Every finding about a coordinator, in order; it ends early where nothing further can be looked at."""
    return list(_examine(path, url, now))


def _examine(path: Path, url: str | None, now: int) -> Iterator[Finding]:
    if not path.is_dir():
        yield _bad("folder", f"{path} is no folder", "sealsum coordinator init makes one")
        return
    yield _look_at_folder(path)
    yield _look_at_disk(path)
    try:
        folder = open_folder(path)
    except (Refused, PeerError, StoreError) as error:
        yield _bad("keys", str(error), "see the text; the keys are in the backup of this folder")
        return
    yield _look_at_keys(folder)
    yield _look_at_certificate(folder, now)
    yield _look_at_door(path)
    chosen = url or folder.database_url
    finding = _look_at_database(chosen)
    yield finding
    if finding.verdict is not Verdict.BAD:
        yield from _look_at_standbys(path, chosen)
        yield from _look_at_log(folder, chosen, now)


def examine_serving(folder: Folder, stores: Stores, now: int) -> list[Finding]:
    """What a serving coordinator finds about itself, over the store that it works with."""
    looks = [_look_at_folder(folder.path), _look_at_disk(folder.path), _look_at_keys(folder)]
    return [*looks, _look_at_certificate(folder, now), *_look_at_stored(_Case(folder, stores, now))]


def _look_at_log(folder: Folder, url: str, now: int) -> Iterator[Finding]:
    stores = open_existing_stores(url)
    try:
        yield from _look_at_stored(_Case(folder, stores, now))
    finally:
        stores.log.close()


def _look_at_stored(case: _Case) -> Iterator[Finding]:
    checks: tuple[tuple[str, Callable[[_Case], Finding]], ...] = (
        ("log", _look_at_head),
        ("clock", _look_at_clock),
        ("witnesses", _look_at_witnesses),
        ("duties", _look_at_duties),
    )
    for name, look in checks:
        try:
            yield look(case)
        except StoreError as error:
            yield _bad(name, str(error), "the database holds part of the log only; restore it")


def _good(check: str, found: str) -> Finding:
    return Finding(check, Verdict.GOOD, found)


def _warning(check: str, found: str, advice: str) -> Finding:
    return Finding(check, Verdict.WARNING, found, advice)


def _bad(check: str, found: str, advice: str) -> Finding:
    return Finding(check, Verdict.BAD, found, advice)


def _look_at_folder(path: Path) -> Finding:
    if not is_writable(path):
        return _bad("folder", f"{path} cannot be written to", "run as its owner, or mount it for writing")
    if is_read_by_others(path):
        return _warning("folder", f"other users of this machine may look into {path}", f"chmod 700 {path}")
    return _good("folder", "only its owner may look into it")


def _look_at_disk(path: Path) -> Finding:
    free = free_bytes(path)
    advice = "make room: with a full disk nothing is logged, and nothing that was acknowledged is lost"
    if free < NO_BYTES:
        return _bad("disk", f"{size_text(free)} free", advice)
    if free < LITTLE_BYTES:
        return _warning("disk", f"{size_text(free)} free", advice)
    return _good("disk", f"{size_text(free)} free")


def _look_at_keys(folder: Folder) -> Finding:
    """Unlocked by now; the log's key must be the one that everyone has pinned."""
    note = _pinned_name(folder.path)
    if note is None or not folder.log_key.startswith(f"PRIVATE+KEY+{note}+"):
        return _bad(
            "keys",
            f"{LOG_KEY} is not the private half of the key in {PINS}",
            "put the right key file back: what another key signs, nobody accepts",
        )
    if not is_locked(folder.path / SIGNING) or not is_locked(folder.path / LOG_KEY):
        return _warning(
            "keys",
            "the keys are not locked: whoever takes the disk can sign as this log",
            f"sealsum coordinator lock-keys {folder.path}",
        )
    return _good("keys", "locked by a passphrase; the log's key is the pinned one")


def _pinned_name(path: Path) -> str | None:
    """Name and key hash of the pinned log key, as its private half begins; None when it cannot be read."""
    try:
        name, digest, _key = read_pins(path)["log_key"].split("+", 2)
    except (StoreError, KeyError, ValueError):
        return None
    return f"{name}+{digest}"


def _look_at_certificate(folder: Folder, now: int) -> Finding:
    certificate = parse_certificate(folder.party.tls.certificate_pem)
    days = int(certificate.not_valid_after_utc.timestamp() - now) // DAY
    if days < 0:
        return _bad(
            "certificate",
            "the certificate for connections has ended: no node can connect",
            "is the enrolment authority reachable? it is renewed every hour that `serve` runs",
        )
    if days < EXPIRY_DAYS:
        return _warning(
            "certificate",
            f"valid for another {days} days, and not renewed",
            "is the enrolment authority reachable from here?",
        )
    return _good("certificate", f"valid for another {days} days")


def _look_at_door(path: Path) -> Finding:
    if not (path / SERVING).exists():
        return _warning("doors", "no process serves from this folder", f"sealsum coordinator serve {path}")
    address = str(json.loads(read_file(path / SERVING))["http"])
    try:
        connection = http.client.HTTPConnection(address, timeout=ANSWER_SECONDS)
        connection.request("GET", "/health")
        status = connection.getresponse().status
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        return _bad(
            "doors", f"no answer from {address}: {error}", "did the process die? see its log, then start it"
        )
    if status != http.client.OK:
        return _bad("doors", f"{address}/health answers {status}", "it takes no submissions; see its log")
    return _good("doors", f"{address} answers and takes submissions")


def _look_at_database(url: str) -> Finding:
    try:
        found, head = _revisions(url)
    except StoreError as error:
        return _bad("database", str(error), "is it running, and are its address, user and password right?")
    if found is None:
        return _bad(
            "database",
            "it has no tables",
            "the right database? a new one: sealsum coordinator migrate",
        )
    if found != head:
        return _bad(
            "database",
            f"its tables are of version {found}, this program's are of {head}",
            "an older database: sealsum coordinator migrate; a newer one: install the newer Sealsum",
        )
    return _good("database", f"reached, tables of version {found}")


def _look_at_standbys(path: Path, url: str) -> Iterator[Finding]:
    """Of a PostgreSQL: whether what was acknowledged outlives its disk. SQLite has one disk, and nothing to ask."""
    try:
        is_wanted = load(path, os.environ, {}).settings.synchronous_standby
        found = find_standbys(url)
    except (Refused, StoreError) as error:
        yield _bad("standby", str(error), "see the text")
        return
    if found is None and not is_wanted:
        return
    if found is not None and found.fsync != "on":
        yield _bad("standby", "fsync is off: a power cut loses what was acknowledged", "set fsync = on")
    elif found is None or not found.is_demanded:
        make = _bad if is_wanted else _warning
        yield make(
            "standby",
            "commits wait for no standby: what is logged lies on one disk",
            "a standby by pg_basebackup -R, and synchronous_standby_names on the primary; see docs/operation.md",
        )
    elif found.attached:
        yield _good("standby", f"commits wait for a synchronous standby; {found.attached} attached")
    elif found.hidden:
        advice = "GRANT pg_monitor TO this user, so that it is seen whether they keep up"
        yield _warning("standby", f"commits wait for {found.names}; its state is hidden", advice)
    else:
        yield _bad(
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


def _look_at_head(case: _Case) -> Finding:
    """The newest checkpoint is signed by the pinned key and covers what the database holds."""
    newest = case.stores.log.newest_checkpoint()
    if newest is None:
        return _warning("log", "it is empty", "`serve` logs the operator's own enrolment first")
    try:
        signed = check_checkpoint(newest.note, read_pins(case.folder.path)["log_key"])
    except CryptoError as error:
        return _bad(
            "log",
            f"its newest checkpoint is not the pinned key's: {error}",
            "restore the database or the key",
        )
    if root_at(newest.size, case.stores.log.read_hash) != signed.root:
        return _bad(
            "log",
            f"what is stored does not have the root that was signed for {newest.size} statements",
            "stop serving and restore the database; nodes refuse a log that forks",
        )
    if case.stores.log.statement_at(newest.size - 1) is None:
        return _bad("log", f"statement {newest.size - 1} is missing", "stop serving and restore the database")
    return _good("log", f"{newest.size} statements, root as signed")


def _look_at_clock(case: _Case) -> Finding:
    newest = case.stores.log.newest_checkpoint()
    ahead = 0 if newest is None else newest.logged_at - case.now
    if ahead > OFF_SECONDS:
        return _bad(
            "clock",
            f"the last statement was logged {ahead} seconds in this machine's future",
            "set the clock: nodes sign nothing on a log whose time is an hour off",
        )
    return _good("clock", "not behind the log")


def _look_at_witnesses(case: _Case) -> Finding:
    witnesses = read_witnesses(case.folder.path)
    if not witnesses:
        return _good("witnesses", "none are asked")
    newest, cosigned = case.stores.log.newest_checkpoint(), case.stores.log.newest_cosigned()
    behind = (0 if newest is None else newest.size) - (0 if cosigned is None else cosigned.size)
    if cosigned is None or (behind and newest is not None and case.now - newest.logged_at > LATE_SECONDS):
        return _warning(
            "witnesses",
            f"of {len(witnesses)} asked none has cosigned the newest {behind} statements for an hour",
            "nodes that want witnesses sign nothing meanwhile; ask whoever runs them",
        )
    return _good("witnesses", f"{len(witnesses)} are asked; {cosigned.size} statements are cosigned")


def _look_at_duties(case: _Case) -> Finding:
    late = [
        state
        for state in case.stores.log.open_calculations(case.now - LATE_SECONDS)
        if state.deadline is not None
    ]
    if late:
        return _bad(
            "duties",
            f"{len(late)} calculations should have ended over an hour ago, {late[0].id} for one",
            "does `serve` run? it ends them within seconds; else see its log",
        )
    return _good("duties", "no calculation waits for the coordinator")

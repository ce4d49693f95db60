"""Looks a coordinator over: folder, keys, database, log, doors, certificate, witnesses. `sealsum coordinator doctor`.

The one fact: it reads only, so it may run beside a serving coordinator and on a copy of its data; where it can, it
recomputes what the log claims instead of believing it.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coordinator.backup import LIST
from coordinator.doctor_backup import look_at_backup, look_at_backup_folder
from coordinator.doctor_database import look_at_database, look_at_standbys
from coordinator.doctor_told import Told, bad, good, same, say_found, warning
from coordinator.doctor_witnesses import find_unwitnessed, look_at_witnesses
from coordinator.folder import DATABASE, LOG_KEY, PINS, SERVING, Folder, open_folder, read_pins
from coordinator.party import KEY_FILES, SIGNING, read_certificate
from coordinator.service import Stores, open_existing_stores
from coordinator.store.database import sqlite_url
from crypto.certificates import parse_certificate, subject_of
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
from operation.phrases import Language, Phrase
from protocol.errors import PeerError, Refused, SealsumError, StoreError

DAY = 86400
EXPIRY_DAYS = 5
OFF_SECONDS = 60
_FROM_BACKUP = Phrase(
    "see the text; keys and certificates are in the backup of this folder",
    "请看其中的说明；密钥和证书在本文件夹的备份里",
)
LATE_SECONDS = 3600
ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Case:
    """What is being looked at."""

    path: Path
    stores: Stores
    now: int


def examine(path: Path, url: str | None, now: int, language: Language = "en") -> list[Finding]:
    """Every finding about a coordinator, in order; it ends early where nothing further can be looked at."""
    return [told.say(language) for told in _examine(path, url, now)]


def _examine(path: Path, url: str | None, now: int) -> Iterator[Told]:
    if not path.is_dir():
        yield bad(
            "folder",
            Phrase(f"{path} is no folder", f"{path} 不是文件夹"),
            Phrase("sealsum coordinator init makes one", "用 sealsum coordinator init 新建"),
        )
        return
    if (path / LIST).exists():
        yield look_at_backup_folder(path)
        return
    yield _look_at_folder(path)
    yield _look_at_disk(path)
    yield look_at_backup(path, now)
    try:
        yield _look_at_keys(open_folder(path))
    except (Refused, PeerError, StoreError) as error:
        yield _unread_keys(error)
    if not (path / PINS).exists():
        return
    try:
        yield _look_at_certificate(read_certificate(path), now)
    except StoreError as error:
        yield bad("certificate", say_found(error), _FROM_BACKUP)
    yield _look_at_door(path)
    chosen = url or sqlite_url(path / DATABASE)
    finding = look_at_database(chosen)
    yield finding
    if finding.verdict is not Verdict.BAD:
        yield from look_at_standbys(path, chosen)
        yield from _look_at_log(path, chosen, now)


def examine_serving(folder: Folder, stores: Stores, now: int, language: Language) -> list[Finding]:
    """What a serving coordinator finds about itself, over the store that it works with."""
    looks = [_look_at_folder(folder.path), _look_at_disk(folder.path), look_at_backup(folder.path, now)]
    looks += [
        _look_at_keys(folder),
        _look_at_certificate(folder.party.tls.certificate_pem, now),
        *_look_at_stored(_Case(folder.path, stores, now)),
    ]
    return [told.say(language) for told in looks]


def find_neglected(folder: Folder, stores: Stores, now: int, language: Language) -> list[Finding]:
    """What waits for the operator, as the first page says it: a backup, locked keys, witnesses."""
    looks = (look_at_backup(folder.path, now), _look_at_keys(folder))
    found = [told for told in looks if told.verdict is not Verdict.GOOD]
    return [told.say(language) for told in (*found, *find_unwitnessed(folder.path, stores.log, now))]


def _look_at_log(path: Path, url: str, now: int) -> Iterator[Told]:
    stores = open_existing_stores(url)
    try:
        yield from _look_at_stored(_Case(path, stores, now))
    finally:
        stores.log.close()


def _look_at_stored(case: _Case) -> Iterator[Told]:
    checks: tuple[tuple[str, Callable[[_Case], list[Told]]], ...] = (
        ("log", lambda asked: [_look_at_head(asked)]),
        ("clock", lambda asked: [_look_at_clock(asked)]),
        ("witnesses", lambda asked: look_at_witnesses(asked.path, asked.stores.log, asked.now)),
        ("duties", lambda asked: [_look_at_duties(asked)]),
    )
    for name, look in checks:
        try:
            yield from look(case)
        except StoreError as error:
            advice = Phrase(
                "the database holds part of the log only; restore it", "数据库里只有日志的一部分，请恢复"
            )
            yield bad(name, same(str(error)), advice)


def _look_at_folder(path: Path) -> Told:
    if not is_writable(path):
        return bad(
            "folder",
            Phrase(f"{path} cannot be written to", f"{path} 无法写入"),
            Phrase("run as its owner, or mount it for writing", "以所有者的身份运行，或以可写方式挂载"),
        )
    if is_read_by_others(path):
        return warning(
            "folder",
            Phrase(f"other users of this machine may look into {path}", f"本机的其他用户可以查看 {path}"),
            same(f"chmod 700 {path}"),
        )
    return good("folder", Phrase("only its owner may look into it", "只有所有者能查看"))


def _look_at_disk(path: Path) -> Told:
    free = free_bytes(path)
    advice = Phrase(
        "make room: with a full disk nothing is logged, and nothing that was acknowledged is lost",
        "腾出空间：磁盘满了就记不进日志，但已确认收到的不会丢",
    )
    found = Phrase(f"{size_text(free)} free", f"剩余 {size_text(free)}")
    if free < NO_BYTES:
        return bad("disk", found, advice)
    if free < LITTLE_BYTES:
        return warning("disk", found, advice)
    return good("disk", found)


def _look_at_keys(folder: Folder) -> Told:
    """Unlocked by now; the log's key must be the one that everyone has pinned."""
    note = _pinned_name(folder.path)
    if note is None or not folder.log_key.startswith(f"PRIVATE+KEY+{note}+"):
        return bad(
            "keys",
            Phrase(
                f"{LOG_KEY} is not the private half of the key in {PINS}",
                f"{LOG_KEY} 与 {PINS} 里的公钥不是一对",
            ),
            Phrase(
                "put the right key file back: what another key signs, nobody accepts",
                "放回正确的密钥文件：别的密钥签的，谁也不认",
            ),
        )
    try:
        is_open = not is_locked(folder.path / SIGNING) or not is_locked(folder.path / LOG_KEY)
    except StoreError as error:
        return bad(
            "keys", same(str(error)), Phrase("put the key file back from the backup", "从备份放回密钥文件")
        )
    if is_open:
        return warning(
            "keys",
            Phrase(
                "the keys are not locked: whoever takes the disk can sign as this log",
                "密钥没有上锁：谁拿走磁盘，谁就能冒充本日志签名",
            ),
            Phrase(
                f"stop the coordinator, then sealsum coordinator lock-keys {folder.path}; from then on "
                f"{KEY_FILES.variable} names a file with the passphrase, or it is asked for at the start",
                f"先停止协调方，再执行 sealsum coordinator lock-keys {folder.path}；以后用环境变量 "
                f"{KEY_FILES.variable} 指定存有口令的文件，或在启动时输入",
            ),
        )
    return good(
        "keys",
        Phrase(
            "locked by a passphrase; the log's key is the pinned one",
            "已用口令上锁；日志密钥就是公布的那一把",
        ),
    )


def _unread_keys(error: SealsumError) -> Told:
    """What keeps the keys from being opened here; everything else is looked at without them."""
    if isinstance(error, Refused) and error.check == "passphrase":
        return warning(
            "keys",
            Phrase(
                "locked by a passphrase that was not given here, or another one: not looked at",
                "已用口令上锁，这里没有给出口令，或口令不对：没有检查",
            ),
            Phrase(
                f"{KEY_FILES.variable}=FILE sealsum coordinator doctor …, the passphrase on the file's first line",
                f"把口令写在一个文件的第一行，用环境变量 {KEY_FILES.variable} 指定这个文件，再检查一次",
            ),
        )
    return bad("keys", say_found(error), _FROM_BACKUP)


def _pinned_name(path: Path) -> str | None:
    """Name and key hash of the pinned log key, as its private half begins; None when it cannot be read."""
    try:
        name, digest, _key = read_pins(path)["log_key"].split("+", 2)
    except (StoreError, KeyError, ValueError):
        return None
    return f"{name}+{digest}"


def _look_at_certificate(pem: bytes, now: int) -> Told:
    certificate = parse_certificate(pem)
    subject = subject_of(certificate)
    if not subject.dns and not subject.ip:
        return bad(
            "certificate",
            Phrase(
                "the certificate for connections names no host: no node can connect",
                "连接证书没有写主机名：节点都连不上",
            ),
            Phrase(
                "have the authority revoke this enrolment, invite the operator anew with --host, and make the "
                "coordinator anew; the log's key changes",
                "请登记机构吊销这份登记，用 --host 重新邀请运营方，再重新建立协调方；日志密钥会变",
            ),
        )
    days = int(certificate.not_valid_after_utc.timestamp() - now) // DAY
    if days < 0:
        return bad(
            "certificate",
            Phrase(
                "the certificate for connections has ended: no node can connect",
                "连接证书已过期：节点都连不上",
            ),
            Phrase(
                "is the enrolment authority reachable? it is renewed every hour while the coordinator runs",
                "登记机构连得上吗？协调方运行期间每小时会去续期",
            ),
        )
    if days < EXPIRY_DAYS:
        return warning(
            "certificate",
            Phrase(f"valid for another {days} days, and not renewed", f"还有 {days} 天到期，尚未续期"),
            Phrase("is the enrolment authority reachable from here?", "从这里连得上登记机构吗？"),
        )
    return good("certificate", Phrase(f"valid for another {days} days", f"还有 {days} 天到期"))


def _look_at_door(path: Path) -> Told:
    if not (path / SERVING).exists():
        return warning(
            "doors",
            Phrase("no process serves from this folder", "没有进程在用这个文件夹提供服务"),
            same(f"sealsum coordinator serve {path}"),
        )
    address = str(json.loads(read_file(path / SERVING))["http"])
    try:
        connection = http.client.HTTPConnection(address, timeout=ANSWER_SECONDS)
        connection.request("GET", "/health")
        status = connection.getresponse().status
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        return bad(
            "doors",
            Phrase(f"no answer from {address}: {error}", f"{address} 没有应答：{error}"),
            Phrase("did the process die? see its log, then start it", "进程可能已退出：请看它的日志，再启动"),
        )
    if status != http.client.OK:
        return bad(
            "doors",
            Phrase(f"{address}/health answers {status}", f"{address}/health 应答 {status}"),
            Phrase("it takes no submissions; see its log", "它不接收提交；请看它的日志"),
        )
    return good("doors", Phrase(f"{address} answers and takes submissions", f"{address} 有应答，接收提交"))


def _look_at_head(case: _Case) -> Told:
    """The newest checkpoint is signed by the pinned key and covers what the database holds."""
    newest = case.stores.log.newest_checkpoint()
    if newest is None:
        return warning(
            "log",
            Phrase("it is empty", "日志是空的"),
            Phrase(
                "the coordinator logs the operator's own enrolment first, at its start",
                "协调方启动时会先把运营方自己的登记记入日志",
            ),
        )
    try:
        signed = check_checkpoint(newest.note, read_pins(case.path)["log_key"])
    except CryptoError as error:
        return bad(
            "log",
            Phrase(
                f"its newest checkpoint is not the pinned key's: {error}",
                f"最新检查点不是公布的密钥签的：{error}",
            ),
            Phrase("restore the database or the key", "恢复数据库或密钥"),
        )
    return _compare(case.stores, newest.size, signed.root)


def _compare(stores: Stores, size: int, root: bytes) -> Told:
    """Whether the store holds the tree of this size that was signed."""
    if root_at(size, stores.log.read_hash) != root:
        return bad(
            "log",
            Phrase(
                f"what is stored does not have the root that was signed for {size} statements",
                f"库里的内容算不出当时为 {size} 条声明签下的根",
            ),
            Phrase(
                "stop serving and restore the database; nodes refuse a log that forks",
                "停止服务并恢复数据库；节点不接受分叉的日志",
            ),
        )
    if stores.log.statement_at(size - 1) is None:
        return bad(
            "log",
            Phrase(f"statement {size - 1} is missing", f"缺少第 {size - 1} 条声明"),
            Phrase("stop serving and restore the database", "停止服务并恢复数据库"),
        )
    return good("log", Phrase(f"{size} statements, root as signed", f"{size} 条声明，根与签名一致"))


def _look_at_clock(case: _Case) -> Told:
    newest = case.stores.log.newest_checkpoint()
    ahead = 0 if newest is None else newest.logged_at - case.now
    if ahead > OFF_SECONDS:
        return bad(
            "clock",
            Phrase(
                f"the last statement was logged {ahead} seconds in this machine's future",
                f"最后一条声明的记入时间比本机时钟晚 {ahead} 秒",
            ),
            Phrase(
                "set the clock: nodes sign nothing on a log whose time is an hour off",
                "校准时钟：日志时间差一小时，节点就不再签名",
            ),
        )
    return good("clock", Phrase("not behind the log", "不落后于日志"))


def _look_at_duties(case: _Case) -> Told:
    late = [
        state
        for state in case.stores.log.open_calculations(case.now - LATE_SECONDS)
        if state.deadline is not None
    ]
    if late:
        return bad(
            "duties",
            Phrase(
                f"{len(late)} calculations should have ended over an hour ago, {late[0].id} for one",
                f"{len(late)} 个核算一小时前就该结束，例如 {late[0].id}",
            ),
            Phrase(
                "does the coordinator run? it ends them within seconds; else see its log",
                "协调方在运行吗？它几秒内就会结束它们；否则看它的日志",
            ),
        )
    return good("duties", Phrase("no calculation waits for the coordinator", "没有核算在等协调方"))

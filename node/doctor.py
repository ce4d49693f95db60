"""Looks a node over: what is wrong with its folder, keys, connection, outbox, and what to do. `sealsum node doctor`.

The one fact: it changes nothing but what any command changes (a newer checkpoint is remembered, a question is entered
in the egress ledger), and it goes on after a bad finding as far as the next check can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from crypto.certificates import parse_certificate
from node.backup import Lack, find_backup_made, find_lack
from node.guard import is_served
from node.language import Language, Phrase
from node.organisation import Node, open_node
from node.renewing import connection_certificate
from node.restoring import Restored, find_restored
from node.store.database import FILE_NAME
from node.store.locks import Kind, kind_of
from node.store.tables import ANOMALIES, OUTGOING
from node.supplier.inbox import count_inquiries
from node.supplier.states import WAITING
from node.words.refusals import say_message
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
from operation.moments import tell_moment
from protocol.errors import NetworkError, PeerError, Refused, StoreError

DAY = 86400
BACKUP_DAYS, LATE_DAYS, EXPIRY_DAYS = 30, 1, 5


class _Told(NamedTuple):
    verdict: Verdict
    found: Phrase
    advice: Phrase = Phrase("", "")


def examine(folder: Path, now: int, language: Language) -> list[Finding]:
    """Every finding about a node's folder, in order; the list ends early where nothing further can be looked at."""
    return [
        Finding(check, told.verdict, told.found.say(language), told.advice.say(language))
        for check, told in _examine(folder, now)
    ]


def _examine(folder: Path, now: int) -> Iterator[tuple[str, _Told]]:
    if not (folder / FILE_NAME).is_file():
        yield "folder", _no_node(folder)
        return
    yield "folder", _look_at_folder(folder)
    yield "disk", _look_at_disk(folder)
    try:
        node = open_node(folder)
    except (Refused, StoreError) as error:
        yield "store", _Told(Verdict.BAD, _as_told(error))
        return
    try:
        yield from _look_over(node, now)
    finally:
        node.close()


def examine_open(node: Node, now: int, language: Language) -> list[Finding]:
    """The same of a node that is open already, by whoever opened it."""
    folder = node.store.folder
    told = (("folder", _look_at_folder(folder)), ("disk", _look_at_disk(folder)), *_look_over(node, now))
    return [
        Finding(check, one.verdict, one.found.say(language), one.advice.say(language)) for check, one in told
    ]


def _look_over(node: Node, now: int) -> Iterator[tuple[str, _Told]]:
    entity = node.identity.entity
    yield "store", _Told(Verdict.GOOD, Phrase(f"opens; {entity.name_en}", f"可以打开；{entity.name_zh}"))
    checks: tuple[tuple[str, Callable[[Node, int], _Told]], ...] = (
        ("keys", _look_at_keys),
        ("backup", _look_at_backup),
        ("agent", _look_for_agent),
        ("certificate", _look_at_certificate),
        ("coordinator", _look_at_coordinator),
        ("outbox", _look_at_outbox),
        ("inbox", _look_at_inbox),
        ("anomalies", _look_at_anomalies),
    )
    for name, look in checks:
        yield name, look(node, now)
    with node.store.read() as connection:
        restored = find_restored(connection)
    if restored is not None:
        yield "restore", _look_at_restored(restored)


def _as_told(error: Refused | StoreError | PeerError | NetworkError) -> Phrase:
    return say_message(error.message if isinstance(error, Refused | PeerError) else str(error))


def _no_node(folder: Path) -> _Told:
    return _Told(
        Verdict.BAD,
        Phrase(f"{folder} holds no node: {FILE_NAME} is missing", f"{folder} 里没有节点：缺少 {FILE_NAME}"),
        Phrase(
            f"enrol with sealsum node enrol {folder}, or bring a backup back with sealsum node restore",
            f"用 sealsum node enrol {folder} 登记，或用 sealsum node restore 恢复备份",
        ),
    )


def _look_at_folder(folder: Path) -> _Told:
    if not is_writable(folder):
        return _Told(
            Verdict.BAD,
            Phrase(f"{folder} cannot be written to", f"{folder} 不可写"),
            Phrase(
                "run as the user that owns it, or mount it for writing",
                "请用该目录的属主运行，或以可写方式挂载",
            ),
        )
    if is_read_by_others(folder):
        return _Told(
            Verdict.WARNING,
            Phrase(
                f"other users of this machine may look into {folder}",
                f"本机其他用户可以查看 {folder}",
            ),
            Phrase(f"type in a terminal: chmod 700 {folder}", f"在终端里输入：chmod 700 {folder}"),
        )
    return _Told(Verdict.GOOD, Phrase("only its owner may look into it", "只有属主可以查看"))


def _look_at_disk(folder: Path) -> _Told:
    free = free_bytes(folder)
    found = Phrase(f"{size_text(free)} free", f"剩余 {size_text(free)}")
    advice = Phrase(
        "make room: with a full disk nothing is signed or sent, and nothing is lost",
        "请腾出空间：磁盘满时不会签发或发送任何内容，也不会丢失数据",
    )
    if free < NO_BYTES:
        return _Told(Verdict.BAD, found, advice)
    return _Told(Verdict.WARNING, found, advice) if free < LITTLE_BYTES else _Told(Verdict.GOOD, found)


def _look_at_keys(node: Node, _now: int) -> _Told:
    kind = kind_of(node.store)
    if kind is Kind.FILE:
        return _Told(
            Verdict.WARNING,
            Phrase(
                "the key that opens this node's secrets lies beside them: whoever takes the disk reads everything",
                "打开本节点机密的钥匙就放在数据旁边：拿到磁盘的人能读到一切",
            ),
            Phrase(
                f"sealsum node passphrase set {node.store.folder}",
                f"sealsum node passphrase set {node.store.folder}",
            ),
        )
    if kind is Kind.KEYRING:
        return _Told(Verdict.GOOD, Phrase("locked by the system's keyring", "由系统钥匙串锁住"))
    return _Told(Verdict.GOOD, Phrase("locked by a passphrase", "由口令锁住"))


_LACKS = {
    Lack.EVERYTHING: Phrase(
        "there is no backup: a broken disk would take keys and data with it",
        "没有备份：磁盘损坏会连同密钥和数据一起丢失",
    ),
    Lack.KEYS: Phrase(
        "keys were replaced since the last backup: with it this organisation cannot come back",
        "上次备份之后更换过密钥：用那份备份无法恢复本企业",
    ),
    Lack.DECLARATION: Phrase(
        "something was declared since the last backup, which does not hold the numbers behind it",
        "上次备份之后又有申报：那份备份里没有这次申报的数据",
    ),
}


def _look_at_backup(node: Node, now: int) -> _Told:
    advice = Phrase(
        f"sealsum node backup {node.store.folder} FILE, and keep the file elsewhere",
        f"sealsum node backup {node.store.folder} 文件，并把文件存放到别处",
    )
    lack, made = find_lack(node.store), find_backup_made(node.store)
    if made is None:
        return _Told(Verdict.WARNING, _LACKS[Lack.EVERYTHING], advice)
    days = max(0, now - made) // DAY
    found = Phrase(f"the last one is of {tell_moment(made, 'en')}", f"上次备份于 {tell_moment(made, 'zh')}")
    if days:
        found = Phrase(f"{found.en}, {days} days ago", f"{found.zh}，{days} 天前")
    if lack is not None:
        lacks = _LACKS[lack]
        return _Told(Verdict.WARNING, Phrase(f"{found.en}; {lacks.en}", f"{found.zh}；{lacks.zh}"), advice)
    return _Told(Verdict.WARNING, found, advice) if days > BACKUP_DAYS else _Told(Verdict.GOOD, found)


def _look_for_agent(node: Node, _now: int) -> _Told:
    if is_served(node.store.folder):
        return _Told(Verdict.GOOD, Phrase("runs", "正在运行"))
    return _Told(
        Verdict.WARNING,
        Phrase(
            "nobody serves this folder: requests are not answered and nothing is sent",
            "没有进程在服务此目录：请求得不到答复，也不会发送任何内容",
        ),
        Phrase(f"sealsum node serve {node.store.folder}", f"sealsum node serve {node.store.folder}"),
    )


def _look_at_certificate(node: Node, now: int) -> _Told:
    certificate = parse_certificate(connection_certificate(node.store, node.identity).encode())
    days = int(certificate.not_valid_after_utc.timestamp() - now) // DAY
    advice = Phrase(
        f"{node.renewal_failure or 'it renews itself while an agent runs'}; if the authority moved: "
        f"sealsum node connect {node.store.folder} --authority HOST:PORT",
        f"{node.renewal_failure or '节点运行时会自动续签'}；如登记机构地址已变："
        f"sealsum node connect {node.store.folder} --authority 主机:端口",
    )
    if days < 0:
        return _Told(
            Verdict.BAD,
            Phrase("the certificate for connections has ended", "用于连接的证书已过期"),
            advice,
        )
    found = Phrase(f"valid for another {days} days", f"还有 {days} 天有效")
    return _Told(Verdict.WARNING, found, advice) if days < EXPIRY_DAYS else _Told(Verdict.GOOD, found)


def _look_at_coordinator(node: Node, now: int) -> _Told:
    """Reached, of the pinned log, and with the same time as here: what signing anything needs."""
    target = node.identity.coordinator
    try:
        checkpoint = node.logbook.follow(node.egress.checkpoint())
        node.logbook.saw(now)
    except NetworkError as error:
        return _Told(
            Verdict.BAD,
            _as_told(error),
            Phrase(
                f"is {target} right, and does a firewall let connections out? If it moved: "
                f"sealsum node connect {node.store.folder} --coordinator HOST:PORT",
                f"{target} 是否正确？防火墙是否放行出站连接？如地址已变："
                f"sealsum node connect {node.store.folder} --coordinator 主机:端口",
            ),
        )
    except (PeerError, Refused) as error:
        if isinstance(error, Refused):
            node.note_refusal(error)
        return _Told(
            Verdict.BAD, _as_told(error), advise_revoked(node) if node.is_revoked else Phrase("", "")
        )
    return _Told(
        Verdict.GOOD,
        Phrase(
            f"{target} answers, its log is the pinned one, {checkpoint.size} statements",
            f"{target} 有应答，日志就是加入时认定的那一本，共 {checkpoint.size} 条声明",
        ),
    )


def advise_revoked(node: Node) -> Phrase:
    """What the owner of a node does whose enrolment was revoked: nothing that it signs counts any more."""
    entity, authority = node.identity.entity.legal_entity, node.identity.authority or ""
    at = Phrase(f" ({authority})", f"（{authority}）") if authority else Phrase("", "")
    return Phrase(
        "if the reason is that the keys were replaced and there is a backup from after that, restore it into a new "
        f"folder. Otherwise, if you still take part, ask the enrolment authority{at.en} for a new token for legal "
        f"entity {entity}, join with it in a new folder, import and declare again. What is here can still be read.",
        "如果吊销原因是更换了密钥，而且有更换之后的备份，请用那份备份在新文件夹里恢复。其他情况下，如果仍要参与，"
        f"请登记机构{at.zh}为法人主体 {entity} 签发新邀请码，再用它在新文件夹里加入，重新导入并申报。"
        "这里已有的数据仍可查看。",
    )


def _look_at_outbox(node: Node, now: int) -> _Told:
    waits = OUTGOING.c.log_index.is_(None) & OUTGOING.c.refused_check.is_(None)
    with node.store.read() as connection:
        query = select(func.count(), func.min(OUTGOING.c.created)).where(waits)
        count, oldest = connection.execute(query).one()
    if not count:
        return _Told(Verdict.GOOD, Phrase("nothing waits to be sent", "没有待发送的内容"))
    found = Phrase(f"{count} statements wait to be sent", f"{count} 条声明等待发送")
    if now - oldest <= LATE_DAYS * DAY:
        return _Told(Verdict.GOOD, found)
    return _Told(
        Verdict.WARNING,
        Phrase(f"{found.en}, one for more than a day", f"{found.zh}，其中有超过一天的"),
        Phrase(
            f"sealsum node list {node.store.folder} shows them with the reason",
            f"用 sealsum node list {node.store.folder} 查看原因",
        ),
    )


def _look_at_inbox(node: Node, _now: int) -> _Told:
    waiting = count_inquiries(node).get(WAITING, 0)
    if not waiting:
        return _Told(Verdict.GOOD, Phrase("no request waits for an answer", "没有等待答复的请求"))
    return _Told(
        Verdict.WARNING,
        Phrase(f"{waiting} requests wait for your answer", f"{waiting} 个请求等待您答复"),
        Phrase(f"sealsum node inbox {node.store.folder}", f"sealsum node inbox {node.store.folder}"),
    )


def _look_at_restored(restored: Restored) -> _Told:
    """A restore is no fault of anybody; an older state that nobody restored may be a second machine with these keys."""
    if restored.made:
        return _Told(Verdict.GOOD, restored.words)
    return _Told(
        Verdict.WARNING,
        restored.words,
        Phrase(
            "if nobody put an older copy of the data folder back, another machine signs with these keys: tell the "
            "enrolment authority",
            "如果没有人把数据目录的旧副本放回来，就是另一台机器在用这些密钥签名：请告知登记机构",
        ),
    )


def _look_at_anomalies(node: Node, _now: int) -> _Told:
    with node.store.read() as connection:
        count = connection.execute(select(func.count()).select_from(ANOMALIES)).scalar_one()
        proven = connection.execute(
            select(func.count()).select_from(ANOMALIES).where(ANOMALIES.c.evidence.is_not(None))
        ).scalar_one()
    if not count:
        return _Told(Verdict.GOOD, Phrase("nobody broke the protocol", "没有人违反协议"))
    advice = Phrase(
        f"sealsum node anomalies {node.store.folder}", f"sealsum node anomalies {node.store.folder}"
    )
    if proven:
        return _Told(
            Verdict.BAD,
            Phrase(
                f"the log contradicted itself {proven} times; the evidence is kept",
                f"日志自相矛盾 {proven} 次；证据已保存",
            ),
            advice,
        )
    return _Told(
        Verdict.WARNING,
        Phrase(f"{count} times somebody broke the protocol", f"有 {count} 次他人违反协议"),
        advice,
    )

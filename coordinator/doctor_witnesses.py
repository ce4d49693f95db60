"""What the look-over tells of witnesses: whether any is asked, and of each whether it follows the log.

The one fact: what a witness answered stands in the store, so every process finds the same. It is asked within a second
of each new head, so one that is a moment behind is well, and one that owes no answer is well until it is asked again;
`serve` asks the witnesses that it found when it started.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from coordinator.doctor_told import Told, good, warning
from coordinator.folder import PINS
from coordinator.journal import FRESH_SECONDS
from coordinator.store.contract import LogStore, StoredCheckpoint
from coordinator.witnessing import Witness, read_witnesses
from crypto.cosignature import Cosignature, find_cosignature, parse_witness_key
from crypto.errors import CryptoError
from operation.files import read_file
from operation.moments import tell_moment
from operation.phrases import Phrase

LATE_SECONDS = 60
_UNPINNED = Phrase(
    f"; {PINS} holds no witness, see sealsum coordinator log witness",
    f"；{PINS} 里没有见证方，见 sealsum coordinator log witness",
)
LOOKED_THROUGH = 100
"""Cosigned checkpoints that are looked through for a witness, from the newest."""


def look_at_witnesses(folder: Path, log: LogStore, now: int) -> list[Told]:
    """One finding for each witness that is asked; a single one when none is."""
    witnesses = read_witnesses(folder)
    if not witnesses:
        return [_none_asked(folder)]
    is_pinned = bool(json.loads(read_file(folder / PINS)).get("witnesses"))
    unpinned = Phrase("", "") if is_pinned else _UNPINNED
    return [_look_at_one(witness, log, now, unpinned) for witness in witnesses]


def find_unwitnessed(folder: Path, log: LogStore, now: int) -> list[Told]:
    """The findings about witnesses that do not answer, or that none is asked."""
    return [told for told in look_at_witnesses(folder, log, now) if told.advice.en]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The newest checkpoint that a witness cosigned, and its signature."""

    checkpoint: StoredCheckpoint
    signature: Cosignature


def _look_at_one(witness: Witness, log: LogStore, now: int, unpinned: Phrase) -> Told:
    name, head = parse_witness_key(witness.key).name, log.freshest_checkpoint()
    answer = _last_answer(witness, log)
    if head is None or answer is None:
        return _not_yet(name)
    size, signature = answer.checkpoint.size, answer.signature
    since = _waits_since(answer.checkpoint, head, log)
    if since is None or now - since <= LATE_SECONDS:
        asked = _when_asked(since, head)
        return good(
            "witnesses",
            Phrase(
                f"{name} answered last at {tell_moment(signature.time, 'en')}, for {size} statements; {asked.en}"
                f"{unpinned.en}",
                f"{name} 最近一次应答：{tell_moment(signature.time, 'zh')}，已联署 {size} 条声明；{asked.zh}"
                f"{unpinned.zh}",
            ),
        )
    behind = head.size - size
    return warning(
        "witnesses",
        Phrase(
            f"{name} does not answer: asked since {tell_moment(since, 'en')}, {behind} statements behind; it answered "
            f"last at {tell_moment(signature.time, 'en')}",
            f"{name} 从{tell_moment(since, 'zh')}起没有应答，落后 {behind} 条声明；最近一次应答："
            f"{tell_moment(signature.time, 'zh')}",
        ),
        Phrase(
            f"ask whoever runs {name} whether it serves; it catches up by itself. Nodes that want it sign nothing "
            "meanwhile",
            f"请问 {name} 的运行者它是否在运行；恢复后会自动补上。要求它见证的节点这期间不签名",
        ),
    )


def _last_answer(witness: Witness, log: LogStore) -> _Answer | None:
    below = None
    for _ in range(LOOKED_THROUGH):
        kept = log.newest_cosigned(below)
        if kept is None:
            return None
        try:
            signature = find_cosignature(kept.note, witness.key)
        except CryptoError:
            signature = None
        if signature is not None:
            return _Answer(kept, signature)
        below = kept.size
    return None


def _waits_since(answered: StoredCheckpoint, head: StoredCheckpoint, log: LogStore) -> int | None:
    """When the first checkpoint was signed that this witness has yet to cosign; None when there is none."""
    if answered.size < head.size:
        following = log.checkpoint_covering(answered.size + 1)
        return None if following is None else following.logged_at
    # A head that nothing follows is signed again and again: of these only the last is stored.
    return answered.logged_at + FRESH_SECONDS if answered.logged_at < head.logged_at else None


def _when_asked(since: int | None, head: StoredCheckpoint) -> Phrase:
    """Since when an answer is awaited; of one that owes none, by when it is asked again."""
    if since is not None:
        return Phrase(
            f"asked again at {tell_moment(since, 'en')}, the answer is still to come",
            f"{tell_moment(since, 'zh')}又询问过，正等它应答",
        )
    due = head.logged_at + FRESH_SECONDS
    return Phrase(
        f"asked again with the next statement, by {tell_moment(due, 'en')} at the latest",
        f"有新声明时再询问，最迟{tell_moment(due, 'zh')}",
    )


def _none_asked(folder: Path) -> Told:
    return warning(
        "witnesses",
        Phrase("none are asked: a log shown to others only would go unnoticed",
               "没有请见证方：若有人看到的是另一份日志，不会被发现"),
        Phrase(
            f"sealsum coordinator log witness {folder} --url URL --key KEY, both from whoever runs the "
            "witness: sealsum witness init prints KEY, its serve URL; it is asked once this one is started again",
            f"sealsum coordinator log witness {folder} --url URL --key KEY，URL 和 KEY 由见证方的运行者"
            "提供：KEY 由 sealsum witness init 显示，URL 由它的 serve 显示；重新启动协调方后生效",
        ),
    )  # fmt: skip


def _not_yet(name: str) -> Told:
    return warning(
        "witnesses",
        Phrase(f"{name} has cosigned none of the newest checkpoints", f"{name} 没有联署过最近的检查点"),
        Phrase(
            "one just added is asked once the coordinator is started again; else ask whoever runs it",
            "刚添加的，重新启动协调方后生效；已经重启过的，请联系见证方的运行者",
        ),
    )

"""What the look-over tells of witnesses: whether any is asked, and how far they follow the log.

The one fact: `serve` asks the witnesses that it found when it started; one added since is asked from the next start on.
"""

from __future__ import annotations

from pathlib import Path

from coordinator.doctor_told import Told, good, warning
from coordinator.store.contract import LogStore
from coordinator.witnessing import read_witnesses
from operation.phrases import Phrase

LATE_SECONDS = 3600


def look_at_witnesses(folder: Path, log: LogStore, now: int) -> Told:
    """Whether witnesses are asked, and whether they follow the log."""
    witnesses = read_witnesses(folder)
    if not witnesses:
        return warning(
            "witnesses",
            Phrase("none are asked: a log shown to others only would go unnoticed",
                   "没有请见证方：若有人看到的是另一份日志，不会被发现"),
            Phrase(
                f"sealsum coordinator log witness {folder} --url URL --key KEY, both from whoever runs the "
                "witness: `sealsum witness init` prints KEY, `serve` URL; it is asked once `serve` is started again",
                f"sealsum coordinator log witness {folder} --url URL --key KEY，URL 和 KEY 由见证方的运行者"
                "提供：KEY 由 `sealsum witness init` 显示，URL 由 `serve` 显示；重新启动协调方后生效",
            ),
        )  # fmt: skip
    cosigned = log.newest_cosigned()
    if cosigned is None:
        return _not_yet(len(witnesses))
    newest = log.newest_checkpoint()
    behind = (0 if newest is None else newest.size) - cosigned.size
    if behind and newest is not None and now - newest.logged_at > LATE_SECONDS:
        return warning(
            "witnesses",
            Phrase(
                f"of {len(witnesses)} asked none has cosigned the newest {behind} statements for an hour",
                f"请了 {len(witnesses)} 个见证方，最新 {behind} 条声明一小时内无人联署",
            ),
            Phrase(
                "nodes that want witnesses sign nothing meanwhile; ask whoever runs them",
                "要求见证的节点这期间不签名；请联系见证方的运行者",
            ),
        )
    return good(
        "witnesses",
        Phrase(
            f"{len(witnesses)} are asked; {cosigned.size} statements are cosigned",
            f"请了 {len(witnesses)} 个；已联署 {cosigned.size} 条声明",
        ),
    )


def _not_yet(asked: int) -> Told:
    return warning(
        "witnesses",
        Phrase(
            f"{asked} are asked; none has cosigned yet",
            f"请了 {asked} 个，还没有联署过",
        ),
        Phrase(
            "one just added is asked once `serve` is started again; else ask whoever runs it",
            "刚添加的，重新启动协调方后生效；已经重启过的，请联系见证方的运行者",
        ),
    )

"""What the look-over tells of backups: when a coordinator's folder was copied last, and whether a copy is whole.

The one fact: a backup is checked as it would be restored, on a copy of its database, so that looking changes nothing.
"""

from __future__ import annotations

from pathlib import Path

from coordinator.doctor_told import Told, bad, good, say_found, warning
from coordinator.folder import find_backed_up
from coordinator.restoring import check_backup
from operation.moments import tell_day, tell_moment
from operation.phrases import Phrase
from protocol.errors import Refused, StoreError

DAY = 86400
BACKUP_DAYS = 7


def look_at_backup(path: Path, now: int) -> Told:
    """By what `sealsum coordinator backup` left in the folder; a copy made by other tools leaves nothing."""
    made = find_backed_up(path)
    command = f"sealsum coordinator backup {path}"
    advice = Phrase(f"{command} BACKUP, and keep it elsewhere", f"{command} 备份目录，并存放到别处")
    if made is None:
        return warning(
            "backup",
            Phrase("never, by sealsum coordinator backup", "从未用 sealsum coordinator backup 备份过"),
            advice,
        )
    days = max(0, now - made) // DAY
    found = Phrase(
        f"the last one is of {tell_day(made, 'en')}, {days} days ago",
        f"上次备份于 {tell_day(made, 'zh')}，{days} 天前",
    )
    return warning("backup", found, advice) if days > BACKUP_DAYS else good("backup", found)


def look_at_backup_folder(path: Path) -> Told:
    """Of a backup: of when it is, and whether it is whole and what it holds is what was signed."""
    try:
        made = check_backup(path)
    except (Refused, StoreError) as error:
        return bad(
            "backup",
            say_found(error),
            Phrase(
                "take another copy of this backup, or an older one", "请换这份备份的另一个副本，或更早的备份"
            ),
        )
    return good(
        "backup",
        Phrase(
            f"{path} is a backup of {tell_moment(made.made, 'en')}, whole: {made.size} statements with the root that "
            f"was signed, {made.blobs} blobs. Never serve from it: sealsum coordinator restore {path} NEW",
            f"{path} 是 {tell_moment(made.made, 'zh')}的备份，完整：{made.size} 条声明，根与签名一致，"
            f"{made.blobs} 个数据块。不要用它直接运行：先 sealsum coordinator restore {path} 新文件夹",
        ),
    )

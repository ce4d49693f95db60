"""Holds processes to a share of a core each, by the kernel's control groups.

The one fact: on a machine where everything runs, the share that each process may take is the same however many there
are, so what the others need does not decide a comparison. Needs root, and version 1 or 2 of control groups.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PERIOD_US = 10_000
_VERSION_1, _VERSION_2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


def can_share() -> bool:
    """Whether this process may make control groups that limit CPU."""
    return os.geteuid() == 0 and (_is_version_1() or (_VERSION_2 / "cgroup.subtree_control").exists())


@contextmanager
def shared_out(pids: list[int], share: float) -> Iterator[None]:
    """Each process, with its threads, gets at most `share` of a core until the block ends; OSError if it cannot be."""
    groups = [_make(f"sealsum-{os.getpid()}-{pid}", share) for pid in pids]
    try:
        for group, pid in zip(groups, pids, strict=True):
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for group in groups:
            for left in (group / "cgroup.procs").read_text().split():
                (group.parent / "cgroup.procs").write_text(left)
            group.rmdir()


def _is_version_1() -> bool:
    return (_VERSION_1 / "cpu.cfs_quota_us").exists()


def _make(name: str, share: float) -> Path:
    quota = str(round(share * PERIOD_US))
    if _is_version_1():
        group = _VERSION_1 / name
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(quota)
        return group
    (_VERSION_2 / "cgroup.subtree_control").write_text("+cpu")
    group = _VERSION_2 / name
    group.mkdir()
    (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
    return group

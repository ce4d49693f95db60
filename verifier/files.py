"""What is said of a file that cannot be read or is there already, in both languages as all that the verifier says."""

from __future__ import annotations

from pathlib import Path

from protocol.errors import Refused


class ToldInBoth(Refused):
    """A refusal that says in Chinese and in English already what is wrong and what to do."""


def say_unreadable(path: Path, error: OSError) -> str:
    """Why a file cannot be read."""
    reason = "没有这个文件，请核对路径" if isinstance(error, FileNotFoundError) else error.strerror
    return f"{path} 无法读取：{reason}\n{path} cannot be read: {error.strerror}"


def say_existing(path: Path) -> str:
    """That nothing is written over."""
    return f"{path} 已存在，请换一个文件名\n{path} exists already; name a new file"

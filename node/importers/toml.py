"""Reads TOML with bounds, and says in words what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from node.importers.problem import fail
from node.importers.sheets import read_bytes


def read_toml(path: Path) -> dict[str, object]:
    """The tables of a TOML file; raise ImportProblems when it is missing, too large or malformed."""
    data = read_bytes(path)
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise fail(
            path.name, "bytes that are not UTF-8", "TOML in UTF-8", "Save the file as UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise fail(path.name, f"malformed TOML ({error})", "TOML", "Correct the line named") from error
    except RecursionError as error:
        raise fail(path.name, "TOML nested too deeply", "plain tables", "Write the file anew") from error

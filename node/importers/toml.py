"""Reads TOML with bounds, and says in words what is wrong with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from node.importers.problem import refuse
from node.importers.sheets import read_bytes


def read_toml(path: Path) -> dict[str, object]:
    """The tables of a TOML file; raise ImportProblems when it is missing, too large or malformed."""
    data = read_bytes(path)
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refuse(path.name, "toml-encoding") from error
    except ValueError as error:  # of TOML, or a number with more digits than Python reads
        raise refuse(path.name, "toml-malformed", reason=str(error)) from error
    except RecursionError as error:
        raise refuse(path.name, "toml-nested") from error

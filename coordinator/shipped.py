"""The library that comes with the program: factors of named sources, for an operator to submit as its own.

The one fact: shipping publishes nothing. Experts review these like any other submission; what rests on an assumption
says so in its status.
"""

from __future__ import annotations

from pathlib import Path

LIBRARY = Path(__file__).parent / "library"


def shipped_files() -> list[Path]:
    """The files of the shipped library, in a stable order."""
    return sorted(LIBRARY.glob("*.toml"))

"""Direct emissions by gas: a line of kg of gas under its warming potential over 100 years. Method: GWP100.

The one fact: potentials of two assessment reports do not mix in one sum. Their values are factors of the library.
"""

from __future__ import annotations

from collections.abc import Iterable

from method.errors import WrongFactor

UNKNOWN_SET = "unknown"


def check_one_set(sets: Iterable[str]) -> None:
    """Raise WrongFactor unless all known sets of warming potentials are the same one."""
    known = sorted(set(sets) - {UNKNOWN_SET})
    if len(known) > 1:
        raise WrongFactor(
            f"warming potentials of {' and '.join(known)} do not mix in one sum; use factors of one report"
        )

"""What can be wrong with carbon data. Messages name what was expected and never a private amount."""

from __future__ import annotations

from collections.abc import Sequence


class MethodError(ValueError):
    """Base of every error of the method: the data breaks a rule, the program does not."""


class BadNumber(MethodError):
    """A text that is not an exact decimal or rational number in range."""


class UnknownUnit(MethodError):
    """A unit name that is not in the closed list."""


class WrongKind(MethodError):
    """A known unit that measures something else than what is asked for."""


class BadField(MethodError):
    """A record with a missing, unknown or malformed field."""


class BadFields(BadField):
    """Several bad fields of one file, so that its owner sees all of them in one go; `problems` has each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class WrongFactor(MethodError):
    """A factor that the template line does not accept, or whose unit is another one."""


class BadOutput(MethodError):
    """A production output that is zero or negative, so nothing can be expressed per declared unit."""


class OutOfRange(MethodError):
    """A number that does not fit the fixed-point range of the protocol."""


class BadResult(MethodError):
    """Totals from which no figures can be derived."""

"""Who is at fault. Every error that crosses a door is one of these; anything else is a bug and crashes.

Messages give what was found, what was expected and what to do next, and never a secret.
"""

from __future__ import annotations


class SealsumError(Exception):
    """Base of the four kinds of failure that a door translates."""


class PeerError(SealsumError):
    """A party broke the protocol: refuse, record, and name the check it failed."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(f"{check}: {message}")
        self.check = check
        self.message = message


class Refused(SealsumError):
    """Our own policy or our owner says no; nobody is at fault."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check
        self.message = message


class StoreError(SealsumError):
    """The local store failed; nothing was changed, try again."""


class NetworkError(SealsumError):
    """The other side could not be reached or answered too late; try again."""

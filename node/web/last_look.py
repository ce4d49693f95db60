"""A last look before a signature: what was shown comes back with the form, by its fingerprint.

The one fact: who edits beside the button that signs posts other words than it was shown; these are shown, not signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from web.languages import mark

UNSHOWN = mark(
    "You changed it since it was shown to you, so nothing is signed. This is what you would sign now."
)


def fingerprint(shown: Sequence[object]) -> str:
    """The SHA-256 in hex of what would be signed, as JSON has it."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

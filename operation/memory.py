"""The memory of a process that serves: what it has read for good is not looked through for garbage again.

The one fact: a full pass of Python's collector over a library of thousands of factors takes most of a second, and
whatever is asked meanwhile waits for it.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Collect once, and leave all that is here now out of every later pass; what nobody refers to is still freed."""
    gc.collect()
    gc.freeze()

"""What a process has read for good is left out of later passes of the collector."""

from __future__ import annotations

import gc
import weakref

from operation.memory import settle


class Link:
    """Something that may refer to itself."""

    own: Link


def test_what_is_there_is_left_alone_and_what_nobody_refers_to_is_gone() -> None:
    kept, lost = [Link()], Link()
    lost.own = lost
    seen = weakref.ref(lost)
    del lost
    before = gc.get_freeze_count()
    try:
        settle()
        assert gc.get_freeze_count() > before and seen() is None
        assert not any(one is kept for one in gc.get_objects())
    finally:
        gc.unfreeze()

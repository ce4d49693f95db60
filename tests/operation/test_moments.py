"""A day is told by a clock that is named, and is another day where that clock is ahead."""

from __future__ import annotations

from operation.moments import tell_day, tell_moment

EVENING = 1_796_148_000  # 2026-12-01 18:00 UTC


def test_chinese_tells_beijings_day_and_english_that_of_utc() -> None:
    assert tell_day(EVENING, "zh") == "2026-12-02（北京时间）"
    assert tell_day(EVENING, "en") == "2026-12-01 UTC"
    assert tell_moment(EVENING, "zh") == "2026-12-02 02:00（北京时间）"
    assert tell_moment(EVENING, "en") == "2026-12-01 18:00 UTC"

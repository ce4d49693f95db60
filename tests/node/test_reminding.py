"""A letter names a product as its reader can read it."""

from __future__ import annotations

from dataclasses import replace

from node.maker.progress import read_progress
from node.maker.reminding import make_reminder
from tests.node.village import Village, ask


def test_an_english_letter_has_the_code_of_a_product_that_is_declared_in_chinese(village: Village) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    progress = read_progress(maker, ask(maker))
    assert progress.entries[0].code == "item-0"
    entry = replace(progress.entries[0], product="9微米湿法涂覆隔膜", code="separator-9um")
    english = make_reminder(maker, progress, entry, "en").text
    assert "your product separator-9um is" in english and english.isascii()
    assert "9微米湿法涂覆隔膜" in make_reminder(maker, progress, entry, "zh").text


def test_a_letter_tells_the_deadline_by_a_clock_that_it_names(village: Village) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    progress = replace(read_progress(maker, ask(maker)), deadline=1_796_148_000)  # 2026-12-01 18:00 UTC
    (entry, *_) = progress.entries
    assert "请在 2026-12-02 02:00（北京时间）前打开" in make_reminder(maker, progress, entry, "zh").text
    assert "By 2026-12-01 18:00 UTC, please open" in make_reminder(maker, progress, entry, "en").text

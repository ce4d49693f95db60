"""What the demo prints of a result."""

from __future__ import annotations

import re

import pytest
from rich.console import Console

from demo.report import say_further_links, show_parties, show_result
from method.rules import STAGE_NAMES, STAGES
from node.language import LANGUAGES
from operation.phrases import Language


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("boundary", "is_counted"), [("partial", False), ("full", True)])
def test_only_stages_of_the_boundary_are_printed_in_one_language(
    boundary: str, is_counted: bool, language: Language
) -> None:
    figures = {
        "stages": dict.fromkeys(STAGES, "1"), "shares": dict.fromkeys(STAGES, "0.25"), "total_kg": "4", "per_kwh": "1",
        "total_energy_kwh": "4", "overstated_by_at_most": "0.0001", "method": "mee-2025-cff", "boundary": boundary,
        "variant": {"en": "", "zh": ""},
    }  # fmt: skip
    console = Console(record=True, width=200)
    show_result(console, "T-100", figures, language)
    said = console.export_text()
    assert "0.001 kg" in said
    spoken, other = (0, 1) if language == "zh" else (1, 0)
    assert STAGE_NAMES["distribution"][spoken] in said and STAGE_NAMES["distribution"][other] not in said
    assert (STAGE_NAMES["end_of_life"][spoken] in said) == is_counted
    # A rule set without a variant ends its sentence there.
    assert re.search(r"(期|partial|full)[。.]\s*$", said, re.MULTILINE)
    console = Console(record=True, width=200)
    show_result(console, "T-100", {**figures, "variant": {"en": "Formula 1", "zh": "公式一"}}, language)
    assert ("：公式一" if language == "zh" else ": Formula 1") in console.export_text()


def test_what_left_the_nodes_is_counted_in_the_readers_language() -> None:
    ledgers = {"cathode": [{"size": 1024, "kind": "blob-fetch"}, {"size": 1024, "kind": "aggregate"}]}
    said = {}
    for language in LANGUAGES:
        console = Console(record=True, width=200)
        show_parties(console, 1, ledgers, language)
        said[language] = console.export_text()
    assert "1 aggregate, 1 blob-fetch" in said["en"]
    assert (
        "取回合计 1 次、" in said["zh"] and "aggregate" not in said["zh"] and "blob-fetch" not in said["zh"]
    )


def test_another_link_is_offered_for_every_node_with_pages() -> None:
    english, chinese = say_further_links(("maker", "cathode", "factor-provider", "expert-1"))
    assert "cathode, factor-provider or expert-1 in place of maker:" in english
    assert "把 maker 换成 cathode、factor-provider 或 expert-1：" in chinese

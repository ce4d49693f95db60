"""Known answers: the example packs in every format, byte for byte. To make them anew: run this file as a module."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from exchange.formats import FORMATS, encode_certified
from protocol.errors import Refused
from tests.support.example_chain import clear_example, particulars_of

VECTORS = Path(__file__).parents[1] / "vectors/exchange.json"
CASES = tuple(
    (pack, method, boundary)
    for pack, method in (("ncm-pack", "mee-2025-cff"), ("lfp-pack", "eu-cfb-2024-draft"))
    for boundary in ("partial", "full")
)


@cache
def answers() -> dict[str, str]:
    """The file of each case and format, or the check that refuses it."""
    found = {}
    for pack, method, boundary in CASES:
        certified = clear_example(pack, method, boundary)
        for format in FORMATS:
            try:
                text = encode_certified(certified, format, particulars_of(pack), None).decode()
            except Refused as error:
                text = f"refused: {error.check}"
            found[f"{pack} {method} {boundary} {format}"] = text
    return found


@pytest.mark.parametrize("name", json.loads(VECTORS.read_text("utf-8")) if VECTORS.exists() else [])
def test_the_answer_is_known(name: str) -> None:
    assert answers()[name] == json.loads(VECTORS.read_text("utf-8"))[name]


def test_every_case_has_an_answer() -> None:
    assert set(answers()) == set(json.loads(VECTORS.read_text("utf-8")))


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(answers(), ensure_ascii=False, indent=1) + "\n", "utf-8")

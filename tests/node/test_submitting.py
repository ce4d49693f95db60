"""What a provider says to the library: what is refused before it is signed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from method.factor import parse_factor
from method.factor_table import encode_factor_table
from node.reviewing import submit_factors
from node.words.refusals import say_refusal
from protocol.errors import Refused
from tests.node.test_cli import Run
from tests.node.village import Village
from tests.support.example import factor


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_part_of_a_factor_that_is_more_than_its_total_is_refused_by_either_name(
    village: Village, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("SEALSUM_LANG", language)
    node = village.settle("Steel works", "provider")
    wrong = parse_factor({**factor("steel", "2", "kg"), "biogenic": "2.5"})
    table = tmp_path / "factors.csv"
    table.write_bytes(encode_factor_table([wrong]))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in csv.reader(io.StringIO(table.read_text("utf-8-sig"))):
        sheet.append(row)
    book.save(tmp_path / "factors.xlsx")
    said = {"zh": "“其中生物源”大于“数值”", "en": "“Biogenic part” above “Value”"}[language]
    for name in ("factors.csv", "factors.xlsx"):
        code, _, stderr = run("Steel works", "submit-factors", str(tmp_path / name))
        assert code and said in stderr
    with pytest.raises(Refused, match="steel: biogenic above total") as caught:
        submit_factors(node, [wrong])
    assert "因子 steel 的 biogenic 大于 total" in say_refusal(caught.value).zh
    assert not node.record.about("factor", "steel")

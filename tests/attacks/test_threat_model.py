"""docs/threat-model.md names a test beside each line; every one of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"`(test_\w+)`")


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = NAME.findall((ROOT / "docs" / "threat-model.md").read_text("utf-8"))
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    missing = [name for name in named if f"def {name}(" not in sources]
    assert len(named) > 30 and missing == []


def test_every_line_of_its_tables_names_one() -> None:
    lines = (ROOT / "docs" / "threat-model.md").read_text("utf-8").splitlines()
    rows = [
        line
        for line in lines
        if line.startswith("| ") and not line.startswith(("| it tries", "| who tries", "| ---"))
    ]
    assert [row for row in rows if NAME.search(row) is None] == []

"""docs/threat-model.md names a test beside each line; every one of them exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADS = ("| it tries", "| who tries", "| attack", "| lines", "| ---")
NAME = re.compile(r"`(test_\w+)`")


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = NAME.findall((ROOT / "docs" / "threat-model.md").read_text("utf-8"))
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    missing = [name for name in named if f"def {name}(" not in sources]
    assert len(named) > 30 and missing == []


def test_every_line_of_its_tables_names_one() -> None:
    lines = (ROOT / "docs" / "threat-model.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(HEADS)]
    rows = [line for line in rows if not line[2].isdigit()]  # the table of what totals say is all figures
    assert [row for row in rows if NAME.search(row) is None] == []


def test_every_attack_of_the_list_has_bugs_with_which_its_tests_fail() -> None:
    """The bug is a patch of tests/mutations, and the files that must notice it hold a test of the same line."""
    page = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
    rows = [line.split(" | ") for line in page.partition("## The list of attacks")[2].splitlines()[5:]]
    assert len(rows) > 35
    for attack, tests, bugs in rows:
        for bug in re.findall(r"`(\w+)`", bugs):
            patch = (ROOT / "tests" / "mutations" / f"{bug}.patch").read_text("utf-8")
            files = re.search(r"^Tests: (.*)$", patch, re.MULTILINE)
            assert files is not None
            sources = "\n".join((ROOT / file).read_text("utf-8") for file in files[1].split())
            assert any(f"def {name}(" in sources for name in NAME.findall(tests)), (attack, bug)

"""What people hand in by mistake, through the commands they type: every problem named, nothing taken over.

The one fact: exit code 1 or 2, all problems of a file in one go with file, sheet, row, column, found and expected, and
the node's store holds what it held.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from demo.processes import Terminal
from demo.shell import Answer
from tests.support.house import House
from tests.support.small_pack import (
    COMPANIES,
    HEADER,
    MAKER,
    activity_rows,
    activity_text,
    pack_text,
    product_text,
    write_small_pack,
)

CATHODE = COMPANIES[0]
ASKING = frozenset({"connection", "find", "get", "checkpoint", "consistency", "inclusion", "watch"})
# Looking something up is written into the ledger, and what was found is kept: that is not taking over.
LOOKED_UP = frozenset({"egress", "wire", "settings", "statements"})

Rows = list[list[str]]


@pytest.fixture(scope="module", autouse=True)
def at_rest(house: House) -> None:
    """No agent has anything left to do, so what changes in a store is the command's doing."""
    for slug in house.slugs:
        house.wait(
            lambda slug=slug: (
                not house.query(slug, "SELECT 1 FROM inbox WHERE state NOT IN ('closed', 'unfit')")
            )  # type: ignore[misc]
        )


def run(house: House, *words: str) -> Answer:
    """A command line, with its exit code."""
    terminal: Terminal = house.terminal()
    terminal.send(*words)
    return terminal._receive()


def dump(house: House, slug: str) -> dict[str, list[Any]]:
    """Every row of a node's store but of what is only looked up."""
    path = house.node_folder(slug) / "node.sqlite"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            table: connection.execute(f'SELECT * FROM "{table}"').fetchall()
            for (table,) in tables
            if table not in LOOKED_UP
        }


def refused(house: House, slug: str, *words: str) -> str:
    """Run a command that must fail as a user's mistake; returns what it said. Nothing may change, nothing be sent."""
    before, sent = dump(house, slug), house.query(slug, "SELECT COALESCE(MAX(id), 0) FROM egress")[0][0]
    answer = run(house, *words)
    assert answer.code in (1, 2), (answer.code, answer.out, answer.err)
    assert dump(house, slug) == before
    later = {kind for (kind,) in house.query(slug, "SELECT kind FROM egress WHERE id > ?", sent)}
    assert later <= ASKING
    assert "Traceback" not in answer.err
    return answer.err


def import_words(house: House, file: Path, *more: str) -> tuple[str, ...]:
    """`node import` of a cathode maker's file."""
    return ("node", "import", str(house.node_folder(CATHODE.slug)), CATHODE.product, str(file), *more)


def as_csv(folder: Path, rows: Rows) -> Path:
    """The rows below the usual header."""
    path = folder / "activity.csv"
    path.write_text("\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n", "utf-8")
    return path


def as_xlsx(folder: Path, rows: Rows) -> Path:
    """The rows as a workbook with one sheet named Activity."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Activity"
    for row in [HEADER.split(","), *rows]:
        sheet.append([float(cell) if cell.replace(".", "", 1).isdigit() else cell for cell in row])
    path = folder / "activity.xlsx"
    book.save(path)
    return path


LINE, START, END, AMOUNT, UNIT, FACTOR = 0, 2, 3, 4, 5, 6


def changed(*changes: tuple[int, int, str]) -> Rows:
    """A cathode maker's good rows with cells (row, column) replaced."""
    rows = activity_rows(CATHODE)
    for row, column, text in changes:
        rows[row][column] = text
    return rows


# What is wrong, in which row (numbered as its owner sees it), under which title, what is said to be found and expected.
BAD_CELLS = {
    "unknown unit": (changed((0, UNIT, "furlong")), 2, "Unit", "furlong", "kWh"),
    "unit of the wrong kind": (changed((0, UNIT, "kg")), 2, "Unit", "kg", "kWh"),
    "negative amount": (changed((1, AMOUNT, "-5")), 3, "Amount", "-5", "number"),
    "amount that is no number": (changed((1, AMOUNT, "many")), 3, "Amount", "many", "number"),
    "not a number": (changed((0, AMOUNT, "NaN")), 2, "Amount", "NaN", "number"),
    "infinite": (changed((0, AMOUNT, "inf")), 2, "Amount", "inf", "number"),
    "no amount": (changed((0, AMOUNT, "")), 2, "Amount", "", "number"),
    "unknown factor": (changed((0, FACTOR, "perpetual-motion")), 2, "Factor", "perpetual-motion", "factor"),
    "unknown line": (changed((0, LINE, "unobtainium")), 2, "Line", "unobtainium", "an item of the template"),
    "period of another year": (
        changed((0, START, "2024-01-01"), (0, END, "2024-12-31")), 2, "Period", "2024", "2025",
    ),
    "period that ends before it starts": (
        changed((0, START, "2025-12-31"), (0, END, "2025-01-01")), 2, "Period", "2025", "",
    ),
    "no date": (changed((0, START, "soon")), 2, "Period start", "soon", "date"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_CELLS.values(), ids=BAD_CELLS.keys())
@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_bad_cell_is_named_and_nothing_is_taken_over(
    house: House, tmp_path: Path, bad: tuple[Rows, int, str, str, str], write: Callable[[Path, Rows], Path]
) -> None:
    rows, row, column, found, expected = bad
    file = write(tmp_path, rows)
    said = refused(house, CATHODE.slug, *import_words(house, file))
    (line, *_), last = said.splitlines(), said.splitlines()[-1]
    place, _, rest = line.partition(": found ")
    assert place.startswith(file.name) and f"row {row}" in place and column in place
    assert ("sheet Activity" in place) == (write is as_xlsx)
    quoted, _, wanted = rest.partition("; expected ")
    assert found in quoted and wanted.casefold().find(expected.casefold()) >= 0
    assert "nothing was taken over" in last


def test_all_problems_of_a_file_come_in_one_go(house: House, tmp_path: Path) -> None:
    rows = changed((0, UNIT, "furlong"), (1, AMOUNT, "-5"), (2, AMOUNT, "many"))
    said = refused(house, CATHODE.slug, *import_words(house, as_xlsx(tmp_path, rows)))
    assert "3 problem(s)" in said
    assert all(f"row {row}" in said for row in (2, 3, 4))


def test_problems_come_as_json_for_programs(house: House, tmp_path: Path) -> None:
    file = as_csv(tmp_path, changed((0, UNIT, "furlong"), (1, AMOUNT, "-5")))
    answer = run(house, *import_words(house, file, "--json"))
    assert answer.code == 1
    problems = json.loads(answer.out)["problems"]
    assert [problem["row"] for problem in problems] == [2, 3]
    for problem in problems:
        assert set(problem) == {"file", "sheet", "row", "column", "found", "expected", "advice"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (activity_rows(CATHODE)[:-1], "There is no production output. Add"),
        (changed((2, AMOUNT, "0")), "row 4: The production output is zero. Add"),
        (
            activity_rows(CATHODE)[:1] * 2 + activity_rows(CATHODE)[1:],
            "row 2. Remove it, or give its own document reference",
        ),
        ([], "There is no production output. Add"),
    ],
    ids=["no output", "output of nothing", "a record twice", "no rows"],
)
def test_rows_that_do_not_make_an_activity_are_refused(
    house: House, tmp_path: Path, rows: Rows, said: str
) -> None:
    for write in (as_csv, as_xlsx):
        file = write(tmp_path, rows)
        text = refused(house, CATHODE.slug, *import_words(house, file))
        assert file.name in text and said in text


FILES = {
    "a workbook cut short": ("activity.xlsx", lambda data: data[: len(data) // 2]),
    "a workbook of noise": ("activity.xlsx", lambda data: data[:4] + bytes(range(256)) * 40),
    "a damaged workbook": ("activity.xlsx", lambda data: data.replace(b"<row", b"<wor")[:-30]),
    "an old workbook": ("activity.xls", lambda _: bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600),
    "an empty file": ("activity.csv", lambda _: b""),
    "a picture": ("activity.csv", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9),
    "a huge file": ("activity.csv", lambda _: b"x" * (33 * 1024 * 1024)),
    "too many rows": ("activity.csv", lambda _: (HEADER + "\n").encode() + b"a,b\n" * 200_001),
}


@pytest.mark.parametrize("bad", FILES.values(), ids=FILES.keys())
def test_a_file_that_is_no_table_is_refused(
    house: House, tmp_path: Path, bad: tuple[str, Callable[[bytes], bytes]]
) -> None:
    name, spoil = bad
    good = as_xlsx(tmp_path, activity_rows(CATHODE)).read_bytes()
    file = tmp_path / name
    file.write_bytes(spoil(good))
    said = refused(house, CATHODE.slug, *import_words(house, file))
    assert said.startswith(name) and "found" in said and "expected" in said and "1 problem(s)" in said


def test_a_file_that_is_not_there_is_refused(house: House, tmp_path: Path) -> None:
    assert "nowhere.csv" in refused(house, CATHODE.slug, *import_words(house, tmp_path / "nowhere.csv"))


def test_an_unknown_product_is_refused(house: House, tmp_path: Path) -> None:
    file = as_csv(tmp_path, activity_rows(CATHODE))
    words = ("node", "import", str(house.node_folder(CATHODE.slug)), "no-such-product", str(file))
    assert "no-such-product" in refused(house, CATHODE.slug, *words)


def test_a_good_file_is_taken_after_all_that(house: House, tmp_path: Path) -> None:
    """The refusals above say something only if the same file passes without the mistake. --preview stores nothing."""
    for write in (as_csv, as_xlsx):
        before = dump(house, CATHODE.slug)
        answer = run(
            house, *import_words(house, write(tmp_path, activity_rows(CATHODE)), "--preview", "--json")
        )
        assert answer.code == 0, answer.err
        assert dump(house, CATHODE.slug) == before


# --- product.toml and pack.toml ----------------------------------------------------------------------

PRODUCTS = {
    "no TOML": "[company\nname",
    "nothing": "",
    "no product": product_text(CATHODE).partition("[product]")[0],
    "a date that is none": product_text(CATHODE).replace("2025-12-31", '"2025-02-30"'),
    "a number where a text belongs": product_text(CATHODE).replace('code = "small-cathode"', "code = 7"),
    "an entry nobody knows": product_text(CATHODE) + 'colour = "blue"\n',
}


@pytest.mark.parametrize("text", PRODUCTS.values(), ids=PRODUCTS.keys())
def test_a_bad_product_file_is_refused(house: House, tmp_path: Path, text: str) -> None:
    (tmp_path / "product.toml").write_text(text, "utf-8")
    words = ("node", "product", "add", str(house.node_folder(CATHODE.slug)), str(tmp_path))
    said = refused(house, CATHODE.slug, *words)
    assert said.startswith("product.toml") and "expected" in said


PACKS = {
    "no TOML": ("= 5", "pack.toml"),
    "no bill of materials": (pack_text(()), "bill_of_materials"),
    "a product nobody declared": (pack_text().replace("small-graphite", "small-granite"), "small-granite"),
    "a category that is not the declaration's": (
        pack_text().replace('category = "electrolyte"', 'category = "separator"'), "electrolyte",
    ),
    "a quantity that is no number": (pack_text(cathode="a lot"), "cathode: field 'quantity'"),
    "a negative quantity": (pack_text(cathode="-3"), "cathode: quantity"),
    "an implausible quantity": (pack_text(cathode="9000"), "plausible"),
    "a unit of another kind": (pack_text().replace('unit = "kg"', 'unit = "kWh"', 1), "kWh"),
    "an unknown stage": (pack_text().replace("battery_production", "batteries"), "'batteries'"),
    "an unknown method": (pack_text().replace("mee-2025-cff", "rule-of-thumb"), "rule-of-thumb"),
    "an item twice": (pack_text((*COMPANIES, CATHODE)), "found cathode"),
    "a pack of no energy": (pack_text().replace('pack_energy_kwh = "100"', 'pack_energy_kwh = "0"'), "energy"),
}  # fmt: skip


@pytest.mark.parametrize("bad", PACKS.values(), ids=PACKS.keys())
def test_a_bad_pack_file_is_refused(house: House, tmp_path: Path, bad: tuple[str, str]) -> None:
    text, named = bad
    (tmp_path / "pack.toml").write_text(text, "utf-8")
    said = refused(house, MAKER, "node", "request", str(house.node_folder(MAKER)), str(tmp_path))
    assert named in said


def test_every_bad_entry_of_a_bill_of_materials_is_named_in_one_go(house: House, tmp_path: Path) -> None:
    text = pack_text(cathode="a lot", graphite="-3").replace("battery_production", "batteries")
    (tmp_path / "pack.toml").write_text(text, "utf-8")
    said = refused(house, MAKER, "node", "request", str(house.node_folder(MAKER)), str(tmp_path))
    assert "3 problem(s)" in said
    assert all(f"bill of materials: {slug}: " in said for slug in ("cathode", "graphite", MAKER))


def test_every_item_without_a_declaration_is_named_in_one_go(house: House, tmp_path: Path) -> None:
    text = pack_text().replace("small-graphite", "small-granite").replace("small-cathode", "small-anode")
    (tmp_path / "pack.toml").write_text(text, "utf-8")
    said = refused(house, MAKER, "node", "request", str(house.node_folder(MAKER)), str(tmp_path))
    assert "small-granite" in said and "small-anode" in said


def test_a_declaration_that_does_not_exist_is_refused(house: House) -> None:
    pack = str(house.chain.pack.folder)
    words = ("node", "request", str(house.node_folder(MAKER)), pack, "--declaration", f"cathode={'0' * 64}")
    assert "cathode" in refused(house, MAKER, *words)


def footprint(pack: Path) -> subprocess.CompletedProcess[str]:
    """`sealsum footprint` in a process of its own."""
    words: Sequence[str] = (sys.executable, "-m", "sealsum", "footprint", str(pack))
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_quantities_that_do_not_make_the_mass_are_a_warning(tmp_path: Path) -> None:
    pack = write_small_pack(tmp_path)
    (pack / "pack.toml").write_text(pack_text(mass_kg="5230"), "utf-8")
    done = footprint(pack)
    assert done.returncode == 0 and "Warning" in done.stdout and "5230" in done.stdout


def test_mistakes_of_several_suppliers_are_named_in_one_go_in_the_clear(tmp_path: Path) -> None:
    pack = write_small_pack(tmp_path)
    for company in COMPANIES[:2]:
        text = activity_text(company).replace("kWh", "furlong")
        (pack / company.slug / "activity.csv").write_text(text, "utf-8")
    done = footprint(pack)
    assert done.returncode == 2
    assert all(f"{company.slug}/activity.csv, row 2" in done.stderr for company in COMPANIES[:2])

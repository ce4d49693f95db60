"""What a new version of a product category changes is shown to whoever judges it, down to each line of the template."""

from __future__ import annotations

import html
import re
from pathlib import Path

from coordinator.publishing import submit_library
from method.category import LINE_FIELDS
from tests.coordinator.library_desk import Desk, accept_all, find_submitted, signer_of, tank
from tests.coordinator.test_console_paging import reader_of, rows_of
from tests.coordinator.town import Town
from tests.support.example import factor
from web.template_lines import TITLES


def test_everything_that_is_signed_of_a_line_is_told() -> None:
    assert {"code", *TITLES} == set(LINE_FIELDS)


def test_a_changed_line_an_added_and_a_removed_one_and_their_order_are_shown(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    town.publish()
    desk, signer = Desk(town), signer_of(town)
    old = tank(["first", "second"])
    gas, power = old["lines"]
    submit_library(desk, signer, [old], [])
    accept_all(desk, signer)
    changed = {
        **gas, "coefficient": "1/2", "name_zh": "燃气", "secondary": False, "accepts": ["gas", "second", "third"],
    }  # fmt: skip
    second = {**old, "version": 2, "lines": [power, changed], "reference": ["7850000000001", "0", "8", "40"]}
    third = {**second, "version": 3, "lines": [changed, {**power, "code": "lid", "name_en": "Lid"}]}
    submit_library(desk, signer, [second], [])
    told = changes_of(desk, 2)
    assert told.pop("Reference footprint").count("7.850000000001 kgCO₂e/kg; biogenic part") == 2
    assert told == {
        "Line gas, Coefficient": "1 → 1/2",
        "Line gas, Name in Chinese": "gas → 燃气",
        "Line gas, Rests on secondary data": "yes → no",
        "Line gas, Factor codes that it accepts": "added: third; taken away: first",
        "Order of the lines": "gas, power → power, gas",
    }
    accept_all(desk, signer)
    submit_library(desk, signer, [third], [])
    told = changes_of(desk, 3)
    assert told.keys() == {"Line power", "Line lid"}
    assert told["Line power"].startswith("removed: power: power (kWh); Kind: Electricity; Coefficient: 1")
    assert told["Line lid"].startswith("new: lid: Lid (kWh); ")
    page = html.unescape(page_of(desk, 3))
    assert "gas: gas (m³)" in page and "Coefficient: 1/2; Rests on secondary data: no" in page
    town.stop()


def test_the_newest_version_of_a_newly_named_factor_is_shown_a_default_one_too(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    town.publish()
    desk, signer = Desk(town), signer_of(town)
    steel = {**factor("steel", "2", "m3"), "name_en": "Steel"}
    submit_library(desk, signer, [tank([])], [steel])
    accept_all(desk, signer)
    submit_library(desk, signer, [], [{**steel, "version": 2, "total": "3"}])
    accept_all(desk, signer)
    reader = reader_of(town, "operator")
    (row,) = rows_of(reader.get("/console/library?state=uncited").text, "library")
    assert find_submitted(desk, "steel", 2).id in row
    gone = reader.get(f"/console/library/{find_submitted(desk, 'steel', 1).id}").text
    assert "superseded" in gone and "nobody can cite the factor" not in gone
    gas, power = tank([])["lines"]
    second = {**tank([]), "version": 2, "lines": [{**gas, "accepts": [], "default_factor": "steel"}, power]}
    submit_library(desk, signer, [second], [])
    added = page_of(desk, 2).partition("Factors that it newly names:")[2].partition("</ul>")[0]
    assert "steel 2 · Steel" in added and "3 kgCO₂e/m³; " in added and added.count("<li>") == 1
    accept_all(desk, signer)
    gone = reader.get(f"/console/library/{find_submitted(desk, 'steel', 1).id}").text
    assert "Lines that accept it" not in gone
    town.stop()


def page_of(desk: Desk, version: int) -> str:
    item = find_submitted(desk, "tank", version)
    return reader_of(desk.town, "operator").get(f"/console/library/{item.id}").text


def changes_of(desk: Desk, version: int) -> dict[str, str]:
    """What the page of a version says under its changes, by field."""
    said = page_of(desk, version).partition("What changes</h2>")[2].partition("</dl>")[0]
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", html.unescape(said)))

"""A pack maker's stored certificate in other formats; only while it verifies under the node's own pins."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from typer.testing import CliRunner

from exchange.formats import DOCUMENTS
from node import organisation
from node.cli import app
from node.exporting import Wanted, export_document, export_file, make_particulars
from node.maker.resulting import find_certificate, result_of
from node.organisation import Node
from node.store.tables import CERTIFICATES
from protocol.errors import Refused
from tests.node.test_cli import Run
from tests.node.village import Village, ask
from tests.support.published_schemas import PACT, needs_schemas, problems_of

STATED = make_particulars(
    {
        "mass_kg": "350", "fossil_carbon_kg": "90", "geography": "CN", "region": "Eastern Asia",
        "standards": ["ISO14067"], "gwp_reports": ["AR6"], "packaging_included": False,
        "waste_incineration": "cut-off", "public_study_link": "https://example.org/study.pdf",
    }
)  # fmt: skip


@pytest.fixture
def certified(village: Village) -> tuple[Node, str]:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.run()
    return maker, request


def test_the_command_says_which_stages_a_battery_pass_lacks(
    certified: tuple[Node, str], run: Run, tmp_path: Path
) -> None:
    particulars = tmp_path / "particulars.toml"
    particulars.write_text('public_study_link = "https://example.org/study.pdf"\n')
    run("Pack maker", "certificate", certified[1])
    for format, is_told in (("battery-pass", True), ("csv", False)):
        asked = ("--format", format, "--out", str(tmp_path / format), "--particulars", str(particulars))
        code, _, told = run("Pack maker", "export", certified[1], *asked)
        assert code == 0 and ("Distribution (not declared), End of life" in told) == is_told


@needs_schemas
def test_the_stored_certificate_is_written_in_every_format(certified: tuple[Node, str]) -> None:
    maker, request = certified
    figures = result_of(maker.calculation(request)).models[0].figures
    for format in DOCUMENTS:
        assert export_document(maker, request, Wanted(format, None, STATED))
    footprint = export_document(maker, request, Wanted("pact", None, STATED))
    assert problems_of(footprint, PACT, "ProductFootprint") == []
    assert footprint["extensions"][0]["data"]["totalKg"] == figures.total_kg
    sheet: Any = load_workbook(BytesIO(export_file(maker, request, Wanted("xlsx"))))["result"]
    values = {row[1].value: row[4].value for row in sheet.iter_rows(min_row=2)}
    assert abs(Decimal(values["total_kg"]) - Decimal(figures.total_kg)) < Decimal("1e-9")
    assert values["stage.distribution"] == "未申报 not declared", (
        "a text, since nobody declared anything for it"
    )
    with pytest.raises(Refused, match="pact, battery-pass, catena-x, csv, xlsx"):
        export_file(maker, request, Wanted("pdf"))


def test_a_workbook_has_shares_per_cent(certified: tuple[Node, str]) -> None:
    maker, request = certified
    sheet: Any = load_workbook(BytesIO(export_file(maker, request, Wanted("xlsx"))))["result"]
    found = {row[1].value: row for row in sheet.iter_rows(min_row=2)}
    for code in ("primary_data_share", "share.raw_material_and_parts"):
        *_, value, unit = found[code]
        assert (value.data_type, value.number_format, unit.value) == ("n", "0.0000%", None)
    assert [cell.value for cell in found["quality_rating"]][5] == "1"


def test_nothing_is_exported_before_there_is_a_certificate(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    with pytest.raises(Refused, match="sealsum node certificate"):
        export_file(maker, request, Wanted("csv"))


def test_a_stored_certificate_that_was_altered_is_not_exported(certified: tuple[Node, str]) -> None:
    maker, request = certified
    saved = find_certificate(maker, request)
    assert saved is not None
    altered = saved.bundle.replace(b'"logged_at":1795', b'"logged_at":1794', 1)
    assert altered != saved.bundle
    with maker.store.write() as connection:
        connection.execute(update(CERTIFICATES).values(bundle=altered))
    with pytest.raises(Refused, match="only a certificate that verifies"):
        export_file(maker, request, Wanted("csv"))


def test_the_command_writes_the_file_and_tells_slips(
    certified: tuple[Node, str], village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, request = certified
    monkeypatch.setattr(
        organisation.Node.__init__, "__defaults__", (village.town.clock, organisation.os.urandom)
    )
    out, stated = tmp_path / "out" / "f.json", tmp_path / "particulars.toml"
    stated.write_text('public_study_link = "https://example.org/study.pdf"', "utf-8")
    words = ["export", str(maker.store.folder), request[:12], "--format", "battery-pass", "--out", str(out)]
    done = CliRunner().invoke(app, [*words, "--particulars", str(stated), "--json"])
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["bytes"] == len(out.read_bytes())
    stated.write_text("mass_kg = 350", "utf-8")
    done = CliRunner().invoke(app, [*words, "--particulars", str(stated)])
    assert done.exit_code == 1 and "mass_kg" in done.stderr
    stated.write_text("mass_kg", "utf-8")
    assert CliRunner().invoke(app, [*words, "--particulars", str(stated)]).exit_code == 1
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1 and 'public_study_link = "https://example.org/study.pdf"' in done.stderr

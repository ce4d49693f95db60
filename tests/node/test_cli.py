"""The commands of `sealsum node`, against real doors: what they print, how they exit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from node.commands.figures import show_figures
from node.importers.pack import read_pack_files
from node.library import fetch_library
from node.maker.requesting import Terms, restrict_to
from tests.node.village import SUPPLIES, Village, ask

PRODUCT = """
[company]
name_zh = "新正极"
name_en = "New Cathode"
legal_entity = "New Cathode"
parent = "New Cathode"

[product]
code = "cathode-powder"
name_zh = "正极材料"
name_en = "Cathode powder"
category = "cathode"
declared_unit = "kg"
plant = "Ningde"
period_start = "2025-01-01"
period_end = "2025-12-31"
activity = "activity.csv"
"""
ACTIVITY = """项目代码,数量,单位,月份
output,1000,t,2025-06
power,6,GWh,2025-06
salt,1100,t,2025-06
"""
PACK = """
library = "x"
[pack]
model = "T-100"
chemistry = "NCM"
name_zh = "示例"
name_en = "Example"
mass_kg = "350"
method = "mee-2025-cff"
boundary = "partial"
maker = "item-3"
[functional_unit]
pack_energy_kwh = "100"
usable_energy_kwh = "100"
cycles_per_year = "60"
warranty_years = "8"
"""

Run = Callable[..., Any]


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


def bill(items: list[str]) -> str:
    return PACK + "".join(
        f'[[bill_of_materials]]\nitem = "{item}"\nsupplier = "{item}"\n'
        f'legal_entity = "{supply.name}"\nproduct = "{item}"\n'
        f'category = "{supply.category}"\nquantity = "{supply.quantity / 1000:.3f}"\nunit = "kg"\n'
        f'stage = "{supply.stage}"\npart_of = ""\n'
        for item, supply in zip(items, SUPPLIES, strict=True)
    )


def test_a_supplier_imports_and_declares(village: Village, run: Run, tmp_path: Path) -> None:
    village.settle("New Cathode", "supplier")
    assert run("New Cathode", "product", "add", write(tmp_path, "product.toml", PRODUCT), "--json")[0] == 0
    code, preview, _ = run(
        "New Cathode", "import", "cathode-powder", write(tmp_path, "activity.csv", ACTIVITY), "--json"
    )
    assert code == 0
    assert [(line["line"], line["amount"]) for line in preview["lines"]] == [("power", "6"), ("salt", "1.1")]
    assert preview["unit_footprint_kg"] == "9.4931"
    code, declared, _ = run("New Cathode", "declare", "cathode-powder", "--json")
    assert (code, declared["state"]) == (0, "logged")
    assert run("New Cathode", "declare", "cathode-powder", "--json")[1] == declared
    found = run("New Cathode", "find", "declarations", "--json")[1]["declarations"]
    assert [one["id"] for one in found] == [declared["declaration"]]
    code, proof, _ = run("New Cathode", "log", "prove", declared["declaration"], "--json")
    assert code == 0 and proof["index"] < proof["size"]


def test_declaring_warns_of_electricity_that_the_method_does_not_accept(
    village: Village, run: Run, tmp_path: Path
) -> None:
    village.settle("New Cathode", "supplier")
    run("New Cathode", "product", "add", write(tmp_path, "product.toml", PRODUCT), "--json")
    run("New Cathode", "import", "cathode-powder", write(tmp_path, "activity.csv", ACTIVITY), "--json")
    code, declared, stderr = run(
        "New Cathode", "declare", "cathode-powder", "--method", "eu-cfb-2024-draft", "--lang", "en", "--json"
    )
    # The example's template does not say how its electricity was bought.
    (warning,) = declared["warnings"]
    assert code == 0 and warning.startswith(
        "line power: eu-cfb-2024-draft does not accept electricity by not stated"
    )
    assert warning in stderr and "6" not in warning
    other = run("New Cathode", "declare", "cathode-powder", "--method", "mee-2025-cff", "--json")[1]
    assert other["declaration"] != declared["declaration"]


def test_a_pack_is_requested_under_the_rules_asked_for_and_what_is_beyond_is_left_out(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = list(village.suppliers())
    village.settle("Pack maker", "requester")
    text = bill(items) + (
        '[[bill_of_materials]]\nitem = "credit"\nsupplier = "credit"\nlegal_entity = "Nobody"\nproduct = "credit"\n'
        'category = "credit"\nquantity = "1"\nunit = "kg"\nstage = "end_of_life"\npart_of = ""\n'
    )
    pack = write(tmp_path, "pack.toml", text)
    code, requested, stderr = run("Pack maker", "request", pack, "--json")
    assert code == 0 and requested["left_out"] == ["credit"] and requested["entries"] == len(items)
    assert "beyond the boundary, left out: credit" in stderr
    code, _, stderr = run("Pack maker", "request", pack, "--boundary", "full")
    assert code == 1 and "credit: no declaration of product credit" in stderr
    code, _, stderr = run("Pack maker", "request", pack, "--method", "eu-cfb-2024-draft")
    assert code == 1 and "no declaration of product" in stderr
    # Under a rule set that declares whole life cycles only, nothing is beyond the boundary, unless that is asked for.
    (wanted,), library = read_pack_files([Path(pack)]), fetch_library(village.nodes["Pack maker"])
    whole, part = (
        restrict_to(wanted, Terms(method="eu-cfb-2024-draft", boundary=one), library)
        for one in (None, "partial")
    )
    assert (whole.boundary, part.boundary, wanted.boundary) == ("full", "partial", "partial")
    assert whole.method == "eu-cfb-2024-draft" and len(whole.entries) == len(part.entries) + 1
    code, _, stderr = run("Pack maker", "request", pack, "--boundary", "cradle")
    assert code == 1 and "no boundary 'cradle'" in stderr


def test_an_entry_in_a_stage_that_its_category_does_not_know_is_not_left_out_but_refused(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = list(village.suppliers())
    village.settle("Pack maker", "requester")
    first, rest = bill(items).split('stage = "raw_material_and_parts"', 1)
    pack = write(tmp_path, "pack.toml", f'{first}stage = "end_of_life"{rest}')
    code, _, stderr = run("Pack maker", "request", pack)
    assert code == 1 and "belongs to raw_material_and_parts" in stderr


def test_an_import_with_problems_names_them_all_and_stores_nothing(
    village: Village, run: Run, tmp_path: Path
) -> None:
    village.settle("New Cathode", "supplier")
    run("New Cathode", "product", "add", write(tmp_path, "product.toml", PRODUCT), "--json")
    bad = ACTIVITY.replace("6,GWh", "6,parsec").replace("salt,1100", "salt,-1100")
    code, found, stderr = run(
        "New Cathode", "import", "cathode-powder", write(tmp_path, "a.csv", bad), "--json"
    )
    assert code == 1
    assert [(one["row"], one["column"] != "") for one in found["problems"]] == [(3, True), (4, True)]
    assert "nothing was taken over" in stderr
    code, _, stderr = run("New Cathode", "declare", "cathode-powder")
    assert code == 1 and "no activity of product cathode-powder is imported" in stderr


def test_the_sheet_that_template_writes_is_imported_once_the_output_is_in_it(
    village: Village, run: Run, tmp_path: Path
) -> None:
    village.settle("New Cathode", "supplier")
    run("New Cathode", "product", "add", write(tmp_path, "product.toml", PRODUCT), "--json")
    sheet = tmp_path / "sheet.csv"
    assert run("New Cathode", "template", "cathode-powder", "--out", str(sheet), "--json")[0] == 0
    code, _, stderr = run("New Cathode", "import", "cathode-powder", str(sheet))
    assert code == 1 and "The production output is zero" in stderr and "1 problem(s)" in stderr
    text = sheet.read_text("utf-8-sig").splitlines()
    text[1] = text[1].replace(",0,", ",12.5,")
    sheet.write_text("\n".join(text), "utf-8")
    assert run("New Cathode", "import", "cathode-powder", str(sheet), "--preview", "--json")[0] == 0
    code, _, stderr = run("New Cathode", "template", "cathode-powder", "--out", str(sheet))
    assert code == 1 and "is there already" in stderr


def check_shown(shown: str, result: dict[str, Any]) -> None:
    """A result as it is printed: the stages of its boundary alone, its notes in one language."""
    for text in ("mee-2025-cff, partial", "of capacity", "primary data"):
        assert text in shown
    assert "End of life" not in shown and "Variant" not in shown and "recycl" not in shown
    assert "Amounts are sealed" in shown and "用量是密封的" not in shown
    assert all(one["zh"] not in shown for one in result["unknown"])


def test_a_pack_maker_requests_follows_and_gets_a_certificate(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = village.suppliers()
    village.settle("Pack maker", "requester")
    code, requested, stderr = run(
        "Pack maker", "request", write(tmp_path, "pack.toml", bill(list(items))), "--json"
    )
    assert code == 0 and "warning: parts of pack" in stderr
    village.run()
    code, status, _ = run(
        "Pack maker", "status", requested["request"][:12], "--follow", "--timeout", "30", "--json"
    )
    assert (code, status["phase"]) == (0, "certified")
    assert {entry["state"] for entry in status["entries"]} == {"contributed"}
    assert [entry["item"] for entry in status["entries"]] == list(items)
    code, result, _ = run("Pack maker", "result", requested["request"], "--json")
    assert code == 0 and set(result) >= {
        "stages",
        "total_kg",
        "per_kwh",
        "overstated_by_at_most",
        "total_energy_kwh",
        "per_kwh_capacity",
        "quality_band",
        "primary_data_share",
    }
    assert (result["method"], result["boundary"]) == ("mee-2025-cff", "partial")
    assert result["variant"]["en"] == "" and result["unknown"] and "sealed" in result["electricity"]
    shown = run("Pack maker", "result", requested["request"])[1]
    check_shown(shown, result)
    (row,) = [line.split() for line in shown.splitlines() if "分销" in line]
    assert row == ["Distribution", "分销", "-", "-"] and "Nothing was declared for: Distribution." in shown
    out = tmp_path / "out" / "certificate.json"
    code, certificate, _ = run("Pack maker", "certificate", requested["request"], "--out", str(out), "--json")
    assert code == 0 and certificate["holds"] and len(out.read_bytes()) == certificate["bytes"]
    code, certificate, _ = run("North Cathode", "certificate", requested["request"], "--redacted", "--json")
    assert code == 0 and certificate["holds"]
    listed = run("North Cathode", "list")[1]
    assert listed.count("North Cathode (item-0)") == listed.count("2025-01-01 – 2025-12-31") == 2
    listed = run("Pack maker", "list", "--json")[1]
    assert [(one["id"], one["phase"]) for one in listed["requests"]] == [(requested["request"], "certified")]


def test_a_bill_of_materials_with_unknown_declarations_names_every_item(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = list(village.suppliers())
    village.settle("Pack maker", "requester")
    file = write(tmp_path, "pack.toml", bill(["ghost-a", items[1], "ghost-b", items[3]]))
    code, _, stderr = run("Pack maker", "request", file)
    assert code == 1 and "ghost-a: no declaration" in stderr and "ghost-b: no declaration" in stderr
    code, _, stderr = run("Pack maker", "request", file, "--declaration", f"ghost-a={'0' * 64}")
    assert code == 1 and "is not a logged declaration" in stderr
    assert run("Pack maker", "list", "--json")[1]["requests"] == []


def test_a_request_waits_for_a_person_and_a_refusal_ends_it(village: Village, run: Run) -> None:
    village.suppliers(policy=False)
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    code, inbox, _ = run("North Cathode", "inbox", "--json")
    assert code == 0
    assert [(one["request"], one["state"], one["customer"]) for one in inbox["inbox"]] == [
        (request, "waiting", "Pack maker")
    ]
    code, consents, _ = run("North Cathode", "consent", request, "--answer", "agreed by Li", "--json")
    assert code == 0 and len(consents["consents"]) == 1
    code, _, _ = run("East Cathode", "refuse", request, "--reason", "quantities are wrong", "--json")
    assert code == 0
    village.town.settle()
    code, status, _ = run("Pack maker", "status", request, "--json")
    assert (code, status["phase"]) == (1, "ended")
    assert status["ending"] == "a supplier refused to take part; quantities are wrong"
    assert status["ending_zh"] == "有供应商拒绝参加；quantities are wrong"  # a person's own words stay
    code, _, stderr = run("Pack maker", "result", request)
    assert code == 1 and "there is no result yet" in stderr


def test_a_withdrawal_ends_the_calculation(village: Village, run: Run) -> None:
    village.suppliers(policy=False)
    request = ask(village.settle("Pack maker", "requester"))
    assert run("Pack maker", "withdraw", request, "--reason", "wrong model", "--json")[0] == 0
    assert "wrong model" in run("North Cathode", "status", request, "--json")[1]["ending"]
    code, _, stderr = run("North Cathode", "consent", request)
    assert code == 1 and "ended" in stderr


def test_what_is_signed_without_a_coordinator_is_sent_by_the_next_command(
    village: Village, run: Run, tmp_path: Path
) -> None:
    items = village.suppliers(policy=False)
    request = ask(village.settle("Pack maker", "requester"))
    run("North Cathode", "inbox")
    node = village.nodes["North Cathode"]
    with node.store.write() as connection:
        organisation_address(connection, "127.0.0.1:1")
    code, _, stderr = run("North Cathode", "consent", request)
    assert code == 3 and "signed and stored" in stderr
    code, moved, _ = run("North Cathode", "connect", "--coordinator", village.doors.grpc, "--json")
    assert (code, moved["coordinator"]) == (0, village.doors.grpc)
    assert run("North Cathode", "status", request, "--json")[1]["consented"] == 1
    assert len(items) == 4


def organisation_address(connection: Any, address: str) -> None:
    from node.store.settings import set_value

    set_value(connection, "coordinator", address)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status", "beef"), 1),
        (("show", "beef"), 1),
        (("consent", "beef"), 1),
        (("policy", "remove", "7"), 1),
        (("declare", "nothing"), 1),
        (("policy", "set", "--customer", "*", "--totals", "0"), 2),
        (("policy", "set", "--customer", "Nobody Ltd"), 1),
        (("policy", "set", "--customer", "*", "--product", "nothing"), 1),
        (("review",), 2),
        (("refuse", "beef"), 2),
    ],
)
def test_a_command_that_cannot_be_done_says_so_and_exits(
    village: Village, run: Run, words: tuple[str, ...], code: int
) -> None:
    village.settle("New Cathode", "supplier")
    found, _, stderr = run("New Cathode", *words)
    assert found == code and stderr.strip()


def test_a_folder_without_a_node_is_named(run: Run, village: Village) -> None:
    code, _, stderr = run("Nobody", "list")
    assert code == 1 and "holds no node" in stderr and "enrol" in stderr


def test_the_ledger_is_listed_in_both_languages(village: Village, run: Run, tmp_path: Path) -> None:
    village.suppliers()
    code, found, _ = run("North Cathode", "egress", "list", "--csv", str(tmp_path / "ledger.csv"), "--json")
    kinds = [row["kind"] for row in found["egress"]]
    assert code == 0 and kinds[:2] == ["connection", "enrolment"] and "declaration" in kinds
    assert all(row["holds_en"] and row["holds_zh"] and len(row["sha256"]) == 64 for row in found["egress"])
    assert len((tmp_path / "ledger.csv").read_text("utf-8-sig").splitlines()) == len(kinds) + 1


def test_the_ledger_is_filtered_and_exported(village: Village, run: Run, tmp_path: Path) -> None:
    village.suppliers()

    def rows(*options: str) -> list[dict[str, Any]]:
        code, found, _ = run("North Cathode", "egress", "list", *options, "--json")
        assert code == 0
        listed: list[dict[str, Any]] = found["egress"]
        return listed

    everything = rows()
    assert {row["kind"] for row in rows("--kind", "declaration")} == {"declaration"}
    assert rows("--to", "127.0.0.1") == everything and rows("--to", "elsewhere") == []
    assert rows("--since", "2099-01-01") == [] and rows("--since", "2020-01-01T10:30") == everything
    for name in ("ledger.csv", "ledger.xlsx"):
        code, found, _ = run("North Cathode", "egress", "export", str(tmp_path / name), "--json")
        assert code == 0 and found["rows"] == len(everything)
    sheet = load_workbook(tmp_path / "ledger.xlsx").active
    assert sheet is not None
    table = list(sheet.iter_rows(values_only=True))
    assert table[0][0] == "id" and [row[5] for row in table[1:]] == [row["sha256"] for row in everything]
    code, _, stderr = run("North Cathode", "egress", "export", str(tmp_path / "ledger.pdf"))
    assert code == 1 and ".xlsx" in stderr


def test_every_message_is_listed_with_the_row_that_says_what_it_holds(village: Village, run: Run) -> None:
    village.suppliers()
    code, found, _ = run("North Cathode", "egress", "wire", "--json")
    parcels = {
        row["id"]: row["kind"] for row in run("North Cathode", "egress", "list", "--json")[1]["egress"]
    }
    kinds = {(row["method"].rpartition("/")[2], parcels[row["parcel"]]) for row in found["wire"]}
    assert code == 0 and kinds >= {("Submit", "enrolment"), ("Submit", "declaration"), ("Find", "find")}
    assert run("North Cathode", "egress", "wire")[0] == 0


def test_a_bound_keeps_its_side_when_it_is_rounded(capsys: pytest.CaptureFixture[str]) -> None:
    figures = dict.fromkeys(("total_kg", "per_kwh", "per_kwh_capacity"), "1")
    rest = {
        "total_energy_kwh": "1",
        "quality_rating": "1",
        "quality_band": "",
        "primary_data_share": "0.2368",
        "overstated_by_at_most": "4.8201",
    }
    show_figures({**figures, **rest, "stages": {}, "shares": {}}, (), ())
    said = capsys.readouterr().out
    assert "at least 23.6 % primary data" in said and "overstated by at most 4.821 kg" in said

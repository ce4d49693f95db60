"""What each format says: the certificate's own figures, in the place that docs/exchange.md names."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from exchange.battery_pass import say_left_out
from exchange.certified import Certified, Opinion, find_pack
from exchange.formats import encode_certified, make_document
from exchange.gate import GATE
from exchange.pact import make_product_footprint
from exchange.particulars import Particulars
from exchange.report.content import Wording, make_verification
from exchange.table import TITLES, list_rows
from method.exact import parse_decimal
from method.rules import RULES, STAGE_NAMES, STAGES
from node.words.refusals import say_message
from protocol.errors import Refused
from protocol.payloads import Figures
from protocol.verification_payloads import Statement
from tests.support.example_chain import clear_example, particulars_of

NCM = "ncm-pack"
STATED = particulars_of(NCM)
PARTIAL = clear_example(NCM, "mee-2025-cff", "partial")
FULL = clear_example(NCM, "mee-2025-cff", "full")


def figures_of(certified: Certified) -> Figures:
    return certified.packs[0][1]


def stage_kg(certified: Certified, stage: str) -> Fraction:
    return Fraction({str(name): kg for name, kg in figures_of(certified).stages.items()}[stage])


def with_figures(certified: Certified, **changes: Any) -> Certified:
    unit, figures = certified.packs[0]
    return replace(certified, packs=((unit, figures.model_copy(update=changes)),))


def with_stage(certified: Certified, stage: str, kg: str) -> Certified:
    return with_figures(certified, stages={**figures_of(certified).stages, stage: kg})


def pact_of(certified: Certified, particulars: Particulars = STATED) -> dict[str, Any]:
    return make_document(certified, "pact", particulars, None)


# --- PACT ------------------------------------------------------------------------------------------


def test_one_pack_is_one_piece() -> None:
    pcf = pact_of(PARTIAL)["pcf"]
    assert (pcf["declaredUnitOfMeasurement"], pcf["declaredUnitAmount"]) == ("piece", "1")
    assert pcf["productMassPerDeclaredUnit"] == "523"


def test_pacts_figure_is_cradle_to_gate_and_delivery_stands_beside_it() -> None:
    pcf = pact_of(PARTIAL)["pcf"]
    gate = stage_kg(PARTIAL, "raw_material_and_parts") + stage_kg(PARTIAL, "battery_production")
    for name in ("pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions"):
        assert Fraction(pcf[name]) == gate
    assert Fraction(pcf["outboundLogisticsGhgEmissions"]) == stage_kg(PARTIAL, "distribution")


def test_a_credit_at_the_end_of_life_stays_outside_and_is_told() -> None:
    assert stage_kg(FULL, "end_of_life") < 0
    document = pact_of(FULL)
    gate = stage_kg(FULL, "raw_material_and_parts") + stage_kg(FULL, "battery_production")
    assert Fraction(document["pcf"]["fossilGhgEmissions"]) == gate
    stages = document["extensions"][0]["data"]["stagesKg"]
    assert Fraction(stages["endOfLife"]) == stage_kg(FULL, "end_of_life")
    assert "stays outside this figure" in document["comment"] and "不计入本数值" in document["comment"]
    assert pact_of(PARTIAL)["extensions"][0]["data"]["stagesKg"]["endOfLife"] is None


def test_every_number_of_pact_is_a_plain_decimal_and_the_limits_of_its_comments_hold() -> None:
    for certified in (PARTIAL, FULL):
        pcf = pact_of(certified)["pcf"]
        for name in (
            "declaredUnitAmount", "productMassPerDeclaredUnit", "pcfExcludingBiogenicUptake",
            "pcfIncludingBiogenicUptake", "fossilGhgEmissions", "fossilCarbonContent", "exemptedEmissionsPercent",
            "primaryDataShare", "outboundLogisticsGhgEmissions",
        ):  # fmt: skip
            assert parse_decimal(pcf[name], name) >= 0


def test_the_extension_keeps_to_the_schema_that_ships() -> None:
    schema = json.loads(resources.files("exchange").joinpath("pack-footprint-1.json").read_text("utf-8"))
    for certified in (PARTIAL, FULL):
        (extension,) = pact_of(certified)["extensions"]
        Draft202012Validator(schema).validate(extension["data"])
        assert extension["dataSchema"] == schema["$id"]
        assert extension["data"]["certificate"]["sha256"] == certified.sha256
        assert extension["data"]["perKwh"] == figures_of(certified).per_kwh


def test_the_primary_share_of_the_gate_is_the_lowest_it_can_be() -> None:
    figures = figures_of(PARTIAL)
    gate = stage_kg(PARTIAL, "raw_material_and_parts") + stage_kg(PARTIAL, "battery_production")
    lowest = 100 * (1 - Fraction(figures.secondary_kg) / (gate - Fraction(figures.overstated_by_at_most)))
    share = Fraction(pact_of(PARTIAL)["pcf"]["primaryDataShare"])
    assert 0 <= lowest - share < Fraction(1, 10_000)
    assert pact_of(with_figures(PARTIAL, secondary_kg="0"))["pcf"]["primaryDataShare"] == "100"
    assert pact_of(with_figures(PARTIAL, secondary_kg="99999"))["pcf"]["primaryDataShare"] == "0"


def test_the_id_follows_from_the_content() -> None:
    first = pact_of(PARTIAL)
    assert first["id"] == pact_of(PARTIAL)["id"]
    changed = pact_of(PARTIAL, replace(STATED, mass_kg=Fraction(524)))
    assert changed["id"] != first["id"]
    followed = make_product_footprint(find_pack(PARTIAL), STATED, [first["id"]])
    assert followed["precedingPfIds"] == [first["id"]] and followed["id"] != first["id"]


def test_the_data_periods_set_reference_and_validity() -> None:
    document = pact_of(PARTIAL)
    pcf = document["pcf"]
    assert (pcf["referencePeriodStart"], pcf["referencePeriodEnd"]) == (
        "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert document["validityPeriodEnd"] == "2029-01-01T00:00:00Z"
    stated = pact_of(PARTIAL, replace(STATED, valid_from="2026-12-01", valid_until="2027-11-30"))
    assert (stated["validityPeriodStart"], stated["validityPeriodEnd"]) == (
        "2026-12-01T00:00:00Z", "2027-12-01T00:00:00Z",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "field", "value"),
    [("CN", "geographyCountry", "CN"), ("CN-JS", "geographyCountrySubdivision", "CN-JS")],
)
def test_geography_is_of_one_kind(stated: str, field: str, value: str) -> None:
    pcf = pact_of(PARTIAL, replace(STATED, geography=stated))["pcf"]
    assert {name: pcf[name] for name in pcf if name.startswith("geography")} == {field: value}


@pytest.mark.parametrize("plant", ["CN-SC", "四川省宜宾市", "Yibin, Sichuan"])
def test_the_makers_one_plant_is_the_geography_that_nobody_needs_to_state(plant: str) -> None:
    members = tuple(replace(one, plant=plant if one.is_makers else "CL") for one in PARTIAL.members)
    assert any(one.is_makers for one in members)
    pcf = pact_of(replace(PARTIAL, members=members), replace(STATED, geography=""))["pcf"]
    assert pcf["geographyCountrySubdivision"] == "CN-SC"


def opinion(finding: str) -> Opinion:
    says = Statement(scope="result", assurance="limited", finding=finding, opinion="as read")  # type: ignore[arg-type]
    return Opinion("Verifier Ltd", says, 1_795_000_100)


def test_only_an_opinion_that_the_figure_holds_is_a_verification_of_pact() -> None:
    held = pact_of(replace(PARTIAL, opinions=(opinion("unmodified"),)))["pcf"]["verification"]
    assert held["providerName"] == "Verifier Ltd" and "limited assurance" in held["comments"]
    assert held["completedAt"] == "2026-11-18T11:08:20Z"
    for finding in ("adverse", "disclaimed"):
        assert "verification" not in pact_of(replace(PARTIAL, opinions=(opinion(finding),)))["pcf"]


def test_a_disclaimer_gives_no_assurance_whatever_its_statement_names() -> None:
    assert opinion("modified").kind == "modified opinion, limited assurance"
    (row,) = (
        one
        for one in list_rows(replace(PARTIAL, opinions=(opinion("disclaimed"),)))
        if one.code == "verification"
    )
    assert row.value == "Verifier Ltd: disclaimed opinion, no assurance; result"
    summary = {
        "finding": "disclaimed", "level": "no", "verifier": {"en": "Verifier Ltd", "zh": "核查"},
        "product": "", "scope": "result", "opinion": "as read",
    }  # fmt: skip
    assert make_verification(summary, Wording("zh"))["text"] == "核查；不提供保证；核查对象：结果；result"
    assert "Verifier Ltd; no assurance" in make_verification(summary, Wording("en"))["text"]


# --- stages that nobody declared --------------------------------------------------------------------


def undeclared(certified: Certified, *stages: str) -> Certified:
    """The certificate of a calculation with no entry in these stages."""
    members = tuple(one for one in certified.members if one.stage not in stages)
    zero = {**figures_of(certified).stages, **dict.fromkeys(stages, "0")}
    return with_figures(replace(certified, members=members), stages=zero)


def test_a_stage_that_nobody_declared_is_no_0_in_pact() -> None:
    schema = json.loads(resources.files("exchange").joinpath("pack-footprint-1.json").read_text("utf-8"))
    document = pact_of(undeclared(FULL, "distribution", "end_of_life"))
    (extension,) = document["extensions"]
    Draft202012Validator(schema).validate(extension["data"])
    stages = extension["data"]["stagesKg"]
    assert (stages["distribution"], stages["endOfLife"]) == (None, None)
    assert stages["batteryProduction"] == figures_of(FULL).stages["battery_production"]
    assert "outboundLogisticsGhgEmissions" not in document["pcf"]
    assert "Nothing was declared for: distribution, end of life and recycling." in document["comment"]
    assert "the sum of the stages of that boundary that were declared." in document["comment"]
    assert "all stages" not in document["comment"] and "该边界内已申报的各阶段合计，" in document["comment"]
    assert (
        "以下阶段没有申报：分销、回收利用。" in document["comment"]
        and "stays outside" not in document["comment"]
    )


def test_a_stage_whose_entries_come_to_0_stays_0_everywhere() -> None:
    real = with_stage(FULL, "distribution", "0")
    document = pact_of(real)
    assert document["extensions"][0]["data"]["stagesKg"]["distribution"] == "0"
    assert document["pcf"]["outboundLogisticsGhgEmissions"] == "0"
    assert "all stages of that boundary" in document["comment"]
    assert "Nothing was declared" not in document["comment"] and "没有申报" not in document["comment"]
    told = make_document(real, "battery-pass", STATED, None)["carbonFootprintPerLifecycleStage"]
    assert {"lifecycleStage": "Distribution", "carbonFootprint": 0.0} in told
    values = {row.code: (row.value, row.unit) for row in list_rows(real)}
    assert values["stage.distribution"] == ("0", "kgCO2e")


def test_what_a_battery_pass_lacks_is_said_with_its_reason() -> None:
    found = say_left_out(
        RULES["miit-551"].stages_of("partial"), ("raw_material_and_parts", "battery_production")
    )
    assert found is not None
    assert "Distribution (not declared), End of life and recycling (outside the boundary)" in found.en
    assert "分销（未申报）、回收利用（不在系统边界内）" in found.zh
    assert say_left_out(STAGES, STAGES) is None


def test_battery_pass_leaves_a_stage_out_that_nobody_declared() -> None:
    told = make_document(undeclared(FULL, "distribution"), "battery-pass", STATED, None)
    names = [one["lifecycleStage"] for one in told["carbonFootprintPerLifecycleStage"]]
    assert names == ["RawMaterialExtraction", "MainProduction", "Recycling"]


def test_the_table_says_in_words_that_nobody_declared_a_stage() -> None:
    values = {row.code: (row.value, row.unit) for row in list_rows(undeclared(PARTIAL, "distribution"))}
    for code in ("stage.distribution", "share.distribution"):
        assert values[code] == ("未申报 not declared", "")
    assert values["stage.battery_production"][1] == "kgCO2e"


@pytest.mark.parametrize("format", ["pact", "catena-x"])
@pytest.mark.parametrize("stage", GATE)
def test_no_figure_from_cradle_to_gate_is_made_of_one_that_lacks_a_stage_of_it(
    stage: str, format: str
) -> None:
    with pytest.raises(
        Refused, match=f"nothing was declared for {STAGE_NAMES[stage][1].lower()}, "
    ) as caught:
        make_document(undeclared(PARTIAL, stage), format, STATED, None)
    assert caught.value.check == "stage" and "bill of materials" in caught.value.message
    assert f"“{STAGE_NAMES[stage][0]}”阶段没有申报" in say_message(caught.value.message).zh


def test_catena_x_does_not_call_an_end_of_life_0_that_nobody_declared() -> None:
    with pytest.raises(Refused, match="nobody declared it") as caught:
        make_document(undeclared(FULL, "end_of_life"), "catena-x", STATED, None)
    assert " 0 kg" not in caught.value.message and "--boundary partial" in caught.value.message
    assert "却没有申报" in say_message(caught.value.message).zh


# --- what is refused -------------------------------------------------------------------------------


def test_what_is_not_stated_is_listed_in_one_go() -> None:
    nowhere = replace(PARTIAL, members=tuple(replace(one, plant="plant 2") for one in PARTIAL.members))
    with pytest.raises(Refused) as caught:
        pact_of(nowhere, Particulars())
    for name in ("mass_kg", "fossil_carbon_kg", "geography", "standards", "gwp_reports"):
        assert f"\n  {name}: " in caught.value.message
    with pytest.raises(Refused, match="public_study_link"):
        make_document(PARTIAL, "battery-pass", Particulars(), None)
    with pytest.raises(Refused) as caught:
        make_document(PARTIAL, "catena-x", Particulars(), None)
    for name in ("mass_kg", "region", "standards", "packaging_included", "waste_incineration"):
        assert f"\n  {name}: " in caught.value.message


@pytest.mark.parametrize("format", ["pact", "catena-x"])
def test_a_negative_stage_is_refused_by_name_and_never_clamped(format: str) -> None:
    for certified, words in (
        (with_stage(PARTIAL, "distribution", "-1.5"), "distribution is -1.5 kg"),
        (with_stage(PARTIAL, "raw_material_and_parts", "-9000"), "cradle to gate"),
    ):
        with pytest.raises(Refused) as caught:
            make_document(certified, format, STATED, None)
        assert caught.value.check == "negative"
        assert words in caught.value.message and "battery-pass" in caught.value.message


@pytest.mark.parametrize(("kg", "check"), [("-1181.5", "negative"), ("12", "stage"), ("0", "stage")])
def test_catena_x_refuses_a_counted_end_of_life_whatever_its_sign(kg: str, check: str) -> None:
    with pytest.raises(Refused) as caught:
        make_document(with_stage(FULL, "end_of_life", kg), "catena-x", STATED, None)
    assert caught.value.check == check
    assert "end of life" in caught.value.message and "--boundary partial" in caught.value.message


@pytest.mark.parametrize("part", ["biogenic", "land_use"])
@pytest.mark.parametrize("format", ["pact", "catena-x"])
def test_factors_with_other_parts_than_fossil_are_refused_by_name(part: str, format: str) -> None:
    first = PARTIAL.members[0]
    factor = replace(first.factors[0], code="wood-chips", **{part: Fraction(1, 10)})
    members = (replace(first, factors=(factor, *first.factors[1:])), *PARTIAL.members[1:])
    with pytest.raises(Refused, match="wood-chips"):
        make_document(replace(PARTIAL, members=members), format, STATED, None)


def test_a_model_must_be_named_where_there_are_several() -> None:
    unit, figures = PARTIAL.packs[0]
    both = replace(PARTIAL, packs=((unit, figures), (unit.model_copy(update={"model": "B"}), figures)))
    with pytest.raises(Refused, match="HY-N100, B"):
        pact_of(both)
    assert make_document(both, "pact", STATED, "B")["productNameCompany"] == "B"
    with pytest.raises(Refused, match="not of model C"):
        make_document(both, "pact", STATED, "C")


# --- the others ------------------------------------------------------------------------------------


def test_battery_pass_carries_every_stage_per_kwh_with_its_sign() -> None:
    document = make_document(FULL, "battery-pass", STATED, None)
    energy = Fraction(figures_of(FULL).total_energy_kwh)
    per_kwh = {
        item["lifecycleStage"]: item["carbonFootprint"]
        for item in document["carbonFootprintPerLifecycleStage"]
    }
    names = ("RawMaterialExtraction", "MainProduction", "Distribution", "Recycling")
    for name, stage in zip(names, STAGES, strict=True):
        assert per_kwh[name] == float(stage_kg(FULL, stage) / energy)
    assert per_kwh["Recycling"] < 0
    assert document["batteryCarbonFootprint"] == float(figures_of(FULL).per_kwh)
    assert document["absoluteCarbonFootprint"] == float(figures_of(FULL).total_kg)
    partial = make_document(PARTIAL, "battery-pass", STATED, None)["carbonFootprintPerLifecycleStage"]
    assert [item["lifecycleStage"] for item in partial] == list(names[:3])


def test_catena_x_carries_production_and_distribution_of_a_partial_result() -> None:
    document = make_document(PARTIAL, "catena-x", STATED, None)
    (stages,) = document["productLifeCycleStagesAndEmissions"]
    gate = stage_kg(PARTIAL, "raw_material_and_parts") + stage_kg(PARTIAL, "battery_production")
    assert stages["productionStage"][0]["fossilGhgEmissions"] == float(gate)
    delivery = stages["distributionStage"][0]["distributionStageFossilGhgEmissions"]
    assert delivery == float(stage_kg(PARTIAL, "distribution"))
    assert document["scopeOfPcfForm"][0]["partialFullPcf"] == "Cradle-to-gate"


def test_the_table_holds_every_figure_to_the_letter() -> None:
    text = encode_certified(FULL, "csv", Particulars(), None).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == TITLES
    values = {row["code"]: row["value"] for row in rows}
    figures = figures_of(FULL)
    assert values["certificate_sha256"] == FULL.sha256
    assert values["stage.end_of_life"] == {str(k): v for k, v in figures.stages.items()}["end_of_life"]
    for name in ("total_kg", "per_kwh", "overstated_by_at_most", "secondary_kg", "primary_data_share"):
        assert values[name] == getattr(figures, name)
    assert "stage.end_of_life" not in encode_certified(PARTIAL, "csv", Particulars(), None).decode()


def test_a_name_that_begins_like_a_formula_stays_a_text_in_the_table() -> None:
    unit, figures = PARTIAL.packs[0]
    named = replace(PARTIAL, packs=((unit.model_copy(update={"model": "=1+1"}), figures),))
    text = encode_certified(named, "csv", Particulars(), None).decode("utf-8-sig")
    assert "\n=1+1" not in text and "\n'=1+1" in text


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match="pact, battery-pass, catena-x") as caught:
        make_document(PARTIAL, "ilcd", STATED, None)
    assert say_message(caught.value.message).zh.startswith("没有名为 ilcd 的格式，可选：pact, ")

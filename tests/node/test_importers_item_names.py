"""What people call the lines of a template: taken where one thing is meant, asked about where two could be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from node.importers.activity import ImportedActivity, read_activity
from node.importers.item_names import find_near, name_choice
from node.importers.library import read_categories, read_factors
from node.importers.problem import ImportProblems, Problem
from tests.node.test_importers_activity import PRODUCT

LIBRARY = Path(__file__).parents[2] / "examples/library"
FACTORS = read_factors(LIBRARY)
CATEGORIES = read_categories(LIBRARY)
ENERGY = "产品产量,2025,9,t\n"


def take_in(folder: Path, rows: str, category: str = "separator") -> ImportedActivity:
    (folder / "台账.csv").write_text(
        "项目,开始日期,结束日期,数量,单位\n" + rows.replace("2025,", "2025-01-01,2025-12-31,")
    )
    product = replace(PRODUCT, category=category, name_zh="9微米湿法涂覆隔膜")
    return read_activity(folder / "台账.csv", product, CATEGORIES[category], FACTORS)


def refused(folder: Path, rows: str, category: str = "separator") -> tuple[Problem, ...]:
    with pytest.raises(ImportProblems) as caught:
        take_in(folder, rows, category)
    return caught.value.problems


@pytest.mark.parametrize(
    ("name", "unit", "line"),
    [
        ("外购电", "MWh", "grid-electricity"), ("电", "kWh", "grid-electricity"), ("用电量", "度", "grid-electricity"),
        ("电网电力用量", "MWh", "grid-electricity"), ("光伏", "kWh", "pv-electricity"),
        ("公路运输", "t·km", "road-transport"), ("公路运输(发出)", "t·km", "road-transport"),
        ("海运", "t·km", "water-transport"), ("聚乙烯PE", "t", "polyolefin-resin"), ("ｐｖｄｆ", "t", "pvdf"),
    ],
)  # fmt: skip
def test_an_everyday_name_that_means_one_line_is_that_line(
    tmp_path: Path, name: str, unit: str, line: str
) -> None:
    assert take_in(tmp_path, f"{ENERGY}{name},2025,5,{unit}\n").records[1].line == line


@pytest.mark.parametrize("name", ["产品产量", "合格品产量", "隔膜产量", "9微米湿法涂覆隔膜产量", "总产量"])
def test_an_everyday_name_of_the_output_is_the_output(tmp_path: Path, name: str) -> None:
    assert take_in(tmp_path, f"{name},2025,9,t\n").output == 9000


def test_the_only_name_that_ends_like_a_production_is_the_output_and_that_is_said(tmp_path: Path) -> None:
    for name in (
        "碳酸锂产量",
        "Lithium carbonate production",
        "base film output",
        "产量（NCM811）",
        "产量(kg)",
    ):
        activity = take_in(tmp_path, f"电,2025,5,kWh\n{name},2025,9,t\n")
        assert activity.output == 9000
        (said,) = [one for one in activity.warnings if name in one.zh]
        assert said.zh == f"“{name}”按本产品的产量计入：没有其他产量行" and said.rows == (("", 3),)
    assert not any("计入" in one.zh for one in take_in(tmp_path, ENERGY).warnings)


def test_of_several_productions_none_is_taken_and_the_output_is_offered_first(tmp_path: Path) -> None:
    (beside,) = refused(tmp_path, f"{ENERGY}碳酸锂产量,2025,9,t\n", "ncm-cathode")
    assert beside.words("zh").expected.startswith("模板里的项目，最接近的是产量、")
    assert beside.words("en").expected.partition("nearest: ")[2].startswith("production output, ")


def test_which_of_several_productions_is_the_output_is_asked_once(tmp_path: Path) -> None:
    rows = "电,2025,5,kWh\n碳酸锂产量,2025,9,t\n前驱体产量,2025,9,t\n碳酸锂产量,2025,8,t\n"
    (which,) = refused(tmp_path, rows, "ncm-cathode")
    assert (which.kind, which.row, which.column) == ("which-output", 3, "项目")
    assert "“碳酸锂产量”、“前驱体产量”" in which.words("zh").found
    chosen = rows.replace("碳酸锂产量", "产量")
    assert {one.kind for one in refused(tmp_path, chosen, "ncm-cathode")} == {"unknown-line"}


@pytest.mark.parametrize(
    "name", ["废渣产量", "副产品产量", "计划产量", "光伏发电产量", "蒸汽产量", "solar output"]
)
def test_a_production_of_something_else_is_not_the_output(tmp_path: Path, name: str) -> None:
    assert "output-missing" in {one.kind for one in refused(tmp_path, f"电,2025,5,kWh\n{name},2025,9,t\n")}


def test_one_reading_of_gas_counts_on_combustion_and_on_upstream(tmp_path: Path) -> None:
    activity = take_in(tmp_path, f"{ENERGY}天然气,2025,100,Nm³\n")
    assert [one.line for one in activity.records] == [
        "output",
        "natural-gas-combustion",
        "natural-gas-upstream",
    ]
    assert activity.amounts[4].amount == activity.amounts[5].amount > 0
    assert [warning.zh for warning in activity.warnings] == ["“天然气”同时计入天然气燃烧和天然气上游"]


@pytest.mark.parametrize(
    ("name", "category"),
    [("硫酸镍", "ncm-precursor"), ("烧碱", "ncm-precursor"), ("碳酸锂", "ncm-cathode")],
)
def test_a_name_without_the_form_that_its_line_states_is_asked_about(
    tmp_path: Path, name: str, category: str
) -> None:
    (problem,) = refused(tmp_path, f"{ENERGY}{name},2025,5,t\n", category)
    assert problem.kind == "unknown-line"


def test_a_name_of_no_line_is_answered_with_the_nearest_ones_by_name(tmp_path: Path) -> None:
    problems = refused(tmp_path, f"{ENERGY}外购电费,2025,5,MWh\n勃姆石,2025,5,t\n")
    assert problems[0].words("zh").expected == "模板里的项目，最接近的是电网电力、区域电网电力、风电"
    assert problems[1].words("zh").expected == "模板里的项目"
    assert not any("grid-electricity" in one.describe("zh") for one in problems)
    assert [line.code for line in find_near("NMP", CATEGORIES["separator"])] == ["nmp"]


@pytest.mark.parametrize(
    ("name", "category", "near"),
    [
        ("碳酸锂", "lfp-cathode", ["碳酸锂（盐湖）", "碳酸锂（锂辉石）"]),
        ("硫酸镍", "lfp-cathode", []),
        ("ferrous sulphate", "separator", []),
        ("lithium carbonat", "lfp-cathode", ["碳酸锂（盐湖）", "碳酸锂（锂辉石）"]),
    ],
)
def test_what_shares_no_more_than_a_common_character_is_not_near(
    name: str, category: str, near: list[str]
) -> None:
    assert [line.name_zh for line in find_near(name, CATEGORIES[category])] == near


@pytest.mark.parametrize("name", ["氧气（外购液氧）", "压缩空气", "高纯氮气", "液化气", "废气处理药剂"])
def test_another_gas_is_not_taken_for_natural_gas(name: str) -> None:
    assert find_near(name, CATEGORIES["ncm-cathode"]) == ()
    assert find_near("锅炉用气", CATEGORIES["ncm-cathode"])[0].kind == "natural_gas"


def test_an_empty_output_is_not_answered_with_a_nought(tmp_path: Path) -> None:
    """A forgotten one made 0 gives a wrong footprint; of what is used, 0 is the answer mostly."""
    made, used = refused(tmp_path, f"{ENERGY}产品产量,2025,,t\n电,2025,,kWh\n")
    assert (made.kind, used.kind) == ("output-empty", "amount-empty")
    assert "确实没有生产才填 0" in made.describe("zh") and "没有用量就填 0" in used.describe("zh")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("叉车柴油", "柴油"),
        ("自来水", "水"),
        ("外购蒸汽", "蒸汽和热力"),
        ("锅炉用煤", "煤"),
        ("Tap water", "水"),
        ("Diesel", "柴油"),
    ],
)
def test_what_a_factory_meters_and_the_template_does_not_ask_for_is_said_so(
    tmp_path: Path, name: str, what: str
) -> None:
    (problem,) = refused(tmp_path, f"{ENERGY}{name},2025,5,t\n")
    assert problem.kind == "line-unasked" and f"没有“{what}”这一项" in problem.describe("zh")
    assert "Delete the row" in problem.describe("en")


@pytest.mark.parametrize("name", ["镍板", "水路运输费", "用电水泵"])
def test_what_may_mean_a_line_is_still_asked_about(tmp_path: Path, name: str) -> None:
    (problem,) = refused(tmp_path, f"{ENERGY}{name},2025,5,t\n")
    assert problem.kind == "unknown-line"


def test_an_amount_of_money_is_told_from_a_quantity_and_what_to_write_is_said(tmp_path: Path) -> None:
    for unit in ("元", "万元", "RMB", "CNY", "￥", "人民币元"):
        (problem,) = refused(tmp_path, f"{ENERGY}电,2025,5000,{unit}\n")
        assert problem.kind == "unit-money"
        assert "这是金额" in problem.describe("zh") and "度，即 kWh" in problem.describe("zh")
    (problem,) = refused(tmp_path, f"{ENERGY}电,2025,5000,单元\n")
    assert problem.kind == "unit-unknown"


def test_what_a_unit_measures_is_said_in_the_readers_language_alone(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, f"{ENERGY}电,2025,5,吨\n")
    assert "量的是 质量" in problem.describe("zh") and "mass" not in problem.describe("zh")
    assert "measures mass" in problem.describe("en") and "质量" not in problem.describe("en")


def test_of_electricity_as_such_the_national_average_is_offered_first() -> None:
    first, *others = find_near("外购电费", CATEGORIES["separator"])
    assert first.name_zh == "电网电力" and others
    shown = [name_choice(line, FACTORS).zh for line in (first, *others)]
    assert shown[0] == "电网电力" and "区域电网电力（四川）" in shown


def test_an_invoice_list_names_its_items_by_goods(tmp_path: Path) -> None:
    (tmp_path / "发票.csv").write_text(
        "货物名称,开始日期,结束日期,数量,单位\n电,2025-01-01,2025-12-31,5,kWh\n产量,2025-01-01,2025-12-31,9,t\n"
    )
    product = replace(PRODUCT, category="separator")
    found = read_activity(tmp_path / "发票.csv", product, CATEGORIES["separator"], FACTORS)
    assert [one.line for one in found.records] == ["grid-electricity", "output"]


@pytest.mark.parametrize("name", ["其中：光伏自发电", "其中:光伏", "（其中）屋顶光伏", "of which PV"])
def test_a_part_of_the_row_above_is_asked_about_and_said_to_be_one(tmp_path: Path, name: str) -> None:
    (problem,) = refused(tmp_path, f"{ENERGY}电,2025,5,MWh\n{name},2025,2,MWh\n")
    assert (problem.kind, problem.row) == ("part-of-row", 4)
    assert problem.words("zh").expected.startswith("模板里的项目，最接近的是光伏电力")
    assert "这一行是上一行的一部分：若单独填报，请从上一行减去，否则算两遍" in problem.describe("zh")


def test_a_part_by_the_name_of_a_line_counts_and_is_said_until_its_name_says_it_no_more(
    tmp_path: Path,
) -> None:
    rows = f"{ENERGY}电,2025,5,MWh\n其中：光伏电力,2025,2,MWh\n"
    activity = take_in(tmp_path, rows)
    assert activity.records[2].line == "pv-electricity"
    (said,) = [one for one in activity.warnings if "其中" in one.zh]
    assert said.rows == (("", 4),) and "否则算两遍" in said.zh
    assert not any("其中" in one.zh for one in take_in(tmp_path, rows.replace("其中：", "")).warnings)


@pytest.mark.parametrize(
    ("name", "line"),
    [("光伏自发电", "pv-electricity"), ("厂区太阳能发电站", "pv-electricity"), ("汽运费", "road-transport")],
)
def test_what_a_name_holds_of_everyday_names_comes_first(name: str, line: str) -> None:
    assert find_near(name, CATEGORIES["separator"])[0].code == line


def test_a_row_that_may_be_the_production_is_to_be_chosen_before_one_is_added(tmp_path: Path) -> None:
    (which,) = refused(tmp_path, "电,2025,5,kWh\n成品入库,2025,9,t\n")
    assert (which.kind, which.row, which.values[1]) == ("which-output", 3, ("rows", "3"))
    assert which.words("zh").found == "没有叫“产量”的行，“成品入库”可能是"
    assert "output-missing" in {one.kind for one in refused(tmp_path, "电,2025,5,kWh\n废料入库,2025,9,t\n")}


@pytest.mark.parametrize(
    ("name", "category", "said"),
    [
        ("三元前驱体", "ncm-cathode", "上游材料由它的生产方自己申报，不在这里填"),
        ("NCM811前驱体（外购）", "ncm-cathode", "没有“前驱体”这一项"),
        ("磷酸铁", "lfp-cathode", "没有“磷酸铁”这一项"),
        ("无水磷酸铁（外购）", "lfp-cathode", "上游材料由它的生产方自己申报，不在这里填"),
        ("正极材料", "cell-ncm", "上游材料由它的生产方自己申报，不在这里填"),
        ("氧气", "ncm-cathode", "这类产品的模板没有“工业气体”这一项"),
        ("氢氧化锂", "ncm-cathode", "客户另向生产方要数的材料（例如正极用的锂盐），由那家申报，不填在这里"),
    ],
)
def test_why_a_material_may_not_belong_here_is_said_at_the_choice(
    tmp_path: Path, name: str, category: str, said: str
) -> None:
    problems = refused(tmp_path, f"{ENERGY}{name},2025,5,t\n", category)
    assert said in problems[0].describe("zh")


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("隔膜", "separator"), ("废隔膜", "cell-ncm"), ("勃姆石", "separator"), ("磷酸铁", "iron-phosphate"),
        ("磷酸铁锂", "cell-lfp"), ("Lithium iron phosphate", "cell-lfp"),
    ],
)  # fmt: skip
def test_what_may_be_its_own_product_or_waste_is_not_said_to_be_declared_by_others(
    tmp_path: Path, name: str, category: str
) -> None:
    problems = refused(tmp_path, f"{ENERGY}{name},2025,5,t\n", category)
    assert "line-of-others" not in {one.kind for one in problems}

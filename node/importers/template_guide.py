"""The template's first sheet: how to fill it in, an example, and what every line means, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from method.category import LINE_KIND_NAMES, Category, TemplateLine
from method.electricity import NATIONAL_AVERAGE, REGIONAL_GRID
from method.exact import encode_decimal
from method.factor import ASSUMPTION, Factor
from method.regions import name_region
from node.importers.columns import ACTIVITY
from node.importers.tables import GUIDE_SHEET
from node.importers.template_lists import is_elsewhere

_STEPS = (
    ("在“填写 Activity”里填整个期间的总量，不要折成单耗：按月、按张单据或全年一个数都行。黄色格由您填。",
     "On 填写 Activity give totals of the period, never amounts per unit of product: by month, by document, "
     "or one number for the year. The yellow cells are yours."),
    ("没有用到的项目整行留空，按 0 申报。用过但某个月确实没有用量，就填 0。",
     "Leave the rows of lines you did not use blank; they are declared as 0. Where a used line had nothing in "
     "a month, enter 0."),
    ("单位从下拉框里选，照电费单、发票上的单位填，换算由程序做。运输也可以填质量（t）和距离（km）；只填您发出的运输，写明起运地、目的地和运单号，同一趟别家不会再算。",
     "Choose units from the drop-down, as bill or invoice states them; the program converts. For transport, "
     "mass (t) and distance (km) will do instead of the amount. Report what you send out; origin, destination and "
     "waybill keep a journey from being counted by somebody else as well."),
    ("因子一般空着，用本页列出的默认因子。分摊比例只在一块表同时供几种产品时填，35 % 写 0.35。",
     "Leave the factor empty for the default one listed below. Fill in a share only where a meter serves several "
     "products; write 0.35 for 35 %."),
    ("每行写凭证号（电费单、发票、磅单），只留在本机，核查时用。",
     "Give each row its document (bill, invoice, weighbridge ticket): it stays here, for the verifier's visit."),
    ("在“产出 Output”里填这些用量对应的产量。没有产量就算不出单位产品的用量。",
     "On 产出 Output give the production that belongs to these amounts; nothing can be expressed per unit without it."),
    ("“联产品”“截断”“绿证”（有再生、回收项目的类别还有“循环”）用得着才填，用不着就空着；每张表的头两行有说明。",
     "The further sheets are for those who need them: co-products, cut-offs, certificates, and recycling where the "
     "category has such lines. Leave them empty otherwise; their first two rows explain."),
    ("保存后在网页的产品页上传，先检查，确认后才导入。用命令行则先预览：sealsum node import 节点文件夹 产品代码 本文件 "
     "--dry-run",
     "Save, then give it on the product's page, which checks it before it is imported. By command, a preview stores "
     "nothing: sealsum node import FOLDER PRODUCT THIS-FILE --dry-run"),
)  # fmt: skip
_GAS = (
    "天然气有“燃烧”和“上游”两个项目，同一块燃气表的读数两处都要填：一个算烧掉的排放，一个算开采和输送。",
    "Natural gas has two lines, combustion and upstream: enter the same meter reading on both; one is what burning "
    "emits, the other extraction and transport.",
)
_MATERIALS = (
    "客户另向生产方要数的材料（例如正极用的锂盐），由那家申报，这里留空；不清楚的，先向客户确认。",
    "Materials that your customer asks their own makers for (for instance lithium salt for a cathode) are declared "
    "there: leave them blank here. Where you do not know, ask your customer first.",
)
_CHOSEN = (
    "“因子”列里已填好您上次导入时选的因子，照用就不用改；这一期不能再用的，导入时会指出是哪一行。",
    "The factor column holds what you chose in your last import; leave it to use it again. Where one cannot be used in "
    "this period, the import names the row.",
)
_EXAMPLE_FIELDS = ("line", "start", "end", "amount", "unit", "document", "note")
_EXAMPLE: tuple[tuple[str | int | float, ...], ...] = (
    ("grid-electricity 电网电力", "2025-01-01", "2025-01-31", 431.8, "MWh", "电费单 2025-01", "1 号表"),
    ("grid-electricity 电网电力", "2025-02-01", "2025-02-28", "398,250", "kWh", "电费单 2025-02", "1 号表"),
    ("road-transport 公路运输", "2025-01-01", "2025-12-31", 777264, "t·km", "运输台账 TL-3", ""),
)  # fmt: skip
_LINE_TITLES = (
    "代码 Code", "项目 Line", "类型 Kind", "申报单位 Unit", "默认因子 Default factor", "因子值 Value (kgCO2e)",
    "来源 Source",
)  # fmt: skip
_ASSUMED = "假设值，没有公开来源，正式使用前须替换 An assumption without a published source, to be replaced"
_WIDTHS = (46, 46, 22, 16, 30, 22, 60)
_HEAD = PatternFill("solid", fgColor="FF1F5C43")


def write_guide(
    book: Workbook,
    category: Category,
    factors: Mapping[str, Factor],
    plant: str = "",
    has_chosen: bool = False,
) -> None:
    """Write the guide for one category; `has_chosen`: factors stand on the lines already."""
    sheet = book.create_sheet(GUIDE_SHEET)
    for letter, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    _write_title(sheet, f"{category.name_zh} {category.name_en}: 活动数据 activity data", size=14)
    sheet.append([])
    _write_title(sheet, "怎么填 How to fill this in")
    steps = list(_STEPS)
    if has_chosen:
        steps.insert(4, _CHOSEN)
    if sum(line.kind == "natural_gas" for line in category.lines) > 1:
        steps.insert(3, _GAS)
    if any(line.kind == "material" for line in category.lines):
        steps.insert(2, _MATERIALS)
    steps += _say_electricity(category, factors, plant)
    for number, (chinese, english) in enumerate(steps, start=1):
        _write_wrapped(sheet, (f"{number}. {chinese}", f"{number}. {english}"))
    sheet.append([])
    _write_title(sheet, "示例（不会被导入） An example, which is not imported")
    _write_head(sheet, [ACTIVITY.titles[name] for name in _EXAMPLE_FIELDS])
    for row in _EXAMPLE:
        sheet.append(list(row))
    sheet.append([])
    _write_title(sheet, "本类别的项目 The lines of this category")
    _write_head(sheet, _LINE_TITLES)
    for line in category.lines:
        sheet.append(_describe(line, factors.get(line.default_factor)))


def _say_electricity(category: Category, factors: Mapping[str, Factor], plant: str) -> list[tuple[str, str]]:
    """Which of the lines for electricity from the grid to use, where there are two."""
    by_model = {line.model: line for line in category.lines if line.kind == "electricity"}
    national, regional = by_model.get(NATIONAL_AVERAGE), by_model.get(REGIONAL_GRID)
    if national is None or regional is None or regional.default_factor not in factors:
        return []
    place_zh, place_en = name_region(factors[regional.default_factor].region)
    zh, en = f"工厂在{place_zh}的才填", f"only where the plant is in {place_en}"
    if is_elsewhere(regional, factors, plant):
        zh, en = (
            f"的因子是{place_zh}的，您的工厂不在那里，不要填",
            f"is for {place_en}, where your plant is not",
        )
    return [(
        f"从电网买的电填“{national.name_zh}”；“{regional.name_zh}”{zh}。同一度电只填一处。",
        f"Electricity from the grid goes on {national.name_en}; {regional.name_en} {en}. Enter each kWh once only.",
    )]  # fmt: skip


def _describe(line: TemplateLine, factor: Factor | None) -> list[str]:
    zh, en = LINE_KIND_NAMES[line.kind]
    names = [line.code, f"{line.name_zh} {line.name_en}", f"{zh} {en.lower()}"]
    unit = line.unit.replace("*", "·")
    if factor is None:
        return [*names, unit, line.default_factor, "", ""]
    source = _ASSUMED if factor.status == ASSUMPTION else factor.source
    return [*names, unit, f"{factor.code} {factor.name_zh}", encode_decimal(factor.total), source]


def _write_title(sheet: Worksheet, text: str, size: int = 12) -> None:
    sheet.append([text])
    sheet.cell(sheet.max_row, 1).font = Font(bold=True, size=size, color="FF1F5C43")


def _write_wrapped(sheet: Worksheet, texts: tuple[str, str]) -> None:
    sheet.append([texts[0], None, None, texts[1]])
    row = sheet.max_row
    for first, last in (("A", "C"), ("D", "G")):
        sheet.merge_cells(f"{first}{row}:{last}{row}")
        sheet[f"{first}{row}"].alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[row].height = 32


def _write_head(sheet: Worksheet, titles: Sequence[str]) -> None:
    sheet.append(list(titles))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = _HEAD

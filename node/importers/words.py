"""The one table of what can be wrong with a file: found, expected, what to do, in English and in Chinese.

The one fact: a problem carries its kind and the values to quote, never a sentence, so each language has its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from node.importers.words_descriptions import DESCRIPTION_PROBLEMS
from node.importers.words_factors import FACTOR_PROBLEMS
from node.importers.words_sheets import SHEET_PROBLEMS
from node.language import Language, Phrase

Value = str | int | Phrase
"""What a problem quotes: a cell, a number, or a phrase that has both languages."""


class Words(NamedTuple):
    """What was found, what is expected, what to do; no full stop, capital in `advice` only.

    Where `expected` is empty, what was found is a sentence of its own, with a capital.
    """

    found: str
    expected: str
    advice: str


class Place(NamedTuple):
    """How a place is named, and how a whole problem is put together."""

    sheet: str
    row: str
    column: str
    between: str
    whole: str
    sentence: str


PLACE: dict[Language, Place] = {
    "en": Place("sheet {}", "row {}", "column {}", ", ", "{}: found {}; expected {}. {}.", "{}: {}. {}."),
    "zh": Place("工作表 {}", "第 {} 行", "“{}”列", "，", "{}：发现{}；应为{}。{}。", "{}：{}。{}。"),
}
ITEMS = Phrase("Items of this category: {}.", "本类别的项目：{}。")
TAKEN_OVER = Phrase("{} problem(s); nothing was taken over.", "共 {} 处问题；一条都没有入库。")

EMPTY = Phrase("an empty cell", "空单元格")
FORMULA = Phrase("a formula without a computed value", "没有计算结果的公式")
NUMBER = Phrase("a number", "数字")
FINITE = Phrase("a finite number", "有限的数字")
SMALL = Phrase("a number below 10^18", "小于 10^18 的数字")
WRITTEN = Phrase("a number such as 1234.5 or 1,234.5", "1234.5 或 1,234.5 这样的数字")
DAY = Phrase("a date such as 2025-01-31", "2025-01-31 这样的日期")
MONTH = Phrase("a month such as 2025-01, as text or as a date", "2025-01 这样的月份，文本或日期格式都行")
REAL_DAY = Phrase("a day that exists", "日历上有的日子")
ANY_UNIT = Phrase("kWh, t or t·km", "kWh、t、吨公里")
OPEN_START = Phrase("any earlier day", "更早")
OPEN_END = Phrase("further notice", "长期")

_FILES: dict[str, tuple[Words, Words]] = {
    "further-problems": (
        Words("{count} further problems", "none", "Mend the ones above first and import again"),
        Words("另外 {count} 处问题", "没有问题", "先改好上面这些，再导入一次"),
    ),
    "file-too-big": (
        Words("a file of {size} bytes", "at most {limit} bytes", "Export the period's totals, or split the file"),
        Words("{size} 字节的文件", "不超过 {limit} 字节", "只导出期间合计，或把文件拆开"),
    ),
    "file-unreadable": (
        Words("{reason}", "a file that can be read", "Check the path and its rights"),
        Words("读不了的文件（{reason}）", "能读取的文件", "检查路径和权限"),
    ),
    "file-empty": (
        Words("an empty file", "a table with a header row", "Export the sheet again"),
        Words("空文件", "带表头的表格", "重新导出"),
    ),
    "not-text": (
        Words("bytes that are neither a workbook nor text in UTF-8 or GB 18030", "an .xlsx or .csv file",
              "Export the table again as .xlsx or as .csv in UTF-8"),
        Words("既不是工作簿，也不是 UTF-8 或 GB 18030 文本", ".xlsx 或 .csv 文件",
              "重新导出为 .xlsx，或 UTF-8 编码的 .csv"),
    ),
    "malformed-text": (
        Words("malformed text at line {line} ({reason})", "comma-separated values with balanced quotes",
              "Export the table again as .csv"),
        Words("第 {line} 行格式有误（{reason}）", "逗号分隔、引号成对的文本", "重新导出为 .csv"),
    ),
    "too-many-rows": (
        Words("more than {limit} rows", "at most {limit}", "Sum to months, or split the file"),
        Words("超过 {limit} 行", "最多 {limit} 行", "按月汇总，或把文件拆开"),
    ),
    "too-many-sheets": (
        Words("{count} sheets", "at most {limit}", "Keep the sheets with activity data"),
        Words("{count} 张工作表", "最多 {limit} 张", "只留有活动数据的工作表"),
    ),
    "protected-workbook": (
        Words("a password-protected workbook or an old .xls", "an .xlsx without password",
              "Open it, remove the password, and save it as .xlsx"),
        Words("加了密码的工作簿，或旧式 .xls", "不带密码的 .xlsx", "打开后去掉密码，另存为 .xlsx"),
    ),
    "damaged-workbook": (
        Words("a damaged workbook ({reason})", "a workbook that a spreadsheet program opens",
              "Open it, save it again as .xlsx, and import that"),
        Words("损坏的工作簿（{reason}）", "表格软件能打开的工作簿", "打开后重新存为 .xlsx 再导入"),
    ),
    "workbook-too-big": (
        Words("a workbook that unpacks to {size} bytes in {parts} parts", "at most {limit} bytes in {most} parts",
              "Remove pictures and unused sheets, or export the table as .csv"),
        Words("解压后 {size} 字节、{parts} 个部件的工作簿", "不超过 {limit} 字节、{most} 个部件",
              "删掉图片和不用的工作表，或导出为 .csv"),
    ),
    "encrypted-archive": (
        Words("an encrypted archive", "an .xlsx without password", "Save it without password"),
        Words("加密的压缩包", "不带密码的 .xlsx", "去掉密码再保存"),
    ),
    "document-type": (
        Words("a document type definition", "plain workbook XML", "Save it again as .xlsx"),
        Words("文档类型定义（DTD）", "普通的工作簿 XML", "重新存为 .xlsx"),
    ),
    "wrong-category": (
        Words("product {product} of category {category} per {unit}", "category {other} per {other_unit}",
              "Correct category and declared_unit in the product description"),
        Words("产品 {product}，类别 {category}，申报单位 {unit}", "类别 {other}，申报单位 {other_unit}",
              "更正产品描述里的 category 和 declared_unit"),
    ),
    "no-table": (
        Words("No header row was found", "",
              "A header row has 项目 Name, 数量 Amount, 单位 Unit and 月份 Month, or start and end. Start from the "
              "template: on the product's page, or sealsum node template. Columns of a sheet that you keep anyway can "
              "be learned: sealsum node mapping learn"),
        Words("没有找到表头", "",
              "表头那一行要有项目、数量、单位，和月份或开始、结束日期。请用产品页上的模板，或 sealsum node template。"
              "现有表格的列也能学：sealsum node mapping learn"),
    ),
    "no-column": (
        Words("No column is called {titles}", "", "Give that title to the column that it is, or add such a column"),
        Words("表头里没有{titles}", "", "是哪一列，就把那一列的表头改成这个名称；没有就加一列"),
    ),
    "period-former": (
        Words("All dates are of {first} to {last}, the period before", "dates within {start} to {end}",
              "If the amounts are of this period already, move the dates; if not, give the sheet of this period"),
        Words("日期都在上一期 {first} 至 {last}", "{start} 至 {end} 以内的日期",
              "数量已经是这一期的，只需把日期改到这一期；数量还是上一期的，请换成这一期的表格"),
    ),
    "period-following": (
        Words("All dates are of {first} to {last}, the next period", "dates within {start} to {end}",
              "Start the next period on the product's page first, or give the sheet of this period"),
        Words("日期都在下一期 {first} 至 {last}", "{start} 至 {end} 以内的日期",
              "先在产品页上开始下一期，或者换成这一期的表格"),
    ),
    "month-without-year": (
        Words("The product's period has more than one {title}", "", "Write the month with its year, such as 2025-01"),
        Words("产品期间里不止一个{title}", "", "表头写明年份，如 2025-01"),
    ),
    "second-column": (
        Words("A second column of the same meaning", "", "Rename or remove one"),
        Words("这一列和前面一列意思相同", "", "改名或删掉其中一列"),
    ),
}  # fmt: skip

_ROWS: dict[str, tuple[Words, Words]] = {
    "unknown-line": (
        Words("{cell}", "an item of the template{near}",
              "Choose the item; delete the row if it is a sum, a heading, or what this category does not ask "
              "for{maker}"),
        Words("{cell}", "模板里的项目{near}", "选一个项目；合计、标题和本类别不要求申报的，删掉这一行{maker}"),
    ),
    "line-unasked": (
        Words("{cell}", "an item of the template, which has no line for {what}",
              "Delete the row: it is not asked for here. If it would weigh noticeably, tell the platform's operator, "
              "who can have a line added"),
        Words("{cell}", "模板里的项目；这类产品的模板没有“{what}”这一项",
              "删掉这一行即可，这里不要求填报；如果它的影响明显，请告诉平台运营方，由其在模板里增补"),
    ),
    "amount-empty": (
        Words("{cell}", "a number", "Enter 0 if nothing was used"),
        Words("{cell}", "数字", "没有用量就填 0"),
    ),
    "output-empty": (
        Words("{cell}", "a number", "Enter what was made; 0 only if nothing was"),
        Words("{cell}", "数字", "补上产量；确实没有生产才填 0"),
    ),
    "amount-formula": (
        Words("{cell}", "a number", "Open the file in a spreadsheet program and save it, so that values are stored"),
        Words("{cell}", "数字", "用表格软件打开、保存一次，让公式算出结果"),
    ),
    "amount-unreadable": (
        Words("{cell}", "{expected}", "Write digits only; the unit stands in its own column or in the title"),
        Words("{cell}", "{expected}", "只写数字，单位写在单位列或表头里"),
    ),
    "amount-negative": (
        Words("{cell}", "0 or more", "Enter what was used as a positive number; take returns off it first"),
        Words("{cell}", "不小于 0 的数", "用量一律填正数；退货、退料先从用量里减掉"),
    ),
    "total-differs": (
        Words("The sum is {total}, but its months sum to {months}", "", "Correct the months or the sum"),
        Words("合计是 {total}，而各月相加是 {months}", "", "更正有误的月份或合计"),
    ),
    "unit-empty": (
        Words("{cell}", "a unit such as {names}", "Enter the unit that the amount is in"),
        Words("{cell}", "单位，如 {names}", "补上数量的单位"),
    ),
    "unit-unknown": (
        Words("{cell}", "one such as {names}", "Use one of these names"),
        Words("{cell}", "认得的单位，如 {names}", "从这些写法里选一个"),
    ),
    "unit-money": (
        Words("{cell}, an amount of money", "a quantity in a unit such as {names}",
              "Write the quantity that the bill states, not what it cost"),
        Words("{cell}，这是金额", "用量，单位如 {names}", "请填账单上的用量（例如电费单上的度，即 kWh），不要填金额"),
    ),
    "unit-area": (
        Words("{cell}", "a unit of mass: {names}", "Multiply the area by the mass of a square metre first"),
        Words("{cell}", "质量单位：{names}", "按面积计的，先乘每平方米的质量（面密度）换算成质量再填"),
    ),
    "unit-wrong-kind": (
        Words("{cell}", "a unit that converts into {goal}", "Check the line and the unit: {cell} measures {measures}"),
        Words("{cell}", "能换算成 {goal} 的单位", "核对项目和单位：{cell} 量的是 {measures}"),
    ),
    "unit-wrong-kind-or": (
        Words("{cell}", "a unit that converts into {goal}, or {also}",
              "Check the line and the unit: {cell} measures {measures}"),
        Words("{cell}", "能换算成 {goal} 的单位，或 {also}", "核对项目和单位：{cell} 量的是 {measures}"),
    ),
    "period-unreadable": (
        Words("{cell}", "{expected}", "Every row states the period it covers"),
        Words("{cell}", "{expected}", "每一行都要写明它覆盖的期间"),
    ),
    "period-outside": (
        Words("{first} to {last}", "a period within {start} to {end}",
              "If it is of another period, delete the row, or leave the column of its month out; else correct the "
              "dates"),
        Words("{first} 至 {last}", "{start} 至 {end} 以内的期间",
              "属于别的期间的，删掉这一行（各月分列的，改列名，前面加“不导入”）；日期写错的，更正日期"),
    ),
    "factor-unknown": (
        Words("{cell}", "the code of a published factor, or an empty cell",
              "Leave it empty for the default, or choose one from the drop-down of the template"),
        Words("{cell}", "已发布因子的代码，或空着", "空着就用默认因子；要用别的，从模板的因子下拉框里选"),
    ),
    "factor-not-accepted": (
        Words("{cell}", "a factor that the line accepts and that is valid in the period",
              "Line {line} accepts {accepted}"),
        Words("{cell}", "该项目接受、且在期间内有效的因子", "项目 {line} 接受：{accepted}"),
    ),
    "factor-wrong-unit": (
        Words("{cell}", "a factor that the line accepts and that is valid in the period",
              "Line {line} is per {unit}, factor {cell} per {other}"),
        Words("{cell}", "该项目接受、且在期间内有效的因子",
              "项目 {line} 的单位是 {unit}，因子 {cell} 的单位是 {other}"),
    ),
    "factor-not-valid": (
        Words("{cell}", "a factor that the line accepts and that is valid in the period",
              "Factor {cell} is valid from {first} to {last}, not in {start} to {end}"),
        Words("{cell}", "该项目接受、且在期间内有效的因子",
              "因子 {cell} 的有效期是 {first} 至 {last}，不在 {start} 至 {end} 内"),
    ),
    "share-unreadable": (
        Words("{cell}", "a number above 0, at most 1", "Write 0.35 for 35 %; leave it empty for all of it"),
        Words("{cell}", "大于 0、不超过 1 的数", "35 % 写 0.35；全部归本产品就空着"),
    ),
    "text-too-long": (
        Words("{count} characters or more", "at most {limit}", "Shorten it"),
        Words("{count} 个字符以上", "最多 {limit} 个字符", "写短一点"),
    ),
    "duplicate": (
        Words("The same record as {first}", "",
              "Remove it, or give its own document reference when it is another delivery"),
        Words("与{first}是同一条记录", "", "删掉一条；确实是另一批货，就填各自的凭证号"),
    ),
    "two-factors": (
        Words("factors {codes} on line {line}", "one factor for a line",
              "Use another line of the template, or name one factor in every row of this line; a row that names none "
              "means the default"),
        Words("项目 {line} 用了因子 {codes}", "一个项目只用一个因子",
              "改用模板里的另一个项目，或者这个项目每一行都写同一个因子；没写的行按默认因子算"),
    ),
    "default-unpublished": (
        Words("default factor {factor} of line {line}", "a published factor",
              "Fetch the factor library again, or name a published factor on the line"),
        Words("项目 {line} 的默认因子 {factor}", "已发布的因子", "重新获取因子库，或在这一行填一个已发布的因子"),
    ),
    "default-not-valid": (
        Words("default factor {factor} of line {line}, valid from {first} to {last}",
              "a factor valid in {start} to {end}", "Name a factor that is valid in the period, or correct the period"),
        Words("项目 {line} 的默认因子 {factor}，有效期 {first} 至 {last}", "{start} 至 {end} 内有效的因子",
              "填一个期间内有效的因子，或更正期间"),
    ),
    "output-missing": (
        Words("There is no production output", "",
              "Add the production that belongs to these totals: rows of output (产量) that sum to more than zero"),
        Words("没有产量", "", "补上这些用量对应的产量：在“产出 Output”表里，或项目写“产量”，合计要大于 0"),
    ),
    "output-zero": (
        Words("The production output is zero", "", "Add the production that belongs to these totals"),
        Words("产量为 0", "", "补上这些用量对应的产量"),
    ),
    "line-too-large": (
        Words("line {line} is too large per {unit}",
              "an amount per declared unit below 1099511.627776; use a larger line unit",
              "Check the units of this line and of the output"),
        Words("项目 {line} 折到每 {unit} 的数太大", "每申报单位小于 1099511.627776", "核对这个项目和产量的单位"),
    ),
    "misfit": (
        Words("activity that does not fit its category", "the category's template", "{reason}"),
        Words("与类别不符的活动数据", "类别的模板", "{reason}"),
    ),
}  # fmt: skip

PROBLEMS: dict[str, tuple[Words, Words]] = {
    **_FILES,
    **{kind: (Words(*en), Words(*zh)) for kind, (en, zh) in FACTOR_PROBLEMS.items()},
    **_ROWS,
    **{
        kind: (Words(*en), Words(*zh))
        for kind, (en, zh) in {**SHEET_PROBLEMS, **DESCRIPTION_PROBLEMS}.items()
    },
}


def words_of(kind: str, values: Mapping[str, Value], language: Language) -> Words:
    """The words of a kind of problem with its values in place."""
    said = {
        name: value.say(language) if isinstance(value, Phrase) else value for name, value in values.items()
    }
    template = PROBLEMS[kind][1 if language == "zh" else 0]
    return Words(*(text.format_map(said) for text in template))

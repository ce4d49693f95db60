"""What can be wrong with a file of factors: found, expected, what to do, in English and in Chinese."""

from __future__ import annotations

FACTOR_PROBLEMS: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "factor-columns-missing": (
        ("These columns are missing: {titles}", "",
              "Add them, or give one of these titles to a column that you have under another; the page “Your factors” "
              "has a sheet with all of them, and says what each may hold"),
        ("缺少这几列：{titles}", "",
              "请补上；已有而名称不同的，把列名改成这里的；网页“您的因子”上可下载列全的表格，各列可填的值也在那里"),
    ),
    "factor-column-unknown": (
        ("a title that no column of a factor has", "{wanted}", "Correct the title, or remove the column"),
        ("认不出的列名", "{wanted}", "改正列名，或删掉这一列"),
    ),
    "factor-column-twice": (
        ("a second column for {title}", "one, and {first} is that already",
              "Its values are not read, those of {first} are: correct the title, or remove one of the two"),
        ("第二个表示{title}的列", "只有一列，而{first}已是这一列",
              "读取的是{first}列的值，不是这一列的：请改正列名，或删掉其中一列"),
    ),
    "factor-column-mass": (
        ("values that are not plainly in kgCO₂e", "kgCO₂e, as in “Value (kgCO2e/kg)”",
              "Convert the values to kgCO₂e, then correct the title"),
        ("列名没有写明数值以 kgCO₂e 计", "kgCO₂e，如“排放系数（kgCO2e/kg）”", "把数值换算成 kgCO₂e，再改正列名"),
    ),
    "factors-no-table": (
        ("a file that is no table of factors: none of its first 20 rows has their titles; its first row is {heads}",
              "a header with {wanted}, and below it one row a factor",
              "Choose another file, or fill in the sheet that the page “Your factors” hands out"),
        ("这不是因子表格：前 20 行里没有因子的列名，第一行是{heads}",
              "表头有{wanted}，其下一行一个因子", "请另选文件，或填写网页“您的因子”上可下载的表格"),
    ),
    "factor-unit-head": (
        ("{found}", "{per}, as the title of the values says", "Correct the unit, or the title of the values"),
        ("{found}", "{per}（数值那一列的列名这样写）", "改正单位，或改正数值那一列的列名"),
    ),
    "factor-unit-mass": (
        ("{found}, which is not kgCO₂e", "what the value in kgCO₂e is per, such as kg or kWh",
              "Convert the value to kgCO₂e, and write only the unit that it is per"),
        ("{found}，不是以 kgCO₂e 计", "kgCO₂e 数值对应的单位，如 kg、kWh", "把数值换算成 kgCO₂e，这里只写每什么单位"),
    ),
    "factor-field": (
        ("{found}", "{message}", "Correct the cell"),
        ("{found}", "{message}", "改正这个单元格"),
    ),
    "factor-code": (
        ("{code}, a code of another publisher", "a code that nobody else has published", "Choose another code"),
        ("{code}，这个代码属于另一提供方", "没有被别家发布过的代码", "换一个代码"),
    ),
    "factor-version": (
        ("version {version} of {code}, of which there are {versions} already", "{next}",
              "What was submitted never changes: write {next} to correct it, or leave the row out"),
        ("版本 {version}，而 {code} 已有版本 {versions}", " {next}",
              "已提交的版本不再改变：要更正就写 {next}，否则删去这一行"),
    ),
    "factor-dates": (
        ("{found}", "a day that is not before {first}, from which the factor is valid", "Correct one of the two"),
        ("{found}", "不早于有效期起 {first} 的日期", "改正其中之一"),
    ),
    "factor-parts": (
        ("{parts} above {whole}, of which it is a part", "at most what {whole} is, where no part is negative",
              "Correct one of them: a part is in kgCO₂e per unit as well, and no percentage"),
        ("{parts}大于{whole}，而它只是其中一部分", "不大于{whole}（各部分都不为负时）",
              "改正其中一项；“其中”各项也以每单位 kgCO₂e 计，不是百分数"),
    ),
    "factor-region": (
        ("{found}", "CN, or with a province CN-SC; GLO for the world", "Write the code of the region"),
        ("{found}", "CN，或带省份 CN-SC；全球写 GLO", "改写成地区代码"),
    ),
    "factor-twice": (
        ("{code} again, after row {first}", "each code and version once", "Remove one of the rows"),
        ("{code} 重复，第 {first} 行已有", "同一代码和版本只出现一次", "删掉其中一行"),
    ),
    "factors-none": (
        ("no factor below the header", "one row a factor", "Fill in the table"),
        ("表头下面没有因子", "一行一个因子", "填好表格"),
    ),
    "package-entry": (
        ("a data set that is no factor ({message})", "a process of `export-factors`, or a result with --fill",
              "Correct it, or submit the factor as .csv"),
        ("不能作为因子的数据集（{message}）", "export-factors 写出的过程，或配有 --fill 的结果",
              "改正，或改用 .csv 提交"),
    ),
}  # fmt: skip

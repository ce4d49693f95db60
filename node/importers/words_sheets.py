"""Words for what can be wrong on the further sheets of the template; part of the table in `words`."""

from __future__ import annotations

Three = tuple[str, str, str]
"""What was found, what is expected, what to do."""

SHEET_PROBLEMS: dict[str, tuple[Three, Three]] = {
    "unknown-column": (
        ("{cell}", "an item of the template{near}",
         "Choose the item, or “Do not import this column”; in a file, begin its title with “not read”{maker}"),
        ("{cell}", "模板里的项目{near}",
         "选一个项目；不用导入的，选“不导入这一列”（在文件里改的，表头前面写上“不导入”）{maker}"),
    ),
    "line-of-others": (
        ("{cell}", "an item of the template, which has no line for {what}",
         "Delete the row: each supplier declares its own step only. A material from further up the chain is declared "
         "by who makes it, not here"),
        ("{cell}", "模板里的项目；这类产品的模板没有“{what}”这一项",
         "删掉这一行：每家只申报自己那道工序，上游材料由它的生产方自己申报，不在这里填"),
    ),
    "column-of-others": (
        ("{cell}", "an item of the template, which has no line for {what}",
         "Choose “Do not import this column”: each supplier declares its own step only. A material from further up the "
         "chain is declared by who makes it, not here"),
        ("{cell}", "模板里的项目；这类产品的模板没有“{what}”这一项",
         "选“不导入这一列”：每家只申报自己那道工序，上游材料由它的生产方自己申报，不在这里填"),
    ),
    "part-of-row": (
        ("{cell}", "an item of the template{near}",
         "This row is a part of the row above: to report it by itself, take it off the row above, or it counts twice; "
         "else delete the row"),
        ("{cell}", "模板里的项目{near}",
         "这一行是上一行的一部分：若单独填报，请从上一行减去，否则算两遍；不单独填报，就删掉这一行"),
    ),
    "part-of-column": (
        ("{cell}", "an item of the template{near}",
         "This column is a part of one before it: to report it by itself, take it off that one, or it counts twice; "
         "else choose “Do not import this column”"),
        ("{cell}", "模板里的项目{near}",
         "这一列是前面那一列的一部分：若单独填报，请从前面那一列减去，否则算两遍；不单独填报，就选“不导入这一列”"),
    ),
    "column-unasked": (
        ("{cell}", "an item of the template, which has no line for {what}",
         "Choose “Do not import this column” (in a file, begin its title with “not read”): it is not asked for here. "
         "If it would weigh noticeably, tell the platform's operator, who can have a line added"),
        ("{cell}", "模板里的项目；这类产品的模板没有“{what}”这一项",
         "选“不导入这一列”即可（在文件里改的，表头前面写上“不导入”），这里不要求填报；如果它的影响明显，请告诉平台运营方，"
         "由其在模板里增补"),
    ),
    "column-untitled": (
        ("Column {column} has amounts and no item in its title", "",
         "Write the item and its unit there, such as Electricity (kWh), or “not read”"),
        ("{column} 列有数量，表头里没有项目", "", "在表头里写上项目和单位，如 用电量(kWh)；不用导入就写“不导入”"),
    ),
    "title-without-unit": (
        ("The title states no unit", "", "Write the unit behind the item, such as Electricity (kWh)"),
        ("表头里没有单位", "", "在项目后面写上单位，如 用电量(kWh)"),
    ),
    "which-output": (
        ("No row is called production output, but {names} may be", "",
         "Choose the row that is, or call its item production output; delete those of other products"),
        ("没有叫“产量”的行，{names}可能是", "", "是哪一行就选哪一行，或把它的项目写成“产量”；别的产品的产量删掉"),
    ),
    "amount-merged": (
        ("The cell is one with {first}, whose amount counts once", "",
         "Unmerge them and write into each what belongs to it; or keep one row, of all these days"),
        ("这一格和 {first} 合并了，{first} 的数量只计一次", "",
         "取消合并，各填各的数量；分不开的，只留一行，期间写成合起来的起止日期"),
    ),
    "second-month": (
        ("Row {first} is of {cell} already", "",
         "Correct the month, or delete one of the two rows; where both count, add them up in one row"),
        ("第 {first} 行已经是 {cell}", "", "更正月份，或删掉其中一行；两行都要算的，加到一行里"),
    ),
    "leg-half": (
        ("a mass without a distance, or a distance without a mass", "both, or neither",
         "Fill in mass in t and distance in km, or the amount in t·km"),
        ("只有质量或只有距离", "两个都填，或都不填", "填质量（t）和距离（km），或者直接填数量（t·km）"),
    ),
    "leg-and-amount": (
        ("an amount beside mass and distance", "one of the two", "Remove the amount, or mass and distance"),
        ("既填了数量，又填了质量和距离", "只填一种", "删掉数量，或删掉质量和距离"),
    ),
    "leg-elsewhere": (
        ("mass, distance or places on line {line}", "a transport line", "Use a transport line, or fill in the amount"),
        ("项目 {line} 填了质量、距离或起讫地", "运输类项目", "改用运输类项目，或直接填数量"),
    ),
    "way-half": (
        ("an origin without a destination, or a destination without an origin", "both, or neither",
         "Fill in where the goods left and where they arrived, or leave both empty"),
        ("只有起运地或只有目的地", "两个都填，或都不填", "补上另一头，或两格都空着"),
    ),
    "way-without-document": (
        ("a journey without its waybill", "the number of the waybill or delivery note",
         "Fill in the document: by it nobody else can count this journey again"),
        ("有起讫地，没有运单号", "运单号或送货单号", "在凭证列填上单号，以免别家把同一趟运输再算一遍"),
    ),
    "nothing-filled": (
        ("The template is as it came", "",
         "Fill in what the period used in the yellow cells; see the sheet 说明 Guide"),
        ("这是没有填写的模板", "", "用到的项目在黄色格里填上期间的用量，填法见“说明 Guide”"),
    ),
    "text-empty": (
        ("{cell}", "a text", "Fill it in, or leave the whole row blank"),
        ("{cell}", "文字", "补上，或整行留空"),
    ),
    "not-above-zero": (
        ("{cell}", "a number above 0", "Correct it, or leave the whole row blank"),
        ("{cell}", "大于 0 的数", "更正，或整行留空"),
    ),
    "certificate-twice": (
        ("the certificate of {first} again", "each certificate once", "Remove one; a certificate counts once only"),
        ("与{first}相同的绿证", "每张绿证只出现一次", "删掉一条；一张绿证只能用一次"),
    ),
    "own-product-missing": (
        ("co-products without the declared product", "a row {name} with its own output and price",
         "Fill in the first row, or leave the sheet blank"),
        ("只有联产品，没有本产品", "有一行“{name}”，填它的产量和单价", "补上第一行，或整张表留空"),
    ),
    "product-twice": (
        ("{cell} again", "each product once", "Give products different names, or add their outputs up"),
        ("重复的 {cell}", "每种产品只有一行", "改用不同的名称，或把产量合成一行"),
    ),
    "basis-unknown": (
        ("{cell}", "one of {names}, or an empty cell", "Choose from the drop-down"),
        ("{cell}", "{names} 之一，或空着", "从下拉框里选"),
    ),
    "unit-no-mass": (
        ("{cell}", "a unit of mass such as kg or t", "Give masses, so that products can be compared"),
        ("{cell}", "质量单位，如 kg、t", "统一按质量填，才好比较"),
    ),
    "cutoff-too-much": (
        ("{share} % of the component's mass", "less than {limit} %", "Declare the material on a line of its own"),
        ("部件质量的 {share} %", "小于 {limit} % 的材料", "这个材料要单独申报，不能截断"),
    ),
    "cutoff-no-heir": (
        ("a cut-off, but no material that is kept", "at least one line of material with an amount",
         "Fill in the materials that are kept"),
        ("有截断，但没有保留的材料", "至少一个有用量的原材料项目", "填上保留的材料"),
    ),
    "cutoff-understates": (
        ("{cell}, whose factor is above all that are kept", "a cut-off that does not lower the footprint",
         "Declare it on its line"),
        ("{cell}，因子比保留的材料都大", "不会使碳足迹变小的截断", "在它自己的项目里申报"),
    ),
    "material-unknown": (
        ("{cell}", "one of {names}", "Choose from the drop-down"),
        ("{cell}", "{names} 之一", "从下拉框里选"),
    ),
    "recycled-above-one": (
        ("recycled content {cell}", "a share from 0 to 1",
         "Recycled content is at most all of the material; 35 % is 0.35"),
        ("再生料含量 {cell}", "0 到 1 之间的数", "再生料最多占全部材料；35 % 写 0.35"),
    ),
    "share-of-material": (
        ("{cell}", "a share from 0 to 1", "Write 0.35 for 35 %; leave it empty for none"),
        ("{cell}", "0 到 1 之间的数", "35 % 写 0.35；没有就空着"),
    ),
    "recovery-above-one": (
        ("R2 {first} and R3 {second}, more than 1 together", "shares that sum to at most 1",
         "No more can be recycled and burnt than there is"),
        ("R2 {first} 与 R3 {second}，合计大于 1", "合计不超过 1 的比例", "回收和焚烧的总量不会超过材料本身"),
    ),
    "no-circular-line": (
        ("{cell} of {material}, for which the category has no line", "a share of 0", "Leave the cell empty"),
        ("{material} 的 {cell}，本类别没有对应的项目", "0 或空着", "这一格留空"),
    ),
    "recycled-above-product": (
        ("more recycled content than the product weighs", "a recycled share of at most 1",
         "Check the lines of recycled content and the output"),
        ("再生料比产品本身还重", "不超过 1 的再生料含量", "核对再生料各项目和产量"),
    ),
    "recovery-above-product": (
        ("more recycled, burnt and disposed of than the product weighs", "R2 and R3 that sum to at most 1",
         "Check the lines of the end of life and the output"),
        ("回收、焚烧、填埋的总量比产品本身还重", "R2 与 R3 合计不超过 1", "核对回收利用各项目和产量"),
    ),
    "credit-above-recycled": (
        ("a credit on line {line} for more than is recycled", "at most the amount of its line of recycling",
         "Check both lines; the credit is for what is recycled"),
        ("项目 {line} 的抵扣多于回收量", "不超过对应回收处理项目的量", "核对这两个项目；抵扣只针对回收的部分"),
    ),
    "mapping-sheet": (
        ("no sheet {sheet}, but {names}", "the sheet that the mapping was learned from",
         "Rename the sheet, or learn the mapping again"),
        ("没有工作表 {sheet}，有的是 {names}", "学习列对应关系时的那张工作表", "把工作表名改回来，或重新学习一次"),
    ),
    "mapping-titles": (
        ("no row with these titles", "a header row with {titles}",
         "The sheet has changed since its columns were learned: learn the mapping again"),
        ("找不到这些表头", "表头里有 {titles}", "表格和学习时不一样了，请重新学习一次"),
    ),
}  # fmt: skip

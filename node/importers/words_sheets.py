"""Words for what can be wrong on the further sheets of the template; part of the table in `words`."""

from __future__ import annotations

Three = tuple[str, str, str]
"""What was found, what is expected, what to do."""

SHEET_PROBLEMS: dict[str, tuple[Three, Three]] = {
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
        ("mass and distance on line {line}", "a transport line", "Use a transport line, or fill in the amount"),
        ("项目 {line} 填了质量和距离", "运输类项目", "改用运输类项目，或直接填数量"),
    ),
    "nothing-filled": (
        ("a template as it came", "amounts in the yellow cells of the lines that were used",
         "Fill in what the period used; see the sheet 说明 Guide"),
        ("没有填写的模板", "用到的项目在黄色格里填数量", "填上期间的用量，填法见“说明 Guide”"),
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

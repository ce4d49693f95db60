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
}  # fmt: skip

"""What an export refuses, in Chinese: what the owner must state, and what a format cannot carry; by pattern.

The one fact: each line names its field as it is to be written, so it can be copied into the owner's file.
"""

from __future__ import annotations

import re

from exchange.particular_fields import FIELDS
from exchange.particulars import what_to_write
from method.rules import STAGE_NAMES

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(.+) asks for what no certificate says; write it .+:",
     r"\1 还需要证书里没有的内容。请把下列各项写进一个文件，每项一行，再用 --particulars 指明这个文件："),
    *((re.escape(f"{field.name}: {what_to_write(field).en}"), f"{field.title.zh}：{what_to_write(field).zh}")
      for field in FIELDS),
    (r"(?:\S+: )*particulars: unknown field '(.+)'; expected only (.+)", r"没有 \1 这一项，可写的有：\2"),
    (r"(?:\S+: )*particulars: field '(.+)': found '(.+)'[;,] .+", r"\1 不能是 \2，请核对写法"),
    (r"(?:\S+: )*particulars: field '(.+)': expected one of (.+)", r"\1 应为下列之一：\2"),
    (r"(?:\S+: )*particulars: field '(.+)': expected a list .+", r'\1 应为列表，如 \1 = ["…"]'),
    (r"(?:\S+: )*particulars: field '(.+)': expected true or false", r"\1 应为 true 或 false，不加引号"),
    (r"(?:\S+: )*particulars: field '(.+)': expected a date .+", r'\1 应为日期，如 \1 = "2025-12-31"'),
    (r"(?:\S+: )*particulars: field '(.+)': expected a mass .+", r"\1 应为不小于 0 的质量（千克）"),
    (r"(?:\S+: )*particulars: field '(.+)': .+", r'\1 填写不对，数字也要加英文双引号，如 \1 = "523"'),
    (r"(?:\S+: )*particulars: valid_until is before valid_from", "valid_until 早于 valid_from，请更正"),
    (r"end of life and recycling is (\S+) kg in this result, and Catena-X \S+ cannot carry it: .+",
     r"本结果的回收利用阶段为 \1 kg，Catena-X 放不下；请按不含回收的边界再算一次，或者选 Battery Pass、csv、xlsx"),
    (r"end of life and recycling counts here and nobody declared it, and Catena-X \S+ cannot carry it: .+",
     "本结果的边界计入回收利用，却没有申报，Catena-X 也放不下这一阶段；请按不含回收的边界再算一次，"
     "或者选 Battery Pass、csv、xlsx"),
    *((rf"nothing was declared for {en.lower()}, so this is no figure from cradle to gate, .+",
       f"“{zh}”阶段没有申报，结果不是从摇篮到大门的完整数值，而这种格式装的就是这个数值；请把应有的项目补进物料清单，"
       "重新发起核算，或者选 Battery Pass、csv 或 xlsx") for zh, en in STAGE_NAMES.values()),
    (r"(.+) is (-\S+) kg: this format takes no negative emissions, .+",
     r"有一部分为 \2 kg，这种格式不接受负值，而减排量既不能截去也不能挪到别处；请选 Battery Pass、csv 或 xlsx"),
    (r"factors (.+) have biogenic or land-use parts, .+",
     r"因子 \1 含生物源或土地利用部分，密封结果分不出化石部分，而这种格式要求写明；请选 Battery Pass、csv 或 xlsx"),
    (r"unknown format '(.+)': expected one of (.+)", r"没有名为 \1 的格式，可选：\2"),
    (r"this certificate is of several models; name one with --model: (.+)",
     r"这份证书有几个型号：\1；请用 --model 写明要哪一个"),
)  # fmt: skip

"""What the method says about descriptions, in Chinese: its messages by pattern.

The one fact: the method speaks English only, so that its rooms stay pure; a message that no pattern knows is shown as
it is rather than guessed at.
"""

from __future__ import annotations

import re

from method.units import KIND_NAMES
from operation.phrases import Phrase

_CATEGORIES: tuple[tuple[str, str], ...] = (
    (r"(.+): expected 0 < quantity_low <= quantity_high <= (\d+) \* quantity_low",
     r"\1：应为 0 < quantity_low ≤ quantity_high ≤ \2 × quantity_low"),
    (r"(.+): quantities are expected in whole thousandths of the declared unit, below (\d+)",
     r"\1：quantity_low 和 quantity_high 以申报单位计，最多三位小数，小于 \2"),
    (r"(.+): stages: expected one or more of (.+), each once", r"\1：阶段 stages 应为 \2 中的一个或几个，不能重复"),
    (r"(.+): expected 1 to (\d+) lines, each with a code of its own", r"\1：应有 1 到 \2 个项目，代码各不相同"),
    (r"(.+): default_factor is expected to be among the accepted factors",
     r"\1：默认因子 default_factor 应在接受的因子代码 accepts 之中"),
    (r"(.+): reference: expected total, biogenic, secondary, quality; total not 0, the last two at least 0",
     r"\1：参考足迹 reference 应为四个数：总量、生物源、次级数据、数据质量；总量不能为 0，后两个不能小于 0"),
    (r"(.+): reference: expected at most 12 decimals, below (\d+) kg; (.+) has it in 1e-12 kg",
     r"\1：参考足迹 reference 以 kg 计，最多十二位小数，小于 \2；签了名的声明里是以 1e-12 kg 计的，不能照抄"),
    (r"(.+): kind: expected one of (.+)", r"\1：种类 kind 应为 \2 之一"),
    (r"(.+): role: expected one of (.+)", r"\1：角色 role 应为 \2 之一"),
    (r"(.+): material: expected one of (.+); none for an activity",
     r"\1：材料 material 应为 \2 之一；role 为 activity 时不填"),
    (r"(.+): model: expected one of (.+) for electricity; none otherwise",
     r"\1：电力的 model 应为 \2 之一；其他种类不填"),
    (r"category (\S+) has no line '(.*)'; its lines are (.+)", r"产品类别 \1 没有项目 \2，有：\3"),
    (r"line (\S+) is per (\S+), factor (\S+) per (\S+)", r"项目 \1 的单位是 \2，因子 \3 的单位是 \4"),
    (r"line (\S+) accepts factor (\S+) already", r"项目 \1 已经接受因子 \2"),
    (r"line (\S+) names (\d+) factors, the most that a line may", r"项目 \1 已列满 \2 个因子代码，不能再加"),
)  # fmt: skip
"""What is said of product categories, and of the file that an operator writes one in."""
_PATTERNS: tuple[tuple[str, str], ...] = (
    *_CATEGORIES,
    (r"(.+): unknown field '(.+)'; expected only (.+)", r"\1：不认识的字段 \2，只能有 \3"),
    (r"(.+): field '(.+)': expected a text of 1 to (\d+) characters", r"\1：字段 \2 应为 1 到 \3 个字符的文字"),
    (r"(.+): field '(.+)': expected a code of .+", r"\1：字段 \2 应为代码，只用小写字母、数字和 . _ -"),
    (r"(.+): field '(.+)': expected a date such as (.+)", r"\1：字段 \2 应为 \3 这样的日期"),
    (r"(.+): field '(.+)': expected the unit written '(.+)'", r"\1：字段 \2 的单位应写成 \3"),
    (r"(.+): field '(.+)': expected a whole number from (\d+) to (\d+)", r"\1：字段 \2 应为 \3 到 \4 的整数"),
    (r"(.+): field '(.+)': expected one of (.+)", r"\1：字段 \2 应为 \3 之一"),
    (r"(.+): field '(.+)': expected true or false", r"\1：字段 \2 应为 true 或 false"),
    (r"(.+): field '(.+)': expected a list of at most (\d+) items", r"\1：字段 \2 应为列表，最多 \3 项"),
    (r"(.+): field '(.+)': expected a table", r"\1：字段 \2 应为一张表"),
    (r"(.+): field '(.+)': expected a plain decimal written as text, such as (.+)",
     r"\1：字段 \2 应为写成文字的小数，如 \3"),
    (r"(.+): expected a plain decimal written as text, such as (.+)", r"\1：应为写成文字的小数，如 \2"),
    (r"(.+): expected a rational written as text, such as (.+) or (.+)", r"\1：应为写成文字的整数或分数，如 \2、\3"),
    (r"pack: expected mass_kg above 0 and mass_tolerance from 0 to below 1",
     "电池包：mass_kg 应大于 0，mass_tolerance 应不小于 0、小于 1"),
    (r"(.+): quantity: expected more than 0", r"\1：用量 quantity 应大于 0"),
    (r"(.+): (\w+): expected one of (.+), found '(.*)'", r"\1：\2 应为 \3 之一，写的是 \4"),
    (r"(.+): vehicle_category: expected one of (.+)", r"\1：车辆类别 vehicle_category 应为 \2 之一"),
    (r"bill of materials: expected at least one entry, .+; found (.+)",
     r"物料清单：至少一项，名称不能重复，也不能叫 pack；有问题的是 \1"),
    (r"\[\[model\]\]: expected at least one, each with a code of its own; found (.+)",
     r"[[model]]：至少一个，每个有自己的型号代码；有问题的是 \1"),
    (r"bill of materials: (.+): quantity: expected one for each of (.+); found one for (.+)",
     r"物料清单：\1：用量 quantity 应对 \2 各写一个，写了 \3"),
    (r"pack: maker: expected an item of the bill of materials with a supplier, found '(.*)'",
     r"电池包：maker 应为物料清单里有供应商的某一项的名称，写的是 \1"),
    (r"transport (.+), (.+): claimed twice, by (.+) and (.+); agree who .+",
     r"运单 \1（\2），\3 与 \4 都报了"),
    (r"bill of materials: (.+): part_of: expected .+", r'物料清单：\1：part_of 应为 "pack"、另一项的名称或 ""'),
    (r"product: period_end is before period_start", "期间的结束日期早于开始日期"),
    (r"product: activity: expected the name of a file in the same folder", "产品：activity 应为同一文件夹里的文件名"),
    (r"unknown unit '(.*)': expected one such as (.+)", r"不认识的单位 \1，认得的如 \2"),
    (r"(.+): expected one such as (.+)", r"\1：应为 \2 之类"),
    (r"(\S+) measures (.+), but (\S+) \((.+)\) is expected", r"\1 量的是 \2，这里要的是 \3（\4）"),
    (r"(.+): expected 0 < usable_energy_kwh <= pack_energy_kwh",
     r"\1：可用电量 usable_energy_kwh 应大于 0，不超过电池包电量 pack_energy_kwh"),
    (r"functional unit: (\S+) has no cycles per year for vehicle category (\S+); choose one of (.+) in .+",
     r"功能单位：\1 没有车辆类别 \2 的年循环次数；年等效循环次数 cycles_per_year 选 \3 之一，并写明理由 cycles_reason"),
    (r"functional unit: cycles_per_year is missing, and (\S+) has no default for vehicle category (\S+); .+",
     r"功能单位：缺年等效循环次数 cycles_per_year，\1 没有车辆类别 \2 的默认值；请填生产企业的数值"),
    (r"functional unit: (\S+) has no yearly mileage for vehicle category (\S+); .+",
     r"功能单位：\1 没有车辆类别 \2 的年行驶里程；质保只填年数 warranty_years"),
    (r"functional unit: warranty_years is missing; (\S+) counts .+",
     r"功能单位：缺质保年数 warranty_years；\1 按质保年限计算"),
    (r"functional unit: measured_cycles is missing; (\S+) counts .+",
     r"功能单位：缺实测循环次数 measured_cycles；\1 按实测循环寿命计算，请填检测报告的循环次数"),
    (r"(.+): expected (\w+) above 0", r"\1：\2 应大于 0"),
    (r"unknown method '(.*)': expected one of (.+)", r"不认识的方法 \1，应为 \2 之一"),
    (r"method (\S+) has no boundary '(.*)': expected (.+)", r"方法 \1 没有边界 \2，应为 \3"),
)  # fmt: skip
_MODEL = re.compile(r"model (.+?): (.+)", re.DOTALL)
_COMPILED = tuple((re.compile(pattern, re.DOTALL), chinese) for pattern, chinese in _PATTERNS)
_SUBJECTS = {
    "functional unit": "功能单位", "bill of materials": "物料清单", "pack": "电池包", "product": "产品",
    "company": "企业", "factor": "因子", "product description": "产品描述",
    "file": "文件",
}  # fmt: skip
_KINDS = {"category": "产品类别", "line": "项目", "factor": "因子"}
"""What stands before a code."""


def say_reason(error: Exception) -> Phrase:
    """The method's message in both languages; the English one twice where no pattern knows it."""
    said = _say(str(error))
    english, chinese = said.en, said.zh
    for name in KIND_NAMES.values():
        own = name.rpartition(" ")
        english, chinese = english.replace(name, own[0]), chinese.replace(name, own[2])
    return Phrase(english, chinese)


def _say(text: str) -> Phrase:
    model = _MODEL.fullmatch(text)
    if model is not None:
        return Phrase(text, f"型号 {model[1]}：{_say(model[2]).zh}")
    for pattern, chinese in _COMPILED:
        found = pattern.fullmatch(text)
        if found is not None:
            return Phrase(text, _name_subject(found.expand(chinese)))
    return Phrase(text, text)


def _name_subject(text: str) -> str:
    subject, sign, rest = text.partition("：")
    return "：".join(map(_name_part, subject.split(": "))) + sign + rest


def _name_part(part: str) -> str:
    kind, _, code = part.partition(" ")
    return f"{_KINDS[kind]} {code}" if code and kind in _KINDS else _SUBJECTS.get(part, part)

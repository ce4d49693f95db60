"""What people call the lines of a template: everyday names that mean one thing, and the nearest lines for the rest.

The one fact: a name counts only where the template leaves no choice. Names without the form that a line states (nickel
sulphate without its water, caustic soda without its concentration) are never taken for it; they are asked about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher

from method.activity import OUTPUT_LINE
from method.category import Category, TemplateLine
from method.electricity import NATIONAL_AVERAGE, REGIONAL_GRID
from method.factor import Factor
from method.fuels import FUELS
from method.product import Product
from method.regions import name_region
from node.language import Phrase

Item = TemplateLine | str
"""A line of the template, or OUTPUT_LINE."""
OUTPUT = Phrase("production output", "产量")
OF_WHICH = Phrase("of which: ", "其中：")
"""What a part of the row above begins with."""
MOST_NEAR = 3

_OUTPUT = (
    "产品产量", "成品产量", "合格产量", "合格品产量", "合格产品产量", "产成品产量", "总产量", "年产量", "产出量",
    "生产量", "output quantity", "total output", "production quantity",
)  # fmt: skip
_GRID = (
    "电", "电力", "电量", "电耗", "用电", "用电量", "耗电", "耗电量", "外购电", "外购电力", "外购电量", "购电",
    "购入电力", "市电", "网电", "电网电力", "全国平均电力", "electricity", "power", "purchased electricity",
    "grid power",
)  # fmt: skip
_GAS = ("天然气", "燃气", "管道天然气", "外购天然气", "natural gas", "gas")
_BY_STEM = (
    ("electricity", "光伏", ("光伏", "光伏电", "光伏发电", "太阳能发电", "屋顶光伏", "分布式光伏", "pv")),
    ("electricity", "风电", ("风力发电", "wind power")),
    ("transport", "公路", ("公路", "公路运输", "公路货运", "道路运输", "汽运", "汽车运输", "货车运输", "road",
                         "road transport", "road freight", "truck")),
    ("transport", "铁路", ("铁路", "铁路运输", "铁路货运", "火车运输", "rail", "rail transport", "rail freight")),
    ("transport", "水路", ("水路", "水路运输", "水运", "船运", "海运", "water transport", "sea freight", "shipping")),
    ("transport", "航空", ("航空", "航空运输", "航空货运", "空运", "air transport", "air freight")),
    ("material", "PE/PP", ("PE", "PP", "聚乙烯", "聚丙烯", "聚乙烯PE", "聚丙烯PP", "聚乙烯树脂", "聚丙烯树脂",
                          "PE树脂", "PP树脂", "polyethylene", "polypropylene")),
    ("material", "PVDF", ("聚偏氟乙烯", "聚偏氟乙烯PVDF", "polyvinylidene fluoride")),
    ("material", "精炼铜", ("电解铜", "阴极铜", "copper cathode")),
)  # fmt: skip
"""Kind of line, what its Chinese name starts with, and what people call it."""
_MADE = re.compile(r".*(?:产量|production|output)(?:[(\[【][^()\[\]【】]+[)\]】])?")
_LIKE_MADE = re.compile("产量|产出|入库|完工|production|output")
_OTHER_THAN_MADE = re.compile(
    "废|渣|泥|副产|联产|半成品|次品|不合格|发电|光伏|太阳能|蒸汽|计划|目标|预计|设计|平均|去年|上年|"
    "waste|scrap|sludge|by-?product|co-?product|semi-?finished|reject|solar|steam|planned|target|average|lastyear"
)
"""Of which a production is told that is not the product's of this period."""
_PART = re.compile(r"\W*(?:其中|of\s*which\b)[\s:：,，-]*(?P<name>.+)", re.IGNORECASE | re.DOTALL)
_USED = re.compile(r"(?<=.)(使用量|消耗量|耗用量|消费量|耗量|用量|消耗)$")
_HINTS = {"电": "electricity", "气": "natural_gas", "运": "transport", "汽": "heat", "热": "heat"}
_OTHER_GASES = re.compile("[氧氮氩氢氦氨氯氟空废尾煤沼蒸]气|石油气|液化气|气体")
"""What is called gas and is no natural gas."""
_CARRIERS: tuple[tuple[str, Phrase, tuple[str, ...]], ...] = (
    *((one.code, Phrase(one.name_en, one.name_zh), (one.name_zh, one.name_en)) for one in FUELS.values()),
    ("raw_coal", Phrase("Coal", "煤"), ("煤炭", "用煤", "燃煤", "coal")),
    ("heat", Phrase("Steam and heat", "蒸汽和热力"), ("蒸汽", "热力", "热水", "供热", "steam", "district heat")),
    ("", Phrase("Water", "水"), ("自来水", "用水", "新鲜水", "工业水", "纯水", "软水", "循环水", "水费", "tap water",
                                "water consumption")),
    ("", Phrase("Industrial gases", "工业气体"), ("氧气", "液氧", "纯氧", "氮气", "液氮", "氩气", "液氩", "压缩空气",
                                              "oxygen", "nitrogen", "argon", "compressed air")),
)  # fmt: skip
"""What factories meter and a template may not ask for: the kind of its line, "" where there is none, what it is called,
and the words that tell it."""
_STEPS = (
    (Phrase("precursor", "前驱体"), ("前驱体", "precursor")),
    (Phrase("iron phosphate", "磷酸铁"), ("磷酸铁", "iron phosphate", "ferric phosphate", "FePO4")),
    (Phrase("cathode material", "正极材料"), ("正极材料", "正极活性材料", "cathode active material",
                                            "cathode material")),
    (Phrase("anode material", "负极材料"), ("负极材料", "负极活性材料", "anode material")),
    (Phrase("separator", "隔膜"), ("隔膜", "separator")),
    (Phrase("electrolyte", "电解液"), ("电解液", "electrolyte")),
    (Phrase("foil", "箔材"), ("铜箔", "铝箔", "copper foil", "aluminium foil")),
    (Phrase("cells", "电芯"), ("电芯", "battery cell", "battery cells")),
)  # fmt: skip
"""What another step of a battery's chain makes: what it is called, and how such a name ends."""
_LFP = re.compile("磷酸铁锂|lithiumironphosphate")
"""A cathode material whose name holds that of the iron phosphate it is made of."""
_BRACKET = re.compile(r"[(\[【].*")
_NEAR, _OF_KIND, _OF_STEM = 0.4, 0.9, 0.95
_FEWEST_SIGNS, _FEWEST_LETTERS = 2, 4
"""How many of one name must stand in a row in another near it: 碳酸锂 and 磷酸 share a 酸 alone."""
_LONGEST = 40


def loose(name: str) -> str:
    """A name as everyday names are compared: full-width signs plain, no spaces, lower case."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def find_part(name: str) -> str | None:
    """What a name such as 其中：光伏 says is a part of the row above; None for a name that does not begin so."""
    part = _PART.fullmatch(name[:_LONGEST])
    return None if part is None else part["name"]


def make_everyday(category: Category, product: Product) -> Mapping[str, tuple[Item, ...]]:
    """The lines that each everyday name means, by the name made loose: one, or gas with what stands upstream of it."""
    names: dict[str, tuple[Item, ...]] = {}
    own = (f"{product.name_zh}产量", f"{category.name_zh}产量")
    _add(names, (*_OUTPUT, *own), (OUTPUT_LINE,))
    power = [line for line in category.lines if line.kind == "electricity"]
    grid = [line for line in power if line.model == NATIONAL_AVERAGE] or power
    if len(grid) == 1:
        _add(names, _GRID, (grid[0],))
    gas = [line for line in category.lines if line.kind == "natural_gas"]
    # The same meter reading belongs on each gas line: what burning emits, and what stands upstream of it.
    _add(names, _GAS, tuple(gas))
    for kind, stem, called in _BY_STEM:
        found = [line for line in category.lines if line.kind == kind and line.name_zh.startswith(stem)]
        if len(found) == 1:
            _add(names, called, (found[0],))
    for line in category.lines:
        _add(names, (line.name_zh, line.name_en, f"{line.name_zh}{line.name_en}"), (line,))
    return names


def find_everyday(name: str, names: Mapping[str, tuple[Item, ...]]) -> tuple[Item, ...]:
    """The lines that a name means, also with 用量 behind it; () when it means none or more than one could be meant."""
    key = loose(name)
    return names.get(key) or names.get(_USED.sub("", key)) or ()


def names_output(name: str, category: Category) -> bool:
    """Whether a name ends like a production and is not that of waste, of energy, of a plan or of another year."""
    key = loose(name)
    made = _MADE.fullmatch(key) is not None and _OTHER_THAN_MADE.search(key) is None
    return made and find_part(name) is None and find_unasked(name, category) is None


def looks_made(name: str) -> bool:
    """Whether a name may be that of a production, by any word for it, and is not that of waste, of energy or a part."""
    key = loose(name[:_LONGEST])
    is_made = _LIKE_MADE.search(key) is not None and _OTHER_THAN_MADE.search(key) is None
    return is_made and find_part(name) is None


def find_near(name: str, category: Category) -> tuple[TemplateLine, ...]:
    """The lines whose names are nearest to one that is none of them, the nearest first, at most three, or none."""
    if find_step(name, category) is not None:
        return ()
    key = loose(find_part(name) or name[:_LONGEST])
    hinted = _OTHER_GASES.sub("", key)
    kinds = {kind for sign, kind in _HINTS.items() if sign in hinted}
    scores = [
        max(_likeness(key, line), _OF_STEM * _has_stem(key, line), _OF_KIND * (line.kind in kinds))
        for line in category.lines
    ]
    # Of electricity as such, the national average comes first: a region's is right in that region alone.
    average = [line.model == NATIONAL_AVERAGE for line in category.lines]
    ranked = sorted(((score, average[at], -at) for at, score in enumerate(scores)), reverse=True)
    return tuple(category.lines[-at] for score, _, at in ranked if score >= _NEAR)[:MOST_NEAR]


def find_unasked(name: str, category: Category) -> Phrase | None:
    """What a name plainly means and the template has no line for, such as diesel or water; None for anything else."""
    key, kinds = loose(name[:_LONGEST]), {line.kind for line in category.lines}
    for kind, called, words in _CARRIERS:
        told = [loose(word) for word in words if kind not in kinds and loose(word) in key]
        if told:
            return called if key in told or not find_near(name, category) else None
    return None


def find_step(name: str, category: Category) -> Phrase | None:
    """What another step of the chain makes and its maker declares, where the template has no line for it."""
    key = _LFP.sub("lfp", _BRACKET.sub("", loose(name[:_LONGEST])))
    if _OTHER_THAN_MADE.search(key):
        return None
    lines = (called for line in category.lines for called in (line.name_zh, line.name_en))
    own = [_LFP.sub("lfp", loose(called)) for called in (category.name_zh, category.name_en, *lines)]
    for called, words in _STEPS:
        ends = tuple(map(loose, words))
        if key.endswith(ends) and not any(end in name for end in ends for name in own):
            return called
    return None


def name_near(name: str, category: Category) -> Phrase:
    """The nearest items in words, to be put behind what is expected; empty where none is near."""
    near = [OUTPUT] if names_output(name, category) else []
    near += [Phrase(line.name_en, line.name_zh) for line in find_near(name, category)]
    if not near:
        return Phrase("", "")
    english, chinese = ", ".join(one.en for one in near), "、".join(one.zh for one in near)
    return Phrase(f", nearest: {english}", f"，最接近的是{chinese}")


def name_items(category: Category) -> Phrase:
    """Every item that a row may name, once, with its code."""
    english = ", ".join(f"{line.name_en} ({line.code})" for line in category.lines)
    chinese = "、".join(f"{line.name_zh}（{line.code}）" for line in category.lines)
    return Phrase(f"{OUTPUT.en} (output), {english}", f"{OUTPUT.zh}（output）、{chinese}")


def name_line(category: Category, code: str) -> Phrase:
    """A line by its name in each language; the code where the category has no such line."""
    if code == OUTPUT_LINE:
        return OUTPUT
    line = category.find_line(code)
    return Phrase(code, code) if line is None else Phrase(line.name_en, line.name_zh)


def name_choice(line: TemplateLine, factors: Mapping[str, Factor]) -> Phrase:
    """A line as it is offered to choose: a region's electricity with the region that its factor stands for."""
    factor = factors.get(line.default_factor)
    if line.model != REGIONAL_GRID or factor is None:
        return Phrase(line.name_en, line.name_zh)
    chinese, english = name_region(factor.region)
    return Phrase(f"{line.name_en} ({english})", f"{line.name_zh}（{chinese}）")


def _add(names: dict[str, tuple[Item, ...]], called: tuple[str, ...], items: tuple[Item, ...]) -> None:
    for name in called if items else ():
        names[loose(name)] = items


def _has_stem(key: str, line: TemplateLine) -> bool:
    """Whether a name holds what a line is called by, as 光伏自发电 holds 光伏; letters alone are in too many names."""
    return any(
        kind == line.kind and line.name_zh.startswith(stem) and not word.isascii() and loose(word) in key
        for kind, stem, called in _BY_STEM
        for word in (stem, *called)
    )


def _likeness(key: str, line: TemplateLine) -> float:
    names = [loose(name) for name in (line.name_zh, line.name_en, line.code)]
    if any(len(key) > 1 and (key in name or name in key) for name in names):
        return 1
    compared = [SequenceMatcher(None, key, name) for name in names]
    shortest = _FEWEST_LETTERS if key.isascii() else _FEWEST_SIGNS
    return max(one.ratio() if one.find_longest_match().size >= shortest else 0 for one in compared)

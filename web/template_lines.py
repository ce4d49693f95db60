"""What the lines of a product category's template say, and what two versions of them say otherwise, in words: for the
node's pages and the console's.

The one fact: all that is signed of a line is here, so that no change of one goes unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from method.category import LINE_KIND_NAMES
from method.electricity import MODEL_NAMES
from web.languages import mark
from web.numbers import show_unit
from web.visits import Visit

Line = Mapping[str, Any]
"""A line as its statement has it."""
TITLES: dict[str, str] = {
    "name_zh": mark("Name in Chinese"),
    "name_en": mark("Name in English"),
    "unit": mark("Unit"),
    "kind": mark("Kind"),
    "coefficient": mark("Coefficient"),
    "secondary": mark("Rests on secondary data"),
    "accepts": mark("Factor codes that it accepts"),
    "default_factor": mark("Default factor"),
    "role": mark("What it counts as"),
    "material": mark("Material of its recycling"),
    "model": mark("How the electricity is bought"),
}
ROLES: dict[str, str] = {
    "activity": mark("consumption of the process"),
    "recycled_input_virgin": mark("recycled input, the virgin material in its place"),
    "recycled_input_recycled": mark("recycled input, the recycled material"),
    "recycled_output_recycling": mark("output to recycling, the recycling"),
    "recycled_output_avoided": mark("output to recycling, the material avoided"),
    "energy_recovery": mark("energy recovery, the burning"),
    "energy_avoided": mark("energy recovery, the energy avoided"),
    "disposal": mark("disposal"),
}
MATERIALS: dict[str, str] = {
    "metal": mark("metal"),
    "plastic": mark("plastic"),
    "other": mark("another material"),
}
ANY_CODE = mark("It accepts any code per this unit")
_IN_TITLE = ("name_zh", "name_en", "unit")


def list_lines(visit: Visit, lines: Sequence[Line]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each line by code, name and unit, with (name, value) of all else that is signed of it, but for what is empty."""
    return [(_name(visit, one), _describe(visit, one)) for one in lines]


def compare_lines(visit: Visit, before: Sequence[Line], after: Sequence[Line]) -> list[tuple[str, str]]:
    """(line and field, "there → here") of what two versions say otherwise, the order included: it numbers them."""
    old, new = ({one["code"]: one for one in lines} for lines in (before, after))
    found: list[tuple[str, str]] = []
    for code in {**old, **new}:
        title = visit.say("Line %(code)s", code=code)
        if code not in new:
            found.append((title, visit.say("removed: %(line)s", line=_tell(visit, old[code]))))
        elif code not in old:
            found.append((title, visit.say("new: %(line)s", line=_tell(visit, new[code]))))
        else:
            found += [
                (f"{title}{visit.marks.comma}{visit.say(TITLES[name])}", said)
                for name, said in _compare(visit, old[code], new[code])
            ]
    kept = [[code for code in lines if code in old and code in new] for lines in (old, new)]
    if kept[0] != kept[1]:
        found.append((visit.say("Order of the lines"), " → ".join(map(visit.marks.between.join, kept))))
    return found


def _compare(visit: Visit, old: Line, new: Line) -> list[tuple[str, str]]:
    changed = [name for name in TITLES if old[name] != new[name]]
    return [
        (name, _tell_codes(visit, old[name], new[name]))
        if name == "accepts" and old[name] and new[name] and set(old[name]) != set(new[name])
        else (name, f"{_say(visit, old, name) or '–'} → {_say(visit, new, name) or '–'}")
        for name in changed
    ]


def _tell_codes(visit: Visit, old: Sequence[str], new: Sequence[str]) -> str:
    """Only what came and went: a line may name a hundred."""
    came, gone = ([one for one in some if one not in others] for some, others in ((new, old), (old, new)))
    told = [
        visit.say("added: %(codes)s", codes=visit.marks.between.join(came)) if came else "",
        visit.say("taken away: %(codes)s", codes=visit.marks.between.join(gone)) if gone else "",
    ]
    return visit.marks.semicolon.join(filter(None, told))


def _tell(visit: Visit, line: Line) -> str:
    told = [f"{name}{visit.marks.colon}{value}" for name, value in _describe(visit, line)]
    return visit.marks.semicolon.join((_name(visit, line), *told))


def _name(visit: Visit, line: Line) -> str:
    name = line["name_zh"] if visit.language == "zh" else line["name_en"]
    return f"{line['code']}{visit.marks.colon}{name} ({show_unit(line['unit'])})"


def _describe(visit: Visit, line: Line) -> list[tuple[str, str]]:
    found = ((title, _say(visit, line, name)) for name, title in TITLES.items() if name not in _IN_TITLE)
    return [(visit.say(title), value) for title, value in found if value]


def _say(visit: Visit, line: Line, name: str) -> str:
    value, place = line[name], 0 if visit.language == "zh" else 1
    if name == "accepts":
        return visit.marks.between.join(value) or visit.say(ANY_CODE)
    if name == "secondary":
        return visit.say("yes") if value else visit.say("no")
    if name == "unit":
        return show_unit(value)
    if value and name in ("role", "material"):
        return visit.say((ROLES if name == "role" else MATERIALS).get(value, str(value)))
    if name in ("kind", "model"):
        names = LINE_KIND_NAMES if name == "kind" else MODEL_NAMES
        return names[value][place] if value in names else str(value or "")
    return str(value or "")

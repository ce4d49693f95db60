"""What the fields of a submission to the factor library and the codes in them are called; for pages and for sheets.

The one fact: who shows a name says it in the reader's language, so names are marked here and translated there.
"""

from __future__ import annotations

from collections.abc import Callable

from web.languages import mark

FIELDS: dict[str, str] = {
    "code": mark("Code"),
    "version": mark("Version"),
    "name_zh": mark("Name in Chinese"),
    "name_en": mark("Name in English"),
    "classification": mark("Kind of factor"),
    "total": mark("Value"),
    "biogenic": mark("Biogenic part"),
    "land_use": mark("Land use part"),
    "region": mark("Region"),
    "year": mark("Year"),
    "valid_from": mark("Valid from"),
    "valid_to": mark("Valid until"),
    "system_boundary": mark("System boundary"),
    "gwp_set": mark("Warming potentials"),
    "basis": mark("Basis"),
    "grade": mark("Grade of the source"),
    "scores": mark("Data quality, 1 is best"),
    "source": mark("Source"),
    "status": mark("How the value was come by"),
    "licence": mark("Licence"),
    "owner": mark("Owner of the data"),
    "note": mark("Note"),
    "declared_unit": mark("Declared unit"),
    "stages": mark("Stages"),
    "quantity": mark("Plausible quantity"),
    "reference": mark("Reference footprint"),
}
INDICATORS: tuple[str, str, str] = (
    mark("biogenic part"),
    mark("part from secondary data"),
    mark("footprint times its data quality"),
)
"""What the numbers of a reference footprint behind its total are."""
WORDS: dict[str, str] = {
    "energy": mark("energy"),
    "material": mark("material"),
    "transport": mark("transport"),
    "waste": mark("waste treatment"),
    "process": mark("process"),
    "published": mark("published by its source"),
    "derived": mark("derived from published values"),
    "assumption": mark("assumption"),
    "cradle_to_gate": mark("cradle to gate"),
    "life_cycle": mark("life cycle"),
    "direct": mark("direct emissions only"),
    "well_to_wheel": mark("well to wheel"),
    "gate_to_gate": mark("gate to gate"),
    "end_of_life": mark("end of life"),
    "unknown": mark("not stated"),
    "primary_measured": mark("primary data, measured"),
    "primary_calculated": mark("primary data, calculated"),
    "supplier_verified": mark("supplier's, verified"),
    "province": mark("provincial value"),
    "country": mark("national value"),
    "literature_cn": mark("literature from China"),
    "foreign": mark("foreign value"),
    "LHV": mark("lower heating value"),
    "HHV": mark("higher heating value"),
    "anhydrous": mark("anhydrous"),
    "monohydrate": mark("monohydrate"),
    "dihydrate": mark("dihydrate"),
    "trihydrate": mark("trihydrate"),
    "tetrahydrate": mark("tetrahydrate"),
    "pentahydrate": mark("pentahydrate"),
    "hexahydrate": mark("hexahydrate"),
    "heptahydrate": mark("heptahydrate"),
    "dry": mark("dry"),
    "wet": mark("wet"),
}
SCORES: dict[str, str] = {
    "technology": mark("technology"),
    "time": mark("time"),
    "geography": mark("geography"),
}
_UNIT = mark("Unit that the value is per")
_SCORE = mark("Data quality of %(what)s, 1 (best) to 5")


def title_of(say: Callable[..., str], name: str) -> str:
    """What a column of a sheet of factors is; `say` gives a marked text in the reader's language."""
    if name == "unit":
        return say(_UNIT)
    scored = SCORES.get(name.removeprefix("score_"))
    return say(FIELDS[name]) if scored is None else say(_SCORE, what=say(scored))

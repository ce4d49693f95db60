"""The example packs as a Scene's chain: the same companies, amounts and library, for the protocol in memory."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import cast

from exchange.certified import Certified, Maker, Member, read_certified
from exchange.particulars import Particulars, parse_particulars
from method.category import make_category_fields
from method.coefficient import amount_to_fixed, make_coefficients, quantity_to_fixed
from method.factor import make_factor_fields
from method.functional_unit import make_functional_unit_fields
from method.product import Company
from method.rules import FULL, find_rules
from node.clear.chain_files import ChainFiles, Supplied
from node.clear.footprint import weigh_chain
from protocol.payloads import Figures, FunctionalUnit, Stage
from protocol.run import Library, Supply
from tests.support.footprints import read_chain_files
from tests.support.scene import Chain, Scene, make_scene, play

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def files_of(pack: str) -> ChainFiles:
    """The files of `ncm-pack` or `lfp-pack`."""
    return read_chain_files(EXAMPLES / pack)


@cache
def particulars_of(pack: str) -> Particulars:
    """What the example's owner states."""
    return parse_particulars(tomllib.loads((EXAMPLES / pack / "particulars.toml").read_text("utf-8")))


def chain_of(pack: str, method: str, boundary: str) -> Chain:
    """The pack under a rule set and boundary; what the boundary leaves out is left out."""
    files = files_of(pack)
    rules = find_rules(method, boundary)
    counted = [one for one in files.supplied if one.entry.stage in rules.stages_of(boundary)]
    # A scene finds publications by code, and some factors have the code of a category.
    categories = {_code(one): {**make_category_fields(one.category), "code": _code(one)} for one in counted}
    cited = {amount.factor for one in counted for amount in one.amounts}
    factors = {code: make_factor_fields(files.factors[code]) for code in sorted(cited)}
    unit = make_functional_unit_fields(files.pack.functional_unit, rules)
    return Chain(
        supplies=tuple(_supply(one, files, method) for one in counted),
        units=(FunctionalUnit.model_validate(unit),),
        library=Library(categories, factors),
        method=method,
        boundary=boundary,
    )


def _code(supplied: Supplied) -> str:
    return f"{supplied.category.code}-category"


def _supply(supplied: Supplied, files: ChainFiles, method: str) -> Supply:
    rules = find_rules(method, FULL)
    lines = []
    for line, amount in zip(supplied.category.lines, supplied.amounts, strict=True):
        total = make_coefficients(line, files.factors[amount.factor], rules, FULL)[0]
        lines.append((amount.factor, amount_to_fixed(amount.amount, total)))
    entry = supplied.entry
    quantity = quantity_to_fixed(supplied.quantity)
    return Supply(entry.item, _code(supplied), cast(Stage, entry.stage), tuple(lines), quantity)


def certified_scene(pack: str, method: str, boundary: str) -> Scene:
    """The whole protocol over the example pack, up to its certificate."""
    return play(make_scene(chain_of(pack, method, boundary), f"{pack}/{method}/{boundary}"), "certify")


@cache
def certified_example(pack: str, method: str, boundary: str) -> Certified:
    """What the certificate of an example pack says, verified; made once a process."""
    scene = certified_scene(pack, method, boundary)
    return read_certified(scene.verify(), scene.bundle())


def clear_example(pack: str, method: str, boundary: str) -> Certified:
    """The same without cryptography: exact figures, and ids that are plain to see; the same on every machine."""
    files = files_of(pack)
    footprint = weigh_chain(files, method, boundary)
    rules = footprint.rules
    unit = make_functional_unit_fields(files.pack.functional_unit, rules)
    bounds = dict.fromkeys(
        (
            "biogenic_overstated_by_at_most",
            "secondary_overstated_by_at_most",
            "quality_overstated_by_at_most",
        ),
        "0",
    )
    figures = Figures.model_validate({**asdict(footprint.figures), **bounds})
    counted = [one for one in files.supplied if one.entry.stage in rules.stages_of(boundary)]
    maker = next(one.maker[0] for one in counted if one.maker and one.entry.item == files.pack.maker)
    return Certified(
        sha256="c" * 64,
        request="a" * 64,
        result="b" * 64,
        method=method,
        boundary=boundary,
        certified_at=1_795_000_000,
        maker=Maker(maker.name_zh, maker.name_en, maker.legal_entity),
        members=tuple(_member(one, files, maker) for one in counted),
        opinions=(),
        packs=((FunctionalUnit.model_validate(unit), figures),),
    )


def _member(supplied: Supplied, files: ChainFiles, maker: Company) -> Member:
    assert supplied.maker is not None
    company, product = supplied.maker
    return Member(
        stage=supplied.entry.stage,
        plant=product.plant,
        first_day=product.period_start,
        last_day=product.period_end,
        is_makers=company == maker,
        factors=tuple(files.factors[amount.factor] for amount in supplied.amounts),
    )

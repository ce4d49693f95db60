"""The example the demo runs on: a folder with pack.toml and one folder per supplier.

The one fact: only names and places are read here; amounts and quantities are read by each company's own node.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.processes import DemoFailed
from method.errors import MethodError
from method.rules import find_rules

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NAMED = {"ncm": EXAMPLES / "ncm-pack", "lfp": EXAMPLES / "lfp-pack"}


@dataclass(frozen=True, slots=True)
class Goods:
    """One product of a company: its folder of input, its code, its activity file."""

    folder: Path
    code: str
    activity: Path


@dataclass(frozen=True, slots=True)
class Company:
    """One legal entity: its names, and the products it declares. `slug`: the folder of the first of them."""

    slug: str
    name_zh: str
    name_en: str
    legal_entity: str
    parent: str
    goods: tuple[Goods, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Rule set and boundary of the calculation; None takes what the pack file says."""

    method: str | None = None
    boundary: str | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """The chain: every company, which of them asks, under which rules, and where the published library is."""

    folder: Path
    model: str
    library: Path
    method: str
    boundary: str
    companies: tuple[Company, ...]
    maker: Company


def read_chain(name: str, terms: Terms | None = None) -> Pack:
    """Read `ncm`, `lfp` or a folder; DemoFailed says what is missing. What the boundary leaves out is left out."""
    folder = NAMED.get(name, Path(name))
    if name in NAMED and not folder.is_dir():
        raise DemoFailed(
            f"the examples come with the source, not with an installation, and {folder} is not there"
        )
    asked = terms or Terms()
    try:
        fields = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
        if "model" in fields:
            raise DemoFailed(
                f"{folder}/pack.toml holds several [[model]]; the demo computes a pack of one model"
            )
        pack = fields["pack"]
        method, boundary = asked.method or pack["method"], asked.boundary or pack["boundary"]
        stages = find_rules(method, boundary).boundaries[boundary]
        items = [item for item in fields["bill_of_materials"] if item["stage"] in stages]
        companies = _read_companies([folder / item["supplier"] for item in items])
        own = folder / next(item["supplier"] for item in items if item["item"] == pack["maker"])
        maker = next(one for one in companies if own in (product.folder for product in one.goods))
        library = folder / fields["library"]
        return Pack(folder, pack["model"], library, method, boundary, companies, maker)
    except MethodError as error:
        raise DemoFailed(str(error)) from error
    except OSError as error:
        raise DemoFailed(f"cannot read {error.filename}; name ncm, lfp or a folder with pack.toml") from error
    except (KeyError, StopIteration, tomllib.TOMLDecodeError) as error:
        raise DemoFailed(f"{folder}: {error}; compare it with examples/ncm-pack") from error


def _read_companies(folders: list[Path]) -> tuple[Company, ...]:
    """One company per legal entity, in the order of their first products."""
    companies: dict[str, dict[str, Any]] = {}
    for folder in dict.fromkeys(folders):
        fields = tomllib.loads((folder / "product.toml").read_text("utf-8"))
        company, product = fields["company"], fields["product"]
        known = companies.setdefault(company["legal_entity"], {**company, "slug": folder.name, "goods": ()})
        known["goods"] += (Goods(folder, product["code"], folder / product["activity"]),)
    return tuple(Company(**fields) for fields in companies.values())

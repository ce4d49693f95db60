"""The example the demo runs on: a folder with pack.toml and one folder per supplier.

The one fact: only names and places are read here; amounts and quantities are read by each company's own node.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from demo.processes import DemoFailed

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NAMED = {"ncm": EXAMPLES / "ncm-pack", "lfp": EXAMPLES / "lfp-pack"}


@dataclass(frozen=True, slots=True)
class Company:
    """One supplier: its folder of input, its names, its product's code, its activity file."""

    slug: str
    folder: Path
    name_zh: str
    name_en: str
    legal_entity: str
    parent: str
    product: str
    activity: Path


@dataclass(frozen=True, slots=True)
class Pack:
    """The chain: every company, which of them asks, and where the published library is."""

    folder: Path
    model: str
    library: Path
    companies: tuple[Company, ...]
    maker: Company


def read_chain(name: str) -> Pack:
    """Read `ncm`, `lfp` or a folder; DemoFailed says what is missing."""
    folder = NAMED.get(name, Path(name))
    if name in NAMED and not folder.is_dir():
        raise DemoFailed(
            f"the examples come with the source, not with an installation, and {folder} is not there"
        )
    try:
        fields = tomllib.loads((folder / "pack.toml").read_text("utf-8"))
        slugs = [item["supplier"] for item in fields["bill_of_materials"]]
        companies = tuple(_read_company(folder / slug) for slug in dict.fromkeys(slugs))
        maker = next(one for one in companies if one.slug == fields["pack"]["maker"])
        return Pack(folder, fields["pack"]["model"], folder / fields["library"], companies, maker)
    except OSError as error:
        raise DemoFailed(f"cannot read {error.filename}; name ncm, lfp or a folder with pack.toml") from error
    except (KeyError, StopIteration, tomllib.TOMLDecodeError) as error:
        raise DemoFailed(f"{folder}: {error}; compare it with examples/ncm-pack") from error


def _read_company(folder: Path) -> Company:
    fields = tomllib.loads((folder / "product.toml").read_text("utf-8"))
    company, product = fields["company"], fields["product"]
    return Company(
        slug=folder.name,
        folder=folder,
        name_zh=company["name_zh"],
        name_en=company["name_en"],
        legal_entity=company["legal_entity"],
        parent=company["parent"],
        product=product["code"],
        activity=folder / product["activity"],
    )

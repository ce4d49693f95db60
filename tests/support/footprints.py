"""The clear footprint of a folder that holds one model, and its files, as most tests want them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from method.pack import PackDefinition
from node.clear.chain_files import ChainFiles, read_chains
from node.clear.footprint import PackFootprint, compute_footprints
from node.importers.pack import read_packs


def compute_footprint(pack_dir: Path, library_dir: Path | None = None, **asked: Any) -> PackFootprint:
    """As compute_footprints, of the only model."""
    (found,) = compute_footprints(pack_dir, library_dir, **asked)
    return found


def read_chain_files(pack_dir: Path) -> ChainFiles:
    """As read_chains, of the only model."""
    (found,) = read_chains(pack_dir)
    return found


def read_pack(pack_dir: Path) -> PackDefinition:
    """As read_packs, the only model."""
    (found,) = read_packs(pack_dir)
    return found

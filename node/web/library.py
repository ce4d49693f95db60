"""The public library for pages, brought up to date where the node knows nothing of it yet."""

from __future__ import annotations

from method.factor import Factor
from node.library import Library, fetch_or_read, read_library
from node.organisation import Node


def need_library(node: Node) -> Library:
    """As this node knows it; asks the coordinator only when it knows nothing yet."""
    library = read_library(node)
    return library if library.categories else fetch_or_read(node)[0]


def factors_of(library: Library) -> dict[str, Factor]:
    """The published factors by code."""
    return {code: item.factor for code, item in library.factors.items()}

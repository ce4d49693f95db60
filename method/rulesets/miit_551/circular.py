"""Recycling by the circular footprint formula: the notice's own formula is not public, see rules.toml."""

from method.circular import weigh_cff as weigh

__all__ = ["weigh"]

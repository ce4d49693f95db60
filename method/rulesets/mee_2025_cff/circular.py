"""Recycling by the circular footprint formula, the default reading of the MEE draft's formula (3)."""

from method.circular import weigh_cff as weigh

__all__ = ["weigh"]

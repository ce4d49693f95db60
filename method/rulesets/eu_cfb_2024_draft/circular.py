"""Recycling by the circular footprint formula of the draft act's annex."""

from method.circular import weigh_cff as weigh

__all__ = ["weigh"]

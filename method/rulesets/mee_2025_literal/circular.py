"""Recycling by the MEE draft's formula (3) as printed, with the masses that it leaves out."""

from method.circular import weigh_literal as weigh

__all__ = ["weigh"]

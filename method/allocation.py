"""Allocation: which share of a process's burdens a product carries. Method: traps (co-product and waste).

By mass or energy first; where the prices of co-products differ more than fourfold, by economic value (inferred from
the rules of the EU's research centre, which we could not look up). Shares are exact and sum to 1; waste carries none,
and its treatment stays with the products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from method.errors import BadField

Basis = Literal["mass", "energy", "economic"]
PRICE_RATIO = Fraction(4)
"""Above this ratio of the highest to the lowest price per kg, value decides instead of mass or energy."""


@dataclass(frozen=True, slots=True, repr=False)
class Output:
    """What leaves a process in a period: mass in kg, energy content in MJ (0 where it is no fuel), price per kg.

    `price` is net of what the buyer is paid to take it: an output of no or negative value is waste.
    """

    name: str
    mass_kg: Fraction
    energy_mj: Fraction
    price: Fraction

    def __repr__(self) -> str:
        return f"Output(name={self.name!r}, <redacted>)"


@dataclass(frozen=True, slots=True, repr=False)
class Allocation:
    """The basis that was chosen, why in words, and each output's share, in the order given."""

    basis: Basis
    reason_zh: str
    reason_en: str
    shares: tuple[tuple[str, Fraction], ...]

    def __repr__(self) -> str:
        return f"Allocation(basis={self.basis!r}, <redacted>)"

    def share_of(self, name: str) -> Fraction:
        """The share of one output: what a record of its meter carries; raise BadField."""
        found = dict(self.shares).get(name)
        if found is None:
            raise BadField(f"allocation: no output {name!r}; expected one that was listed")
        return found


def is_waste(output: Output) -> bool:
    """Whether an output is waste rather than a co-product: it has no positive net value."""
    return output.price <= 0


def choose_basis(outputs: Sequence[Output], preferred: Basis = "mass") -> Basis:
    """Economic when the prices of the co-products differ more than fourfold, else what is preferred."""
    prices = [output.price for output in outputs if not is_waste(output)]
    return "economic" if prices and max(prices) > PRICE_RATIO * min(prices) else preferred


def allocate(outputs: Sequence[Output], preferred: Basis = "mass") -> Allocation:
    """Share a process's burdens; raise BadField.

    1. Names are different. 2. No mass or energy is negative. 3. At least one output is a product, and the basis has
    something to go by.
    """
    names = [output.name for output in outputs]
    if len(set(names)) != len(names):  # 1
        raise BadField("allocation: expected outputs with a name of their own each")
    if any(output.mass_kg < 0 or output.energy_mj < 0 for output in outputs):  # 2
        raise BadField("allocation: expected masses and energies of at least 0")
    basis = choose_basis(outputs, preferred)
    measures = [Fraction(0) if is_waste(output) else _measure(output, basis) for output in outputs]
    whole = sum(measures, Fraction(0))
    if whole == 0:  # 3
        raise BadField(f"allocation by {basis}: expected at least one output of value with more than 0 of it")
    shares = tuple((name, measure / whole) for name, measure in zip(names, measures, strict=True))
    return Allocation(basis, *_describe(basis, preferred), shares)


def _measure(output: Output, basis: Basis) -> Fraction:
    measures = {
        "mass": output.mass_kg,
        "energy": output.energy_mj,
        "economic": output.mass_kg * output.price,
    }
    return measures[basis]


def _describe(basis: Basis, preferred: Basis) -> tuple[str, str]:
    names = {"mass": "质量", "energy": "能量", "economic": "经济价值"}
    if basis == preferred:
        return f"按{names[basis]}分配", f"by {basis}, as chosen"
    return "联产品价格相差超过4倍，按经济价值分配", "by economic value: prices differ more than fourfold"

"""Cut-off: a material below 1 % of its component's mass may be dropped, and its mass goes to another one.

MEE draft 2025, 5.4.3: the mass is added to the component's input with the highest factor. The one fact: only retained
materials are candidates, and a choice that would lower the footprint all the same is refused (inferred: the draft
lets a single material with the highest factor of all be dropped, which understates).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from method.errors import BadField
from method.exact import encode_decimal
from method.rules import Rules


@dataclass(frozen=True, slots=True, repr=False)
class Material:
    """One material of a component: its mass in kg and its factor in kgCO2e per kg."""

    name: str
    mass_kg: Fraction
    kg_per_kg: Fraction

    def __repr__(self) -> str:
        return f"Material(name={self.name!r}, <redacted>)"


@dataclass(frozen=True, slots=True, repr=False)
class CutOff:
    """What was dropped and why, who got its mass, and by how much the component's footprint moved (kgCO2e)."""

    dropped: tuple[str, ...]
    reasons: Mapping[str, str]
    dropped_mass_kg: Fraction
    reassigned_to: str
    delta_kg: Fraction

    def __repr__(self) -> str:
        return f"CutOff(dropped={self.dropped!r}, reassigned_to={self.reassigned_to!r}, <redacted>)"


def find_droppable(materials: Sequence[Material], rules: Rules) -> tuple[str, ...]:
    """The materials below the rule set's share of the component's mass, in order; none where it has no such rule."""
    if rules.cut_off is None:
        return ()
    threshold = rules.cut_off * sum((material.mass_kg for material in materials), Fraction(0))
    return tuple(material.name for material in materials if material.mass_kg < threshold)


def cut_off(materials: Sequence[Material], reasons: Mapping[str, str], rules: Rules) -> CutOff:
    """Drop the materials that `reasons` names, each with its reason; raise BadField.

    1. The rule set has a cut-off rule. 2. Each one is a material of the component, with a reason. 3. Each is below
    the threshold. 4. Something is retained. 5. The footprint does not get lower.
    """
    if rules.cut_off is None:  # 1
        raise BadField(f"cut-off: {rules.code} has no rule for it that is public; declare every material")
    by_name = {material.name: material for material in materials}
    for name, reason in reasons.items():
        if name not in by_name or not reason.strip():  # 2
            raise BadField(f"cut-off: {name!r}: expected a material of the component, and why it is dropped")
    droppable = find_droppable(materials, rules)
    for name in reasons:
        if name not in droppable:  # 3
            percent = encode_decimal(rules.cut_off * 100)
            raise BadField(f"cut-off: {name} is {percent} % of its component's mass or more; declare it")
    retained = [material for material in materials if material.name not in reasons]
    if not retained:  # 4
        raise BadField("cut-off: expected at least one material that is retained")
    heir = max(retained, key=lambda material: material.kg_per_kg)
    dropped = [by_name[name] for name in by_name if name in reasons]
    mass = sum((material.mass_kg for material in dropped), Fraction(0))
    lost = sum((material.mass_kg * material.kg_per_kg for material in dropped), Fraction(0))
    delta = mass * heir.kg_per_kg - lost
    names = tuple(material.name for material in dropped)
    if delta < 0:  # 5
        raise BadField(
            f"cut-off: dropping {', '.join(names)} only would lower the footprint; declare what has the highest factor"
        )
    return CutOff(names, dict(reasons), mass, heir.name, delta)

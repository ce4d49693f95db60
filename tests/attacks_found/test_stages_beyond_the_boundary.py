"""A credit of a stage that the boundary does not count: found to lower the footprint of a good certificate."""

from dataclasses import replace

import pytest

from protocol.errors import PeerError
from protocol.run import Library
from tests.support.example import LIBRARY, SUPPLIES
from tests.support.scene import Chain, scene_at

EVERY_STAGE = ["raw_material_and_parts", "battery_production", "distribution", "end_of_life"]


def test_an_entry_of_a_stage_beyond_the_boundary_is_refused() -> None:
    categories = {code: {**fields, "stages": EVERY_STAGE} for code, fields in LIBRARY.categories.items()}
    supplies = (*SUPPLIES[:-1], replace(SUPPLIES[-1], stage="end_of_life"))
    scene = scene_at("declare", Chain(supplies, library=Library(categories, LIBRARY.factors)))
    with pytest.raises(PeerError, match="stages"):
        scene.ask()

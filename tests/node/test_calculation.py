"""A calculation between real nodes over real sockets, and what crashes must not change."""

import os

from node.maker.resulting import find_certificate, result_of
from protocol.certificate import Pins, verify_bundle
from tests.node.village import SUPPLIES, Village, ask


def test_a_calculation_ends_in_a_certificate_that_verifies_under_the_nodes_own_pins(village: Village) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    request = ask(maker)
    village.run()
    saved = find_certificate(maker, request)
    assert saved is not None and saved.holds
    pins = maker.identity.pins
    assert verify_bundle(saved.bundle, Pins(pins.log_key, pins.root_pem), os.urandom).is_good
    figures = result_of(maker.calculation(request)).models[0].figures
    exact = sum(
        supply.quantity
        / 1000
        * sum(amount / 1e6 * {"grid": 0.5777, "salt": 5.479}[f] for f, amount in supply.lines)
        for supply in SUPPLIES
    )
    assert 0 <= float(figures.total_kg) - exact <= float(figures.overstated_by_at_most)

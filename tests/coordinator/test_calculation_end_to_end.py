"""A whole calculation through the coordinator's plain door."""

import os
from pathlib import Path

from protocol.calculation import Phase
from protocol.certificate import Pins, verify_bundle
from tests.coordinator.town import Town


def test_a_calculation_ends_in_a_certificate_that_verifies(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    chain = town.run()
    assert town.calculation(chain.request).phase is Phase.CERTIFIED
    bundle = town.service.gateway.bundle(town.caller(chain.maker), chain.request)
    report = verify_bundle(bundle, Pins(town.log_vkey, town.root_pem.decode()), os.urandom)
    assert report.is_good, [check for check in report.checks if check.detail]
    town.stop()

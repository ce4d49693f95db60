"""A revocation that the authority never signed: once in a node's store, every check of a signature failed on it."""

import os
from pathlib import Path

from crypto.signing import make_signing_key
from node.store.record import keep_logged
from protocol.payloads import Revocation
from protocol.statements import Logged, sign_statement
from tests.node.village import open_village


def test_a_forged_revocation_is_no_revocation_and_stops_nothing(tmp_path: Path) -> None:
    with open_village(tmp_path) as village:
        node = village.settle("North Cathode", "supplier")
        header = village.town.authority_header().fields()
        forged = sign_statement(
            Revocation(**header, enrolment=node.id, reason=os.urandom(4).hex()), make_signing_key()
        )
        with node.store.write() as connection:
            keep_logged(connection, [Logged(forged, 0, village.town.clock())])
        node.record.forget_revocations()
        assert node.record.revoked_at(node.id) is None

"""A member that says it saw another history: found to make every other member suspect the log and stop."""

import os
from pathlib import Path

from protocol.consenting import ConsentDraft, make_consent
from protocol.payloads import Approval, Saw
from protocol.statements import Header
from protos.values import Refusal
from tests.coordinator.town import Town
from tests.support.example import SUPPLIES

APPROVAL = Approval(decided_by="policy", asked=(), answer="")


def test_a_statement_that_saw_another_log_is_refused(tmp_path: Path) -> None:
    town = Town(tmp_path).start()
    try:
        chain = town.chain(SUPPLIES[:2])
        town.declare(chain)
        town.request(chain)
        true = town.header(chain.suppliers[0])
        for saw in (
            Saw(size=5, root="ab" * 32),
            Saw(size=0, root="ab" * 32),
            Saw(size=true.saw.size + 1, root=true.saw.root),
        ):
            draft = ConsentDraft(chain.request, 0, APPROVAL, 7)
            consent = make_consent(draft, Header(true.by, saw, true.nonce), os.urandom)
            outcome = town.submit(chain.suppliers[0], consent)
            assert isinstance(outcome, Refusal) and outcome.check == "saw"
        town.consent(chain)
    finally:
        town.stop()

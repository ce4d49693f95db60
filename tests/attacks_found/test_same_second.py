"""A revocation in the second of the statement before it: found to split coordinator and nodes over what counts."""

from crypto.signing import key_id
from protocol.payloads import Revocation
from protocol.rules import Context, check_signature
from protocol.run import Party
from tests.support.scene import shared


def test_a_consent_logged_before_a_revocation_of_the_same_second_counts_for_everyone() -> None:
    scene = shared("ask")
    consent = scene.consent(0)
    key = scene.world.issuer.key
    authority = Party(key_id(key.public_key()).hex(), key, 1, b"")
    header = scene.header(authority).fields()
    revoked = scene.suppliers[0].enrolment
    ended = scene.submit(Revocation(**header, enrolment=revoked, reason="key lost"), authority)
    assert ended.logged_at == consent.logged_at
    # A node that looks now, with the whole log in view, must come to what the coordinator decided then.
    check_signature(consent.signed, Context(scene.record, scene.world.notary.root), consent.logged_at)

"""Who may sign what, when: one refusal per numbered rule of `check_signature`, and the authority's statements."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from crypto.certificates import Grant, Issuer, Subject, Usage, Validity, encode_certificate, issue, make_root
from crypto.group import G
from crypto.signing import key_id, make_signing_key, sign
from protocol.errors import PeerError
from protocol.payloads import Enrolment, EnrolmentProofs, Refusal, Review, Revocation
from protocol.run import DAY, Party, enrol
from protocol.statements import core_id_of, sign_statement
from tests.support.audit import check_everything
from tests.support.scene import Scene, check_that_refuses, play, shared


def refusal_by(scene: Scene, party: Party, entry: int = 0) -> Refusal:
    return Refusal(**scene.header(party).fields(), request=scene.request_id, entry=entry, reason="no")


def authority(scene: Scene) -> Party:
    """The authority as a signer: its statements name its root key."""
    key = scene.world.issuer.key
    return Party(key_id(key.public_key()).hex(), key, 1, b"")


def revoke(scene: Scene, enrolment: str) -> None:
    party = authority(scene)
    scene.submit(Revocation(**scene.header(party).fields(), enrolment=enrolment, reason="key lost"), party)


def test_an_unknown_signer_is_refused() -> None:
    scene = shared("ask")
    stranger = Party("ab" * 32, make_signing_key(), 1, b"")
    assert check_that_refuses(scene, refusal_by(scene, stranger), stranger) == "signer"


def test_a_signer_whose_id_names_another_statement_is_refused() -> None:
    scene = shared("ask")
    impostor = Party(scene.request_id, scene.suppliers[0].key, 1, b"")
    assert check_that_refuses(scene, refusal_by(scene, impostor), impostor) == "signer"


def test_a_revoked_signer_is_refused_from_then_on() -> None:
    scene = shared("ask")
    scene.consent(0)
    revoke(scene, scene.suppliers[1].enrolment)
    party = scene.suppliers[1]
    scene.world.notary.now += 1
    assert check_that_refuses(scene, refusal_by(scene, party, 1), party) == "signer"
    scene.world.notary.now += 60
    assert check_that_refuses(scene, refusal_by(scene, party, 1), party) == "signer"
    check_everything(scene.world.notary)


def test_what_was_logged_before_a_revocation_stays_valid() -> None:
    scene = shared("certify")
    scene.world.notary.now += 60
    revoke(scene, scene.suppliers[0].enrolment)
    check_everything(scene.world.notary)
    assert scene.verify().is_good


def test_a_signer_without_the_role_is_refused() -> None:
    scene = shared("close")
    payload, _ = scene.make_contribution(0)
    assert payload.roles == {"supplier"}
    wrong = refusal_by(scene, scene.maker)
    assert check_that_refuses(scene, wrong, scene.maker) == "role"


@pytest.mark.parametrize("kind", ["request", "declaration", "roster", "certificate", "category", "review"])
def test_each_kind_needs_its_role(kind: str) -> None:
    scene = shared("certify")
    verifier = enrol(scene.world, "Somebody else", ["verifier"])
    payload = next(item.payload for item in scene.record.in_order() if item.payload.type == kind)
    copied = payload.model_copy(update={"by": verifier.enrolment})
    assert check_that_refuses(scene, copied, verifier) == "role"


def test_a_certificate_that_has_expired_is_refused() -> None:
    scene = shared("ask")
    scene.world.notary.now += 366 * DAY
    assert (
        check_that_refuses(scene, refusal_by(scene, scene.suppliers[0]), scene.suppliers[0]) == "certificate"
    )


def test_a_statement_signed_with_anothers_key_is_refused() -> None:
    scene = shared("ask")
    mixed = Party(scene.suppliers[0].enrolment, scene.suppliers[1].key, 1, b"")
    assert check_that_refuses(scene, refusal_by(scene, mixed), mixed) == "signature"


def _submit_altered(scene: Scene, change: Callable[[bytes], bytes]) -> str:
    data = sign_statement(refusal_by(scene, scene.suppliers[0]), scene.suppliers[0].key).data
    with pytest.raises(PeerError) as caught:
        scene.world.notary.submit(change(data), scene.random)
    return caught.value.check


def test_a_signature_over_other_words_is_refused() -> None:
    scene = shared("ask")
    first = sign_statement(refusal_by(scene, scene.suppliers[0]), scene.suppliers[0].key).data
    signature = first[first.index(b'"sig":"') :]
    assert _submit_altered(scene, lambda data: data[: data.index(b'"sig":"')] + signature) == "signature"


# --- the authority's own statements ----------------------------------------------------------------


def enrolment(
    scene: Scene, name: str = "Newcomer", issuer: Issuer | None = None, **changes: object
) -> Enrolment:
    now = scene.world.notary.now
    grant = Grant(7, Validity(now - 60, now + DAY), Usage(client=True))
    certificate = issue(
        issuer or scene.world.issuer, make_signing_key().public_key(), Subject(name, name), grant
    )
    fields: dict[str, object] = {
        **scene.header(authority(scene)).fields(),
        "certificate": encode_certificate(certificate).decode(),
        "sealing_key": G,
        "legal_entity": name,
        "parent": name,
        "name_zh": name,
        "name_en": name,
        "entity_roles": ("supplier",),
        "replaces": None,
        "proofs": EnrolmentProofs(),
    }
    return Enrolment.model_validate({**fields, **changes})


def other_issuer(scene: Scene) -> Issuer:
    now, key = scene.world.notary.now, make_signing_key()
    root = make_root(key, "Example Authority", "Example Authority", 9, Validity(now - DAY, now + 99 * DAY))
    return Issuer(key, root)


def test_an_enrolment_by_the_pinned_authority_is_taken() -> None:
    scene = shared("")
    scene.submit(enrolment(scene), authority(scene))


def test_an_enrolment_by_another_authority_is_refused() -> None:
    scene = shared("")
    other = other_issuer(scene)
    party = Party(key_id(other.key.public_key()).hex(), other.key, 1, b"")
    payload = enrolment(scene, issuer=other, by=party.enrolment)
    assert check_that_refuses(scene, payload, party) == "signer"


def test_an_enrolment_under_the_authoritys_name_but_not_its_key_is_refused() -> None:
    scene = shared("")
    forger = Party(authority(scene).enrolment, make_signing_key(), 1, b"")
    assert check_that_refuses(scene, enrolment(scene), forger) == "signature"


def test_an_enrolment_with_a_certificate_of_another_authority_is_refused() -> None:
    scene = shared("")
    payload = enrolment(scene, issuer=other_issuer(scene))
    assert check_that_refuses(scene, payload, authority(scene)) == "certificate"


def test_an_enrolment_with_no_certificate_at_all_is_refused() -> None:
    scene = shared("")
    payload = enrolment(scene, certificate="not a certificate")
    assert check_that_refuses(scene, payload, authority(scene)) == "certificate"


def test_a_supplier_cannot_enrol_or_revoke_anybody() -> None:
    scene = shared("")
    party = scene.suppliers[0]
    assert check_that_refuses(scene, enrolment(scene, by=party.enrolment), party) == "signer"
    header = scene.header(party).fields()
    payload = Revocation(**header, enrolment=scene.suppliers[1].enrolment, reason="a rival")
    assert check_that_refuses(scene, payload, party) == "signer"


def test_a_revocation_of_an_unknown_enrolment_is_refused() -> None:
    scene = shared("")
    party = authority(scene)
    payload = Revocation(**scene.header(party).fields(), enrolment="ab" * 32, reason="unknown")
    assert check_that_refuses(scene, payload, party) == "signer"


def rotation(scene: Scene, old: Party, signer: Party | None = None, name: str | None = None) -> Enrolment:
    name = name or scene.chain.supplies[0].name
    bare = enrolment(scene, name, replaces=old.enrolment)
    signature = sign((signer or old).key, bytes.fromhex(core_id_of(bare)))
    return bare.model_copy(update={"proofs": EnrolmentProofs(rotation=signature)})


def test_a_rotation_carries_the_old_keys_signature() -> None:
    scene = shared("")
    old, other = scene.suppliers[0], scene.suppliers[1]
    unsigned = enrolment(scene, scene.chain.supplies[0].name, replaces=old.enrolment)
    assert check_that_refuses(scene, unsigned, authority(scene)) == "rotation"
    assert check_that_refuses(scene, rotation(scene, old, signer=other), authority(scene)) == "rotation"
    assert check_that_refuses(scene, rotation(scene, old, name="Other"), authority(scene)) == "rotation"
    scene.submit(rotation(scene, old), authority(scene))
    check_everything(scene.world.notary)


def test_a_key_that_was_revoked_replaces_nothing() -> None:
    scene = shared("")
    old = scene.suppliers[0]
    payload = rotation(scene, old)
    revoke(scene, old.enrolment)
    scene.world.notary.now += 1
    assert check_that_refuses(scene, payload, authority(scene)) == "rotation"


def test_a_rotation_signature_where_nothing_is_replaced_is_refused() -> None:
    scene = shared("")
    payload = enrolment(scene, proofs=EnrolmentProofs(rotation=b"\1" * 64))
    assert check_that_refuses(scene, payload, authority(scene)) == "rotation"


def test_a_rotation_of_an_unknown_enrolment_is_refused() -> None:
    scene = shared("")
    payload = enrolment(scene, replaces="ab" * 32)
    assert check_that_refuses(scene, payload, authority(scene)) == "signer"


def test_an_enrolment_cannot_review_under_a_role_it_does_not_have() -> None:
    scene = shared("")
    party = scene.suppliers[0]
    subject = next(item.id for item in scene.record.in_order() if item.payload.type == "factor")
    header = scene.header(party).fields()
    payload = Review(**header, subjects=(subject,), verdict="accept", opinion="mine")
    assert check_that_refuses(scene, payload, party) == "role"


def test_a_member_whose_keys_were_replaced_contributes_under_the_new_ones() -> None:
    """It consented under the old key; the contribution counts, and that of another entity does not."""
    scene = shared("close")
    old = scene.suppliers[0]
    key = make_signing_key()
    issued = enrol(scene.world, "unused", ["supplier"])  # only for the shape of a party
    replaced = replace_keys(scene, old, key)
    new = Party(scene.submit(replaced, authority(scene)).id, key, old.sealing_secret, old.node_secret)
    revoke(scene, old.enrolment)
    scene.world.notary.now += 1
    scene.suppliers[0] = issued
    payload, _ = scene.make_contribution(0)
    assert check_that_refuses(scene, payload, issued) == "signer"
    scene.suppliers[0] = new
    scene.contribute_all()
    play(scene, "certify")
    assert scene.verify().is_good
    check_everything(scene.world.notary)


def replace_keys(scene: Scene, old: Party, key: EllipticCurvePrivateKey) -> Enrolment:
    former = scene.record.get(old.enrolment)
    assert former is not None and isinstance(former.payload, Enrolment)
    issuer = scene.world.issuer
    subject = Subject("new keys", former.payload.legal_entity)
    validity = Validity(scene.world.notary.now - 10, scene.world.notary.now + 10**6)
    certificate = issue(issuer, key.public_key(), subject, Grant(99, validity, Usage(client=True)))
    bare = former.payload.model_copy(
        update={
            "certificate": encode_certificate(certificate).decode(), "replaces": old.enrolment, "nonce": "ab" * 16,
        }
    )  # fmt: skip
    signature = sign(old.key, bytes.fromhex(core_id_of(bare)))
    return bare.model_copy(update={"proofs": EnrolmentProofs(rotation=signature)})

"""For each numbered check of a bundle, an alteration that this check alone finds.

The party concerned re-signs, the coordinator logs whatever it is handed: nothing but the check itself is in the way.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from crypto.canonical import encode_canonical
from crypto.certificates import Validity, encode_certificate, make_root
from crypto.cosignature import add_cosignatures, cosign, make_witness_key
from crypto.group import ORDER, Random
from crypto.note import make_log_key, parse_checkpoint, sign_checkpoint
from crypto.signing import make_signing_key
from protocol.bundle import Bundle, encode_bundle, parse_bundle
from protocol.certificate import Pins, Report, verify_bundle
from protocol.library import enrolment_of
from protocol.payloads import Publication, Review, Verification
from protocol.requesting import QuantityOpening
from protocol.resulting import make_certificate
from protocol.run import DAY, Party, enrol
from protocol.statements import sign_statement
from protocol.verification_payloads import Statement
from tests.support.example import NOW
from tests.support.lies import (
    Lie,
    guarded,
    lying_contribution,
    lying_declaration,
    lying_request,
    make_result_unchecked,
    with_cells,
)
from tests.support.scene import Scene, make_scene, play, shared

NAMES = (
    "format", "authority", "checkpoint", "inclusion", "order", "signatures", "library", "declarations",
    "request", "consents", "roster", "contributions", "masks", "totals", "figures", "certificate",
    "witnesses", "verifications",
)  # fmt: skip


@dataclass(frozen=True)
class Altered:
    """An altered bundle, and the pins it is held against: for this verifier, and for any other."""

    data: bytes
    pins: Pins
    random: Random

    def report(self) -> Report:
        return verify_bundle(self.data, self.pins, self.random)


def altered(scene: Scene, bundle: Bundle | bytes | None = None) -> Altered:
    data = scene.bundle() if bundle is None else bundle
    data = data if isinstance(data, bytes) else encode_bundle(data)
    return Altered(data, scene.world.pins, scene.random)


def verify(scene: Scene, bundle: Bundle | bytes | None = None) -> Report:
    return altered(scene, bundle).report()


RESERVATION = "Line 0 rests on an estimate."


def good() -> tuple[Scene, Bundle]:
    scene = shared("certify")
    return scene, parse_bundle(scene.bundle())


def reserved() -> Scene:
    """A good certificate about which a verifier has a reservation."""
    scene = shared("certify")
    verifier = enrol(scene.world, "Verifying body", ["verifier"])
    says = Statement(scope="all", assurance="reasonable", finding="modified", opinion=RESERVATION)
    header = scene.header(verifier).fields()
    scene.submit(Verification(**header, subject=scene.declarations[0].id, says=says, rests_on=()), verifier)
    return scene


def without_opinions(scene: Scene) -> bytes:
    """Its certificate as whoever hands it on can cut it: no opinion of a verifier is in it, and nothing is altered."""
    bundle = parse_bundle(scene.bundle())
    kept = tuple(item for item in bundle.statements if not isinstance(item.logged.payload, Verification))
    assert len(kept) < len(bundle.statements)
    return encode_bundle(replace(bundle, statements=kept))


def with_forged_opinion() -> "Altered":
    """The certificate of `reserved`, its opinion changed to an unmodified one by whoever hands it on."""
    scene = reserved()
    fields = json.loads(scene.bundle())
    for item in fields["statements"]:
        payload = base64.b64decode(item["envelope"]["payload"])
        forged = payload.replace(b'"finding":"modified"', b'"finding":"unmodified"')
        item["envelope"]["payload"] = base64.b64encode(forged).decode()
    return Altered(encode_canonical(fields), scene.world.pins, scene.random)


def under_other_pins() -> "Altered":
    """A good certificate, held against the pins of another platform."""
    scene, _ = good()
    return Altered(scene.bundle(), make_scene(seed="another log").world.pins, scene.random)


def saved_again(data: bytes) -> list[bytes]:
    """The same content as editors and programs write it: with a byte order mark, with line breaks, laid out."""
    laid_out = json.dumps(json.loads(data), ensure_ascii=False, indent=2)
    return [b"\xef\xbb\xbf" + data, data + b"\r\n", laid_out.encode(), b"\xef\xbb\xbf" + laid_out.encode()]


# --- one alteration for each check -----------------------------------------------------------------


def alter_format() -> Altered:
    scene, bundle = good()
    return altered(scene, encode_bundle(bundle).replace(b'"full":""', b'"full":"' + b"ab" * 32 + b'"'))


def alter_authority() -> Altered:
    """The same key under another certificate."""
    scene, bundle = good()
    key, validity = scene.world.issuer.key, Validity(NOW - DAY, NOW + 99 * DAY)
    root = make_root(key, "Example Authority", "Example Authority", 77, validity)
    return altered(scene, replace(bundle, authority_root=encode_certificate(root).decode()))


def alter_checkpoint() -> Altered:
    """The same tree head, signed by another key of the same name."""
    scene, bundle = good()
    text, _, _ = bundle.checkpoint.rpartition("\n\n")
    private, _ = make_log_key("log.example", scene.random)
    return altered(scene, replace(bundle, checkpoint=sign_checkpoint(parse_checkpoint(text + "\n"), private)))


def alter_inclusion() -> Altered:
    """A statement signed once more: same id, good signature, but not the envelope that was logged."""
    scene, bundle = good()
    last = bundle.statements[-1]
    signed = sign_statement(last.logged.payload, scene.operator.key)
    again = replace(last, logged=replace(last.logged, signed=signed))
    return altered(scene, replace(bundle, statements=(*bundle.statements[:-1], again)))


def alter_order() -> Altered:
    """A log that goes back in time."""
    scene = shared("publish_result")
    scene.world.notary.now -= 30
    scene.certify()
    return altered(scene)


def alter_signatures() -> Altered:
    """The result under the requester's name, signed by a stranger."""
    scene = shared("contribute_all")
    scene.force(scene.make_result(), Party(scene.maker.enrolment, make_signing_key(), 1, b""))
    return altered(play(scene, "certify"))


def alter_library() -> Altered:
    """A factor published on two reviews by one and the same house."""
    scene = shared("")
    expert = enrol(scene.world, "One house", ["expert"])
    factor = next(item.id for item in scene.record.in_order() if item.payload.type == "factor")
    reviews = []
    for _ in range(2):
        header = scene.header(expert).fields()
        review = Review(**header, subjects=(factor,), verdict="accept", opinion="fine")
        reviews.append(scene.submit(review, expert).id)
    header = scene.header(scene.operator).fields()
    payload = Publication(**header, subject=factor, reviews=tuple(reviews))
    scene.published = {**scene.published, "grid": scene.force(payload, scene.operator).id}
    return altered(play(scene, "certify"))


def alter_declarations() -> Altered:
    """A negative activity amount."""
    scene = shared("")
    payload, secrets = lying_declaration(scene, 0, (-6_000_000, 1_100_000))
    scene.declarations.append(scene.force(payload, scene.suppliers[0]))
    scene.declared.append(secrets)
    return altered(play(scene, "certify"))


def alter_request() -> Altered:
    """A quantity of nothing."""
    scene = shared("declare")
    scene.request = scene.force(lying_request(scene, 0, 0), scene.maker)
    zero = QuantityOpening(0, scene.openings[0][0].blinding)
    scene.openings = ((zero,), *scene.openings[1:])
    return altered(play(scene, "certify"))


def alter_consents() -> Altered:
    """A point without a proof that anybody knows its secret."""
    scene = shared("ask")
    consent, other = scene.make_consent(0), scene.make_consent(0)
    # The ephemeral secret of the second is the one kept, so masks cancel all the same.
    scene.force(other.model_copy(update={"proofs": consent.proofs}), scene.suppliers[0])
    return altered(play(scene, "certify"))


def alter_roster() -> Altered:
    """The right consents in the wrong order."""
    scene = shared("consent_all")
    honest = play(shared("consent_all"), "close").calculation.roster
    assert honest is not None
    payload = honest.payload.model_copy(update={"consents": tuple(reversed(honest.payload.consents))})
    scene.plant(payload, scene.operator, "roster")
    return altered(play(scene, "certify"))


def alter_contributions() -> Altered:
    """A guard of twice its bound, hidden in subtotals that fit it."""
    scene = shared("close")
    wide = Lie(subtotals=lambda part: guarded(part, (2**60, *part.guards[1:])))
    payload, scene.ciphertexts[0] = lying_contribution(scene, 0, wide)
    scene.force(payload, scene.suppliers[0])
    return altered(play(scene, "certify"))


def alter_masks() -> Altered:
    """Masked commitments of other numbers than those that were added up."""
    scene = shared("close")

    def moved(by: int) -> Callable[[list[list[int]]], list[list[int]]]:
        return lambda rows: [[(rows[0][0] + by) % ORDER, *rows[0][1:]]]

    honest = play(shared("close"), "publish_result")
    payload, scene.ciphertexts[0] = lying_contribution(scene, 0, Lie(masked=moved(1), encrypted=moved(-1)))
    scene.force(payload, scene.suppliers[0])
    play(scene, "contribute_all")
    assert honest.calculation.result is not None
    scene.force(make_result_unchecked(scene), scene.maker)
    return altered(play(scene, "certify"))


def alter_totals() -> Altered:
    """A tonne less, with figures that follow from it."""
    scene = shared("contribute_all")
    scene.force(with_cells(scene, scene.make_result(), {0: (-(10**18), 0)}), scene.maker)
    return altered(play(scene, "certify"))


def alter_figures() -> Altered:
    """Right totals, a nicer figure per kWh."""
    scene = shared("contribute_all")
    result = scene.make_result()
    figures = result.models[0].figures.model_copy(update={"per_kwh": "0.05"})
    model = result.models[0].model_copy(update={"figures": figures})
    scene.force(result.model_copy(update={"models": (model,)}), scene.maker)
    return altered(play(scene, "certify"))


def alter_certificate() -> Altered:
    """A certificate of another result."""
    scene = shared("publish_result")
    payload = make_certificate(scene.calculation, scene.header(scene.operator))
    scene.plant(payload.model_copy(update={"result": "ab" * 32}), scene.operator, "certificate")
    return altered(scene)


def alter_witnesses() -> Altered:
    """A checkpoint that one of two wanted witnesses cosigned, and then that one again under another name."""
    scene, bundle = good()
    keys = [make_witness_key(name, scene.random) for name in ("w1.example", "w2.example")]
    line = cosign(bundle.checkpoint, keys[0][0], NOW)
    note = add_cosignatures(bundle.checkpoint, [line, line.replace("w1.example", "w2.example")])
    pins = replace(scene.world.pins, witnesses=(keys[0][1], keys[1][1]), threshold=2)
    return Altered(encode_bundle(replace(bundle, checkpoint=note)), pins, scene.random)


def alter_verifications() -> Altered:
    """A verifier that belongs to the group of companies whose declaration it verifies."""
    scene = shared("certify")
    supplier = enrolment_of(scene.suppliers[0].enrolment, scene.record)
    friend = enrol(scene.world, supplier.parent, ["verifier"])
    says = Statement(scope="all", assurance="reasonable", finding="unmodified", opinion="")
    header = scene.header(friend).fields()
    payload = Verification(**header, subject=scene.declarations[0].id, says=says, rests_on=())
    scene.force(payload, friend)
    return altered(scene)


_ALTER = (
    alter_format, alter_authority, alter_checkpoint, alter_inclusion, alter_order, alter_signatures,
    alter_library, alter_declarations, alter_request, alter_consents, alter_roster, alter_contributions,
    alter_masks, alter_totals, alter_figures, alter_certificate, alter_witnesses,
    alter_verifications,
)  # fmt: skip
ALTERATIONS: dict[str, Callable[[], Altered]] = dict(zip(NAMES, _ALTER, strict=True))
NEEDED_BY: dict[str, tuple[str, ...]] = {
    "format": NAMES[1:],
    "request": (*NAMES[9:16], NAMES[17]),
    "roster": (*NAMES[11:16], NAMES[17]),
    "certificate": (NAMES[17],),
}

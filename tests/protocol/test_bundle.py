"""The bundle's format: round trips, and one refusal per rule of `parse_bundle`."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.certificates import Grant, Subject, Usage, Validity, encode_certificate, issue
from crypto.signing import key_id, make_signing_key, sign
from protocol.bundle import MAX_BUNDLE, encode_bundle, needed_statements, parse_bundle
from protocol.errors import PeerError
from protocol.payloads import Enrolment, EnrolmentProofs
from protocol.run import DAY, Party
from protocol.statements import MemoryRecord, core_id_of, sign_statement
from tests.support.example import run_example
from tests.support.scene import Scene, play, shared

BUNDLE = run_example("bundle").bundle
FIELDS: dict[str, Any] = json.loads(BUNDLE)


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def refusal(data: bytes) -> PeerError:
    with pytest.raises(PeerError) as caught:
        parse_bundle(data)
    return caught.value


def with_statement(at: int, **changes: Any) -> bytes:
    statements = list(FIELDS["statements"])
    statements[at] = {**statements[at], **changes}
    return canonical({**FIELDS, "statements": statements})


def test_reading_undoes_writing() -> None:
    bundle = parse_bundle(BUNDLE)
    assert encode_bundle(bundle) == BUNDLE
    assert parse_bundle(encode_bundle(bundle)) == bundle
    assert not bundle.is_redacted


def test_statements_stand_in_log_order_and_each_hash_is_written_once() -> None:
    indexes = [item["index"] for item in FIELDS["statements"]]
    assert indexes == sorted(set(indexes))
    assert len(set(FIELDS["hashes"])) == len(FIELDS["hashes"])


def test_a_bundle_of_more_than_64_mib_is_refused_unread() -> None:
    assert "at most" in refusal(b" " * (MAX_BUNDLE + 1)).message


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_missing_field_is_refused(name: str) -> None:
    assert refusal(canonical({key: value for key, value in FIELDS.items() if key != name})).check == "format"


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_field_of_another_type_is_refused(name: str) -> None:
    for wrong in (None, 5, {"a": 1}, ["x"] if isinstance(FIELDS[name], str) else "text"):
        assert refusal(canonical({**FIELDS, name: wrong})).check == "format"


def _reordered() -> bytes:
    """The same proofs, their hashes written in another order."""
    last = len(FIELDS["hashes"]) - 1
    moved = [
        {**item, "inclusion": [last - position for position in item["inclusion"]]}
        for item in FIELDS["statements"]
    ]
    return canonical({**FIELDS, "hashes": FIELDS["hashes"][::-1], "statements": moved})


STATEMENT: dict[str, Any] = FIELDS["statements"][3]
BAD_BUNDLES: dict[str, Callable[[], bytes]] = {
    "unknown field": lambda: canonical({**FIELDS, "extra": 1}),
    "another format": lambda: canonical({**FIELDS, "format": "sealsum-certificate/2"}),
    "spaces": lambda: json.dumps(FIELDS).encode(),
    "duplicate key": lambda: BUNDLE.replace(b'"full":""', b'"full":"","full":""'),
    "float": lambda: with_statement(3, index=3.0),
    "index as text": lambda: with_statement(3, index="3"),
    "index a bool": lambda: with_statement(3, index=True),
    "negative time": lambda: with_statement(3, logged_at=-1),
    "statement twice": lambda: canonical({**FIELDS, "statements": [FIELDS["statements"][0]] * 2}),
    "statements out of order": lambda: canonical({**FIELDS, "statements": FIELDS["statements"][::-1]}),
    "statement with an extra field": lambda: with_statement(3, extra=1),
    "statement without its time": lambda: canonical(
        {**FIELDS, "statements": [{k: v for k, v in STATEMENT.items() if k != "logged_at"}]}
    ),
    "statement a text": lambda: canonical({**FIELDS, "statements": ["text"]}),
    "proof that names no hash": lambda: with_statement(3, inclusion=[len(FIELDS["hashes"])]),
    "proof with a negative position": lambda: with_statement(3, inclusion=[-1]),
    "hash in uppercase": lambda: canonical(
        {**FIELDS, "hashes": [FIELDS["hashes"][0].upper(), *FIELDS["hashes"][1:]]}
    ),
    "hash too short": lambda: canonical({**FIELDS, "hashes": ["ab", *FIELDS["hashes"][1:]]}),
    "hash of other letters": lambda: canonical({**FIELDS, "hashes": ["zz" * 32, *FIELDS["hashes"][1:]]}),
    "hash that nothing uses": lambda: canonical({**FIELDS, "hashes": [*FIELDS["hashes"], "ab" * 32]}),
    "hashes not in the order of their first use": _reordered,
    "full in a full bundle": lambda: canonical({**FIELDS, "full": "ab" * 32}),
    "redacted without full": lambda: canonical({**FIELDS, "format": "sealsum-certificate-redacted/1"}),
}


@pytest.mark.parametrize("name", BAD_BUNDLES)
def test_a_bundle_that_breaks_a_rule_of_the_format_is_refused(name: str) -> None:
    assert refusal(BAD_BUNDLES[name]()).check in ("format", "encoding")


def test_a_statement_that_does_not_parse_is_refused_by_its_own_rule() -> None:
    envelope = {**STATEMENT["envelope"], "payloadType": "text/plain"}
    assert refusal(with_statement(3, envelope=envelope)).check == "encoding"


def test_a_calculation_without_a_certificate_has_no_bundle() -> None:
    scene = shared("publish_result")
    with pytest.raises(PeerError, match="no certificate yet"):
        needed_statements(scene.calculation, scene.record)


def test_a_record_that_lost_something_the_certificate_rests_on_is_named() -> None:
    scene = shared("certify")
    publication = scene.record.get(scene.published["grid"])
    assert publication is not None
    subject, lame = publication.payload.subject, MemoryRecord()  # type: ignore[union-attr]
    for logged in scene.record.in_order():
        if logged.id != subject:
            lame.add(logged)
    with pytest.raises(PeerError, match="missing"):
        needed_statements(scene.calculation, lame)


def rotate(scene: Scene, index: int) -> None:
    """The supplier takes a new key: the authority enrols it, the old key agrees."""
    old, issuer, now = scene.suppliers[index], scene.world.issuer, scene.world.notary.now
    key, name = make_signing_key(), scene.chain.supplies[index].name
    grant = Grant(3, Validity(now - 60, now + 9 * DAY), Usage(client=True))
    certificate = issue(issuer, key.public_key(), Subject(name, name), grant)
    authority = key_id(issuer.key.public_key()).hex()
    before = scene.record.get(old.enrolment)
    assert before is not None and isinstance(before.payload, Enrolment)
    pem = encode_certificate(certificate).decode()
    changes = {
        "certificate": pem,
        "replaces": old.enrolment,
        **scene.world.notary.header(authority, scene.random).fields(),
    }
    bare = before.payload.model_copy(update=changes)
    proofs = EnrolmentProofs(rotation=sign(old.key, bytes.fromhex(core_id_of(bare))))
    signed = sign_statement(bare.model_copy(update={"proofs": proofs}), issuer.key)
    logged = scene.world.notary.submit(signed.data, scene.random)
    scene.suppliers[index] = replace(old, enrolment=logged.id, key=key)


def test_a_supplier_that_took_new_keys_twice_still_gives_a_bundle_that_verifies() -> None:
    scene = shared("ask")
    scene.suppliers = list(scene.suppliers)
    first: Party = scene.suppliers[0]
    rotate(scene, 0)
    rotate(scene, 0)
    play(scene, "certify")
    report = scene.verify()
    assert report.is_good, [check for check in report.checks if check.detail]
    held = {item.logged.id for item in parse_bundle(scene.bundle()).statements}
    assert {first.enrolment, scene.suppliers[0].enrolment} <= held

"""From an application to an enrolment: each numbered check of `Enroller.enrol`, repeats, crashes, races."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from authority.invitations import cancel_invitation
from crypto.certificates import (
    Usage,
    check_issued,
    key_of,
    make_csr,
    parse_certificate,
    parse_csr,
    subject_of,
)
from crypto.envelope import check_envelope
from crypto.errors import BadCertificate
from crypto.sealing import make_sealing_key
from crypto.signing import key_id, make_signing_key
from protocol.errors import PeerError, Refused
from protocol.payloads import Enrolment, Revocation
from protocol.statements import EMPTY_ROOT, parse_statement
from protos.enrolment import make_application

DAY = 86400


def refused(house: Any, application: Any, check: str, words: str) -> None:
    with pytest.raises((PeerError, Refused), match=words) as caught:
        house.enrol(application)
    assert caught.value.check == check


def test_an_application_becomes_a_certificate_and_a_signed_statement(house: Any) -> None:
    _, secret = house.invite(parent="PARENT", roles=("supplier", "requester"))
    application = house.apply(secret)
    enrolled = house.enrol(application)

    certificate, root = parse_certificate(enrolled.certificate_pem.encode()), house.root.issuer.certificate
    check_issued(certificate, root, house.now, Usage(client=True))
    assert key_id(key_of(certificate)) == key_id(parse_csr(application.csr_pem.encode()))
    assert subject_of(certificate).common_name == "Jia Materials"
    assert enrolled.root_certificate_pem == house.root.pem

    signed = parse_statement(enrolled.enrolment)
    check_envelope(signed.envelope, key_of(root))
    payload = signed.payload
    assert isinstance(payload, Enrolment)
    assert payload.by == house.root.id == key_id(key_of(root)).hex()
    assert (payload.saw.size, payload.saw.root) == (0, EMPTY_ROOT)
    assert payload.certificate == enrolled.certificate_pem
    assert payload.sealing_key == application.sealing_key
    assert (payload.name_zh, payload.name_en) == ("甲材料", "Jia Materials")
    assert (payload.legal_entity, payload.parent) == ("91310000MA1K35XX1A", "PARENT")
    assert payload.entity_roles == ("supplier", "requester")
    assert payload.replaces is None


def test_names_in_the_request_are_a_wish_and_are_ignored(house: Any) -> None:
    _, secret = house.invite()
    enrolled = house.enrol(house.apply(secret))
    assert "wish" not in str(subject_of(parse_certificate(enrolled.certificate_pem.encode())))


def test_1_an_unknown_secret_is_refused(house: Any) -> None:
    house.invite()
    refused(house, house.apply(bytes(16)), "token", "unknown here")


def test_3_a_used_token_refuses_another_key_pair(house: Any) -> None:
    _, secret = house.invite()
    house.enrol(house.apply(secret))
    refused(house, house.apply(secret), "token", "used with another key pair")


@pytest.mark.parametrize("part", ["signing key", "sealing key"])
def test_3_a_used_token_refuses_when_one_of_the_two_keys_changes(house: Any, part: str) -> None:
    _, secret = house.invite()
    csr = make_csr(make_signing_key(), "a", "a").decode()
    sealing = make_sealing_key(house.random)[0]
    house.enrol(make_application(secret, csr, sealing, house.random))
    if part == "signing key":
        csr = make_csr(make_signing_key(), "a", "a").decode()
    else:
        sealing = make_sealing_key(house.random)[0]
    refused(
        house, make_application(secret, csr, sealing, house.random), "token", "used with another key pair"
    )


def test_3_the_same_application_again_gets_the_same_answer_after_a_restart_and_after_expiry(
    house: Any,
) -> None:
    _, secret = house.invite()
    application = house.apply(secret)
    first = house.enrol(application)
    house.restart()
    house.now += 100 * DAY
    assert house.enrol(application) == first


def test_4_a_cancelled_invitation_is_refused(house: Any) -> None:
    invitation, secret = house.invite()
    with house.store.write() as connection:
        cancel_invitation(connection, invitation.number, house.now)
    refused(house, house.apply(secret), "token", "cancelled")


@pytest.mark.parametrize(("late", "is_refused"), [(-1, False), (0, True), (1, True)])
def test_4_a_token_is_good_until_the_second_it_expires(house: Any, late: int, is_refused: bool) -> None:
    invitation, secret = house.invite()
    house.now = invitation.expires_at + late
    if is_refused:
        refused(house, house.apply(secret), "token", "expired")
    else:
        house.enrol(house.apply(secret))


def test_2_a_request_that_is_none_is_refused(house: Any) -> None:
    _, secret = house.invite()
    broken = make_application(secret, "no request", make_sealing_key(house.random)[0], house.random)
    refused(house, broken, "csr", "signing request")


def test_5_a_sealing_key_that_is_not_proven_is_refused(house: Any) -> None:
    _, secret = house.invite()
    stolen = make_sealing_key(house.random)[1]
    refused(house, replace(house.apply(secret), sealing_key=stolen), "possession", "does not hold")


def test_6_a_legal_entity_that_was_enrolled_meanwhile_is_refused(house: Any) -> None:
    first, secret = house.invite()
    house.now = first.expires_at  # the first invitation is no longer open, so a second may be made
    _, second = house.invite()
    house.enrol(house.apply(second))
    house.now = first.expires_at - 1
    refused(house, house.apply(secret), "legal-entity", "one identity")


@pytest.mark.parametrize("part", ["signing key", "sealing key"])
def test_7_a_key_of_another_enrolment_is_refused(house: Any, part: str) -> None:
    csr, sealing = make_csr(make_signing_key(), "a", "a").decode(), make_sealing_key(house.random)[0]
    _, secret = house.invite("A")
    house.enrol(make_application(secret, csr, sealing, house.random))
    if part == "signing key":
        sealing = make_sealing_key(house.random)[0]
    else:
        csr = make_csr(make_signing_key(), "a", "a").decode()
    _, other = house.invite("B")
    refused(house, make_application(other, csr, sealing, house.random), "key", "fresh keys")


def test_a_refused_application_leaves_the_token_good(house: Any) -> None:
    _, secret = house.invite()
    stolen = make_sealing_key(house.random)[1]
    refused(house, replace(house.apply(secret), sealing_key=stolen), "possession", "does not hold")
    house.enrol(house.apply(secret))


def test_of_applications_that_race_for_one_token_exactly_one_is_enrolled(house: Any) -> None:
    _, secret = house.invite()
    applications = [house.apply(secret) for _ in range(6)]

    def attempt(application: Any) -> bool:
        try:
            house.enrol(application)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, applications)) == 1


def test_only_an_operator_gets_a_certificate_that_opens_a_door(house: Any) -> None:
    root = house.root.issuer.certificate
    _, operator = house.invite("OP", roles=("operator",), hosts=("sealsum.example", "127.0.0.1", "::1"))
    certificate = parse_certificate(house.enrol(house.apply(operator)).certificate_pem.encode())
    check_issued(certificate, root, house.now, Usage(client=True, server=True))
    subject = subject_of(certificate)
    assert (subject.dns, subject.ip) == (("sealsum.example",), ("127.0.0.1", "::1"))

    _, supplier = house.invite("SUP", roles=("supplier", "requester", "provider", "expert", "verifier"))
    certificate = parse_certificate(house.enrol(house.apply(supplier)).certificate_pem.encode())
    with pytest.raises(BadCertificate):
        check_issued(certificate, root, house.now, Usage(server=True))


def test_a_long_name_is_cut_in_the_certificate_and_whole_in_the_statement(house: Any) -> None:
    name = "甲" * 400
    _, secret = house.invite(name, name_zh=name, name_en=name, parent=name)
    enrolled = house.enrol(house.apply(secret))
    subject = subject_of(parse_certificate(enrolled.certificate_pem.encode()))
    assert subject.common_name == "甲" * 21
    assert parse_statement(enrolled.enrolment).payload.name_en == name  # type: ignore[union-attr]


def test_a_revocation_is_signed_by_the_root_and_repeats_itself(house: Any) -> None:
    _, secret = house.invite()
    enrolment = parse_statement(house.enrol(house.apply(secret)).enrolment)
    signed = house.enroller.revoke(enrolment.id, "keys lost", house.now)
    check_envelope(signed.envelope, key_of(house.root.issuer.certificate))
    assert isinstance(signed.payload, Revocation)
    assert (signed.payload.enrolment, signed.payload.reason) == (enrolment.id, "keys lost")
    house.restart()
    assert house.enroller.revoke(enrolment.id, "again", house.now + 1) == signed


def test_revoking_what_was_never_enrolled_is_refused(house: Any) -> None:
    with pytest.raises(Refused, match="no enrolment"):
        house.enroller.revoke("ab" * 32, "why not", house.now)


def test_after_a_revocation_the_legal_entity_may_be_enrolled_again(house: Any) -> None:
    _, secret = house.invite()
    enrolment = parse_statement(house.enrol(house.apply(secret)).enrolment)
    with pytest.raises(Refused, match="one identity"):
        house.invite()
    house.enroller.revoke(enrolment.id, "keys lost", house.now)
    _, secret = house.invite()
    house.enrol(house.apply(secret))


def test_suppliers_get_one_citation_key_and_operators_none(house: Any) -> None:
    keys = {}
    for number, roles in enumerate(
        [("supplier",), ("supplier", "requester"), ("operator",), ("operator", "supplier"), ("expert",)]
    ):
        hosts = ("127.0.0.1",) if "operator" in roles else ()
        _, secret = house.invite(f"entity {number}", roles=roles, hosts=hosts)
        application = house.apply(secret)
        keys[roles] = house.enrol(application).citation_key
        house.restart()
        assert house.enrol(application).citation_key == keys[roles]
    assert len(keys[("supplier",)]) == 32
    assert keys[("supplier",)] == keys[("supplier", "requester")]
    assert [keys[roles] for roles in keys if "supplier" not in roles or "operator" in roles] == [b""] * 3

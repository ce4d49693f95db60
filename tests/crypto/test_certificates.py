"""Certificates: what an authority issues is accepted, and each numbered check refuses its own kind of wrong."""

import base64
import datetime
import textwrap
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.certificates import (
    Grant,
    Issuer,
    Subject,
    Usage,
    Validity,
    check_issued,
    check_root,
    encode_certificate,
    fingerprint,
    issue,
    key_of,
    make_csr,
    make_root,
    parse_certificate,
    parse_csr,
    subject_of,
)
from crypto.errors import BadCertificate
from crypto.signing import key_id, make_signing_key

NOW = 1_800_000_000
DAY = 86_400
CLIENT = Usage(client=True)
ROOT_KEY, OTHER_KEY, PARTY_KEY = make_signing_key(), make_signing_key(), make_signing_key()
ROOT = make_root(ROOT_KEY, "Root", "Authority", 1, Validity(NOW - DAY, NOW + 20 * DAY))
# The same name as ROOT: only the signature tells them apart.
IMPOSTOR = make_root(OTHER_KEY, "Root", "Authority", 1, Validity(NOW - DAY, NOW + 20 * DAY))
SUBJECT = Subject(
    "Node 一号",
    "宁德时代新能源科技股份有限公司",
    dns=("node.example",),
    ip=("127.0.0.1", "::1"),
    uri=("urn:sealsum:enrolment:00ff",),
)
GRANT = Grant(7, Validity(NOW, NOW + 10 * DAY), CLIENT)
PARTY = issue(Issuer(ROOT_KEY, ROOT), PARTY_KEY.public_key(), SUBJECT, GRANT)
PEM = encode_certificate(PARTY)
Change = Callable[[x509.CertificateBuilder], x509.CertificateBuilder]


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _usage(**changes: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign "
        "crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{**dict.fromkeys(names.split(), False), "digital_signature": True, **changes})


def _forge(
    constraints: x509.BasicConstraints | None = x509.BasicConstraints(ca=False, path_length=None),  # noqa: B008
    usage: x509.KeyUsage | None = None,
    critical: bool = True,
    change: Change = lambda builder: builder,
    algorithm: hashes.SHA256 | hashes.SHA384 | None = None,
) -> x509.Certificate:
    """A certificate signed by the true root, as a careless or dishonest authority could write it."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(PARTY.subject)
        .issuer_name(ROOT.subject)
        .public_key(PARTY_KEY.public_key())
        .serial_number(9)
        .not_valid_before(_moment(NOW))
        .not_valid_after(_moment(NOW + DAY))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    if constraints is not None:
        builder = builder.add_extension(constraints, critical=critical)
    builder = builder.add_extension(usage or _usage(), critical=critical)
    return change(builder).sign(ROOT_KEY, algorithm or hashes.SHA256())


def test_an_issued_certificate_is_read_back_and_accepted() -> None:
    certificate = parse_certificate(PEM)
    check_issued(certificate, parse_certificate(encode_certificate(ROOT)), NOW, CLIENT)
    assert subject_of(certificate) == SUBJECT
    assert key_id(key_of(certificate)) == key_id(PARTY_KEY.public_key())
    assert fingerprint(certificate) != fingerprint(ROOT)


def test_what_the_forger_of_these_tests_makes_is_otherwise_accepted() -> None:
    check_issued(_forge(), ROOT, NOW, CLIENT)


# X.520 bounds a common name at 64; the library counts bytes.
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30).filter(
    lambda name: len(name.encode()) <= 64
)


@settings(max_examples=25, deadline=None)
@given(names, st.integers(1, 2**159 - 1))
def test_names_survive_issuing(name: str, serial: int) -> None:
    subject = Subject(name, name[::-1])
    grant = Grant(serial, Validity(NOW, NOW), Usage(server=True))
    certificate = issue(Issuer(ROOT_KEY, ROOT), PARTY_KEY.public_key(), subject, grant)
    assert subject_of(parse_certificate(encode_certificate(certificate))) == subject
    assert certificate.serial_number == serial
    check_issued(certificate, ROOT, NOW, Usage(server=True))


def test_1_an_expired_root_is_refused() -> None:
    old = make_root(ROOT_KEY, "Root", "Authority", 1, Validity(NOW - 2 * DAY, NOW - DAY))
    with pytest.raises(BadCertificate, match="valid at"):
        check_issued(PARTY, old, NOW)


def test_1_a_root_that_is_no_authority_is_refused() -> None:
    with pytest.raises(BadCertificate, match="path length 0"):
        check_issued(PARTY, PARTY, NOW)


def test_1_a_root_that_may_have_authorities_below_it_is_refused() -> None:
    root = _forge(
        x509.BasicConstraints(ca=True, path_length=1), _usage(digital_signature=False, key_cert_sign=True)
    )
    with pytest.raises(BadCertificate, match="path length 0"):
        check_root(root, NOW)


def test_1_a_root_with_another_key_usage_is_refused() -> None:
    with pytest.raises(BadCertificate, match="to sign certificates"):
        check_root(_forge(x509.BasicConstraints(ca=True, path_length=0), _usage(key_cert_sign=True)), NOW)


def test_1_a_root_not_signed_by_itself_is_refused() -> None:
    usage = _usage(digital_signature=False, key_cert_sign=True)
    with pytest.raises(BadCertificate, match="not issued by"):
        check_root(_forge(x509.BasicConstraints(ca=True, path_length=0), usage), NOW)


@pytest.mark.parametrize("at", [NOW - 1, NOW + 10 * DAY + 1])
def test_2_a_certificate_outside_its_validity_is_refused(at: int) -> None:
    with pytest.raises(BadCertificate, match="valid at"):
        check_issued(PARTY, ROOT, at)


@pytest.mark.parametrize("at", [NOW, NOW + 10 * DAY])
def test_2_a_certificate_is_valid_on_its_first_and_last_second(at: int) -> None:
    check_issued(PARTY, ROOT, at)


def test_3_another_authority_is_refused() -> None:
    with pytest.raises(BadCertificate, match="an authority's"):
        check_issued(_forge(x509.BasicConstraints(ca=True, path_length=None)), ROOT, NOW)


def test_3_a_certificate_that_does_not_say_what_it_is_is_refused() -> None:
    with pytest.raises(BadCertificate, match="BasicConstraints, found none"):
        check_issued(_forge(None), ROOT, NOW)
    with pytest.raises(BadCertificate, match="to be critical"):
        check_issued(_forge(critical=False), ROOT, NOW)


@pytest.mark.parametrize("more", ["key_cert_sign", "key_agreement", "crl_sign", "content_commitment"])
def test_4_another_key_usage_is_refused(more: str) -> None:
    with pytest.raises(BadCertificate, match="key usage to sign, and no other"):
        check_issued(_forge(usage=_usage(**{more: True})), ROOT, NOW)


def test_5_a_certificate_for_the_other_end_is_refused() -> None:
    with pytest.raises(BadCertificate, match="this end"):
        check_issued(PARTY, ROOT, NOW, Usage(server=True))
    with pytest.raises(BadCertificate, match="this end"):
        check_issued(PARTY, ROOT, NOW, Usage(client=True, server=True))


def test_6_a_certificate_of_an_impostor_with_the_roots_name_is_refused() -> None:
    certificate = issue(Issuer(OTHER_KEY, IMPOSTOR), PARTY_KEY.public_key(), SUBJECT, GRANT)
    check_issued(certificate, IMPOSTOR, NOW)
    with pytest.raises(BadCertificate, match="not issued by"):
        check_issued(certificate, ROOT, NOW)


def test_6_a_certificate_that_names_another_issuer_is_refused() -> None:
    renamed = make_root(ROOT_KEY, "Other", "Authority", 1, Validity(NOW - DAY, NOW + DAY))
    with pytest.raises(BadCertificate, match="not issued by"):
        check_issued(PARTY, renamed, NOW)


def test_6_another_signature_algorithm_is_refused() -> None:
    with pytest.raises(BadCertificate, match="SHA-256"):
        check_issued(_forge(algorithm=hashes.SHA384()), ROOT, NOW)


def test_an_unknown_extension_is_refused() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    for extension in (unknown, x509.NameConstraints([x509.DNSName("example")], None)):
        certificate = _forge(change=lambda builder, e=extension: builder.add_extension(e, critical=False))  # type: ignore[misc]
        with pytest.raises(BadCertificate, match="extensions"):
            parse_certificate(encode_certificate(certificate))


REFUSED = {
    "empty": b"",
    "no PEM": b"certificate",
    "too long": PEM + b"\n" * 8192,
    "two certificates": PEM + PEM,
    "text before": b"Subject: someone\n" + PEM,
    "newline after": PEM + b"\n",
    "windows lines": PEM.replace(b"\n", b"\r\n"),
    "truncated": PEM[:300],
    "a signing request": make_csr(PARTY_KEY, "a", "b"),
    "DER": PARTY.public_bytes(serialization.Encoding.DER),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_anything_but_one_pem_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(BadCertificate):
        parse_certificate(data)


def test_certificates_of_other_kinds_of_key_are_refused() -> None:
    for key in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), 1, _moment(NOW), _moment(NOW + DAY))
        ).sign(ROOT_KEY, hashes.SHA256())
        with pytest.raises(BadCertificate, match="P-256"):
            parse_certificate(encode_certificate(certificate))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PARTY.public_bytes(serialization.Encoding.DER)) - 1), st.integers(1, 255))
def test_no_altered_byte_is_accepted(place: int, flip: int) -> None:
    der = bytearray(PARTY.public_bytes(serialization.Encoding.DER))
    der[place] ^= flip
    with pytest.raises(BadCertificate):
        check_issued(parse_certificate(_pem(bytes(der))), ROOT, NOW)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for parse in (parse_certificate, parse_csr):
        for candidate in (data, _pem(data)):
            with pytest.raises(BadCertificate):
                parse(candidate)


def _pem(der: bytes) -> bytes:
    body = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()


def test_a_signing_request_proves_its_key() -> None:
    assert key_id(parse_csr(make_csr(PARTY_KEY, "Node", "宁德"))) == key_id(PARTY_KEY.public_key())


def test_a_signing_request_for_another_kind_of_key_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    with pytest.raises(BadCertificate, match="P-256"):
        parse_csr(request.public_bytes(serialization.Encoding.PEM))


def test_a_signing_request_with_another_signature_is_refused() -> None:
    der = bytearray(
        x509.load_pem_x509_csr(make_csr(PARTY_KEY, "a", "b")).public_bytes(serialization.Encoding.DER)
    )
    der[-1] ^= 1
    pem = _pem(bytes(der)).replace(b"CERTIFICATE", b"CERTIFICATE REQUEST")
    with pytest.raises(BadCertificate, match="not signed by its own key"):
        parse_csr(pem)


def test_a_subject_without_organisation_is_refused() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    builder = x509.CertificateBuilder(name, name, PARTY_KEY.public_key(), 1, _moment(NOW), _moment(NOW + DAY))
    with pytest.raises(BadCertificate, match="one organisation"):
        subject_of(builder.sign(PARTY_KEY, hashes.SHA256()))


@pytest.mark.parametrize(
    ("subject", "grant"),
    [
        (Subject("", "b"), GRANT),
        (Subject("a" * 65, "b"), GRANT),
        (Subject("a", "b", ip=("not an address",)), GRANT),
        (Subject("a", "b"), Grant(0, GRANT.validity, CLIENT)),
        (Subject("a", "b"), Grant(1 << 159, GRANT.validity, CLIENT)),
        (Subject("a", "b"), Grant(1, Validity(NOW, NOW - 1), CLIENT)),
        (Subject("a", "b"), Grant(1, GRANT.validity, Usage())),
    ],
)
def test_what_x509_cannot_say_is_not_issued(subject: Subject, grant: Grant) -> None:
    with pytest.raises(ValueError):
        issue(Issuer(ROOT_KEY, ROOT), PARTY_KEY.public_key(), subject, grant)


def test_a_key_on_another_curve_is_not_certified() -> None:
    key = ec.generate_private_key(ec.SECP256K1()).public_key()
    with pytest.raises(ValueError, match="P-256"):
        issue(Issuer(ROOT_KEY, ROOT), key, Subject("a", "b"), GRANT)


def test_an_issuer_does_not_show_its_key() -> None:
    assert "redacted" in repr(Issuer(ROOT_KEY, ROOT))

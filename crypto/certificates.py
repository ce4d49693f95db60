"""X.509 certificates of the enrolment authority: one small profile, written and checked by the same table.

The one fact: a certificate is accepted when it is what `issue` writes and nothing more: one level below a
pinned root, P-256, no other authorities, no extension that this module does not know. Protocol 4.
"""

import datetime
import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID, SignatureAlgorithmOID

from crypto.errors import BadCertificate

CERTIFICATE_LIMIT = 8192
SERIAL_LIMIT = 1 << 159
_REMEMBERED = 4096

Certificate: TypeAlias = x509.Certificate
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_KNOWN_EXTENSIONS = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}


@dataclass(frozen=True, slots=True)
class Validity:
    """From and to, both included, in seconds since 1970."""

    not_before: int
    not_after: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a certificate serves for in TLS; a node is a client, a coordinator's door a server."""

    client: bool = False
    server: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate names: display name, legal entity, alternative names (DNS, IP addresses, URIs)."""

    common_name: str
    organisation: str
    dns: tuple[str, ...] = ()
    ip: tuple[str, ...] = ()
    uri: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authority decides beside the subject: serial in [1, 2^159), validity, usage."""

    serial: int
    validity: Validity
    usage: Usage


@dataclass(frozen=True, slots=True, repr=False)
class Issuer:
    """An authority's key and its own certificate; the repr hides the key."""

    key: ec.EllipticCurvePrivateKey
    certificate: Certificate

    def __repr__(self) -> str:
        return f"Issuer(certificate={self.certificate.subject.rfc4514_string()!r}, key=<redacted>)"


def make_root(
    key: ec.EllipticCurvePrivateKey, common_name: str, organisation: str, serial: int, validity: Validity
) -> Certificate:
    """Make the self-signed certificate of an authority that signs leaves only."""
    name = _make_name(Subject(common_name, organisation))
    public_key = key.public_key()
    builder = _start_builder(name, name, public_key, Grant(serial, validity, Usage()))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_key_usage(is_authority=True), critical=True)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key)
    return builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def make_csr(key: ec.EllipticCurvePrivateKey, common_name: str, organisation: str) -> bytes:
    """Write a PEM signing request: the names are a wish, the signature proves possession of the key."""
    name = _make_name(Subject(common_name, organisation))
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def parse_csr(data: bytes) -> ec.EllipticCurvePublicKey:
    """Return the P-256 key that a PEM signing request proves possession of, else BadCertificate.

    What else the request says is ignored: the authority decides names and usage.
    """
    _check_length(data)
    try:
        request = x509.load_pem_x509_csr(data)
        key, is_signed = request.public_key(), request.is_signature_valid
    except _UNREADABLE as error:
        raise BadCertificate("expected one PEM certificate signing request") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificate("expected a signing request for a P-256 key, found another kind")
    if not is_signed:
        raise BadCertificate("the signing request is not signed by its own key")
    return key


def issue(
    issuer: Issuer, public_key: ec.EllipticCurvePublicKey, subject: Subject, grant: Grant
) -> Certificate:
    """Make a leaf certificate for `public_key`; ValueError for what X.509 refuses in names or dates."""
    name = _make_name(subject)
    builder = _start_builder(name, issuer.certificate.subject, public_key, grant)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(is_authority=False), critical=True)
    purposes = _purposes(grant.usage)
    if not purposes:
        raise ValueError("expected a usage: client, server or both")
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    alternatives: list[x509.GeneralName] = [x509.DNSName(item) for item in subject.dns]
    alternatives += [x509.IPAddress(ipaddress.ip_address(item)) for item in subject.ip]
    alternatives += [x509.UniformResourceIdentifier(item) for item in subject.uri]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def encode_certificate(certificate: Certificate) -> bytes:
    """Write a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def parse_certificate(data: bytes) -> Certificate:
    """Read one PEM certificate; BadCertificate unless it is the one encoding of a P-256 certificate."""
    _check_length(data)
    try:
        certificate = x509.load_pem_x509_certificate(data)
        oids = {extension.oid for extension in certificate.extensions}
        key, _, _ = certificate.public_key(), certificate.subject, certificate.issuer
        is_exact = encode_certificate(certificate) == data
    except _UNREADABLE as error:
        raise BadCertificate("expected one PEM certificate") from error
    if not is_exact:
        raise BadCertificate("expected the one PEM encoding of a certificate and nothing else")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificate("expected a certificate of a P-256 key, found another kind")
    if not oids <= _KNOWN_EXTENSIONS:
        raise BadCertificate("expected only the extensions that an authority writes, found another")
    return certificate


def check_root(root: Certificate, at: int) -> None:
    """Raise BadCertificate unless all of this holds. Whether it is the pinned one, the caller compares.

    1. It is valid at `at`.
    2. It may sign certificates, of leaves only.
    3. It is signed by its own key, ECDSA with SHA-256.
    """
    _check_validity(root, at)  # 1
    _check_authority(root)  # 2, 3


@lru_cache(maxsize=_REMEMBERED)
def _check_authority(root: Certificate) -> None:
    constraints = _critical(root, x509.BasicConstraints)
    if constraints != x509.BasicConstraints(ca=True, path_length=0):  # 2
        raise BadCertificate("expected an authority's certificate with path length 0")
    if _critical(root, x509.KeyUsage) != _key_usage(is_authority=True):
        raise BadCertificate("expected an authority's certificate with the key usage to sign certificates")
    _check_signed(root, root)  # 3


def check_issued(certificate: Certificate, root: Certificate, at: int, usage: Usage | None = None) -> None:
    """Raise BadCertificate unless all of this holds; `root` is pinned, `at` in seconds since 1970.

    1. The root holds at `at`.
    2. The certificate is valid at `at`.
    3. It is no authority's.
    4. Its key usage is to sign, and no other.
    5. It serves for every purpose in `usage`.
    6. It names the root as its issuer and is signed by it, ECDSA with SHA-256.
    """
    check_root(root, at)  # 1
    _check_validity(certificate, at)  # 2
    _check_party(certificate, root)  # 3, 4, 6
    if usage is not None and not set(_purposes(usage)) <= _purposes_of(certificate):  # 5
        raise BadCertificate("the certificate does not serve for this end of a connection")


# What does not depend on the time is remembered: a log of thousands of statements has few signers, and only
# success is kept, never a refusal.
@lru_cache(maxsize=_REMEMBERED)
def _check_party(certificate: Certificate, root: Certificate) -> None:
    if _critical(certificate, x509.BasicConstraints).ca:  # 3
        raise BadCertificate("expected a party's certificate, found an authority's")
    if _critical(certificate, x509.KeyUsage) != _key_usage(is_authority=False):  # 4
        raise BadCertificate("expected the key usage to sign, and no other")
    _check_signed(certificate, root)  # 6


def subject_of(certificate: Certificate) -> Subject:
    """Return whom a certificate names; BadCertificate unless it has one common name and one organisation."""
    oids = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    names = [certificate.subject.get_attributes_for_oid(oid) for oid in oids]
    if len(certificate.subject) != 2 or any(len(found) != 1 for found in names):
        raise BadCertificate("expected a subject with one common name and one organisation")
    common_name, organisation = (str(found[0].value) for found in names)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return Subject(common_name, organisation)
    return Subject(
        common_name,
        organisation,
        dns=tuple(found.get_values_for_type(x509.DNSName)),
        ip=tuple(str(item) for item in found.get_values_for_type(x509.IPAddress)),
        uri=tuple(found.get_values_for_type(x509.UniformResourceIdentifier)),
    )


def key_of(certificate: Certificate) -> ec.EllipticCurvePublicKey:
    """Return the P-256 key of a certificate that `parse_certificate` accepted."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise BadCertificate("expected a certificate of a P-256 key, found another kind")
    return key


def fingerprint(certificate: Certificate) -> bytes:
    """Return SHA-256 of the certificate's DER: what a person compares and a program pins."""
    return certificate.fingerprint(hashes.SHA256())


def _start_builder(
    name: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, grant: Grant
) -> x509.CertificateBuilder:
    if not isinstance(public_key.curve, ec.SECP256R1):
        raise ValueError("expected a P-256 key to certify")
    if not 0 < grant.serial < SERIAL_LIMIT:
        raise ValueError("expected a serial between 1 and 2^159")
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(grant.serial)
        .not_valid_before(_moment(grant.validity.not_before))
        .not_valid_after(_moment(grant.validity.not_after))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _make_name(subject: Subject) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, subject.common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation),
        ]
    )


def _key_usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _purposes(usage: Usage) -> list[x509.ObjectIdentifier]:
    client = [ExtendedKeyUsageOID.CLIENT_AUTH] if usage.client else []
    return client + ([ExtendedKeyUsageOID.SERVER_AUTH] if usage.server else [])


def _purposes_of(certificate: Certificate) -> set[x509.ObjectIdentifier]:
    try:
        return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return set()


def _critical(certificate: Certificate, kind: type[_Extension]) -> _Extension:
    try:
        extension = certificate.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound as error:
        raise BadCertificate(f"expected a certificate with {kind.__name__}, found none") from error
    if not extension.critical:
        raise BadCertificate(f"expected {kind.__name__} of the certificate to be critical")
    return extension.value


def _check_signed(certificate: Certificate, root: Certificate) -> None:
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise BadCertificate("expected a certificate signed with ECDSA and SHA-256")
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise BadCertificate("the certificate was not issued by this authority; compare the pin") from error


def _check_validity(certificate: Certificate, at: int) -> None:
    start, end = _validity_of(certificate)
    # Compared as numbers: `at` may be a time that a hostile log wrote, far beyond any calendar.
    if not start <= at <= end:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        raise BadCertificate(f"expected a certificate valid at {at}, found {first} to {last}")


@lru_cache(maxsize=_REMEMBERED)
def _validity_of(certificate: Certificate) -> tuple[float, float]:
    return certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _check_length(data: bytes) -> None:
    if len(data) > CERTIFICATE_LIMIT:
        raise BadCertificate(f"expected at most {CERTIFICATE_LIMIT} bytes of PEM, found {len(data)}")

"""Signatures of statements: ECDSA on P-256 with SHA-256, written as 64 bytes r | s.

The one fact: only the lower of the two possible s is accepted, so that nobody can turn one valid signature
into another. Protocol 4.
"""

import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from crypto.errors import BadEncoding, BadSignature

SIGNATURE_LENGTH = 64
KEY_ID_LENGTH = 32
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HALF_ORDER = P256_ORDER // 2
_ALGORITHM = ec.ECDSA(hashes.SHA256())


def make_signing_key() -> ec.EllipticCurvePrivateKey:
    """Draw a P-256 key; OpenSSL brings its own randomness."""
    return ec.generate_private_key(ec.SECP256R1())


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Sign `message`; 64 bytes, r | s big-endian, low s."""
    r, s = decode_dss_signature(key.sign(message, _ALGORITHM))
    return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")


def check_signature(public_key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> None:
    """Raise BadSignature unless all of this holds.

    1. The key is on P-256.
    2. The signature is 64 bytes, r and s in [1, order).
    3. s is at most half the order.
    4. It is a signature of `message` under the key.
    """
    if not isinstance(public_key.curve, ec.SECP256R1):  # 1
        raise BadSignature(f"expected a P-256 key, found {public_key.curve.name}")
    if len(signature) != SIGNATURE_LENGTH:  # 2
        raise BadSignature(f"expected a signature of {SIGNATURE_LENGTH} bytes, found {len(signature)}")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < P256_ORDER and 0 < s < P256_ORDER):
        raise BadSignature("expected r and s of the signature between 1 and the order of P-256")
    if s > _HALF_ORDER:  # 3
        raise BadSignature("expected the lower of the two possible s of the signature, found the higher")
    try:
        public_key.verify(encode_dss_signature(r, s), message, _ALGORITHM)  # 4
    except InvalidSignature as error:
        raise BadSignature("the signature does not belong to this message under this key") from error


def encode_public_key(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """Write a public key as DER SubjectPublicKeyInfo, the point uncompressed."""
    return public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def parse_public_key(data: bytes) -> ec.EllipticCurvePublicKey:
    """Read a P-256 key from DER SubjectPublicKeyInfo, else BadEncoding."""
    if len(data) != 91:
        raise BadEncoding(f"expected a P-256 public key of 91 bytes of DER, found {len(data)}")
    try:
        key = serialization.load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadEncoding("expected a P-256 public key as DER SubjectPublicKeyInfo") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadEncoding("expected a public key on P-256, found another kind")
    if encode_public_key(key) != data:
        raise BadEncoding("expected the one DER encoding of the public key, found another")
    return key


def key_id(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the 32-byte name of a key: SHA-256 of its DER SubjectPublicKeyInfo."""
    return hashlib.sha256(encode_public_key(public_key)).digest()


def encode_signing_key(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    """Write a private key as PKCS#8 PEM, encrypted when there is a password."""
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        protection = serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def parse_signing_key(data: bytes, password: bytes | None = None) -> ec.EllipticCurvePrivateKey:
    """Read what `encode_signing_key` wrote, else BadEncoding."""
    try:
        key = serialization.load_pem_private_key(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadEncoding("expected a P-256 private key as PKCS#8 PEM under this password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadEncoding("expected a private key on P-256, found another kind")
    return key

"""BFV, the homomorphic encryption of the masked sums, and the only module that touches TenSEAL.

The one fact: what travels is not SEAL's own format but every residue of every polynomial, 5 bytes each, in
order and nothing else. So hostile bytes meet one length check and one comparison with the modulus, not a
decompressor (96 KiB for SEAL can unfold to gigabytes), and adding is adding residues. SEAL sees only what
passed; it draws its own randomness, and saves and loads through file names, which is the one I/O of `crypto`.
Protocol 4, 6(5), 6(6) and 11.
"""

import os
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import tenseal.sealapi as seal

from crypto.errors import BadCiphertext

DEGREE = 4096
PLAIN_MODULUS = 1099511480321
# The default of SEAL for 128 bits of security; the last one is for keys only.
COEFFICIENT_MODULI = (68719403009, 68719230977, 137438822401)
SLOTS = DEGREE

_RESIDUE_BYTES = 5
_POLYNOMIALS = 2
CIPHERTEXT_LENGTH = _POLYNOMIALS * 2 * DEGREE * _RESIDUE_BYTES
PUBLIC_KEY_LENGTH = _POLYNOMIALS * 3 * DEGREE * _RESIDUE_BYTES
_SECRET_LIMIT = 131072

# Members of a SEAL 4 ciphertext: parms_id, is_ntt_form, three sizes, scale, correction factor; its array.
_SEAL_MEMBERS = struct.Struct("<4QB3QdQ")
_SEAL_HEADER = struct.Struct("<HBBBBHQ")
_SEAL_MAGIC, _SEAL_HEADER_LENGTH, _SEAL_NO_COMPRESSION = 0xA15E, 16, 0

Residues = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, repr=False)
class BfvSecret:
    """The secret key of one calculation, as SEAL wrote it; kept by the requester's node and never sent."""

    data: bytes

    def encode(self) -> bytes:
        """Return the bytes that `parse_bfv_secret` reads; they are secret."""
        return self.data

    def __repr__(self) -> str:
        return "BfvSecret(<redacted>)"


@dataclass(frozen=True, slots=True)
class _Scheme:
    context: Any
    encoder: Any
    version: tuple[int, int]


def make_key_pair() -> tuple[BfvSecret, bytes]:
    """Draw a key pair; return the secret and the 122880-byte public key."""
    scheme = _scheme()
    generator = seal.KeyGenerator(scheme.context)
    public_key = seal.PublicKey()
    generator.create_public_key(public_key)
    return BfvSecret(_save(generator.secret_key())), _encode_residues(_read_residues(public_key.data(), 3))


def parse_bfv_secret(data: bytes) -> BfvSecret:
    """Read a secret key back from the owner's own store, else BadCiphertext."""
    if len(data) > _SECRET_LIMIT:
        raise BadCiphertext(f"expected a BFV secret key of at most {_SECRET_LIMIT} bytes, found {len(data)}")
    _load(seal.SecretKey(), data)
    return BfvSecret(data)


def check_public_key(data: bytes) -> None:
    """Raise BadCiphertext unless all of this holds.

    1. It has exactly 122880 bytes: two polynomials of degree 4096 over three moduli, in NTT form.
    2. Each residue is below its modulus.
    3. None of the polynomials is zero modulo any modulus (anyone could read what is encrypted under it).
    """
    _parse_public_key(data)


def check_ciphertext(data: bytes) -> None:
    """Raise BadCiphertext unless all of this holds.

    1. It has exactly 81920 bytes: two polynomials of degree 4096 over two moduli (size 2, fresh level).
    2. Each residue is below its modulus.
    3. The second polynomial is not zero modulo either modulus (a transparent ciphertext hides nothing).
    """
    _parse_ciphertext(data)


def encrypt(public_key: bytes, slots: Sequence[int]) -> bytes:
    """Encrypt at most 4096 slots in [0, plain modulus) to a checked or unchecked public key."""
    if len(slots) > SLOTS or any(not 0 <= slot < PLAIN_MODULUS for slot in slots):
        raise ValueError(f"expected at most {SLOTS} slots between 0 and {PLAIN_MODULUS}")
    scheme = _scheme()
    key = seal.PublicKey()
    _load(key, _seal_stream(_parse_public_key(public_key), scheme.context.key_parms_id(), is_ntt_form=True))
    plaintext, ciphertext = seal.Plaintext(), seal.Ciphertext(scheme.context)
    scheme.encoder.encode([*slots, *[0] * (SLOTS - len(slots))], plaintext)
    seal.Encryptor(scheme.context, key).encrypt(plaintext, ciphertext)
    return _encode_residues(_read_residues(ciphertext, 2))


def decrypt(secret: BfvSecret, ciphertext: bytes) -> list[int]:
    """Return the 4096 slots; BadCiphertext when it is malformed or its noise leaves nothing to read."""
    residues = _parse_ciphertext(ciphertext)
    scheme = _scheme()
    key, sealed, plaintext = seal.SecretKey(), seal.Ciphertext(scheme.context), seal.Plaintext()
    _load(key, secret.data)
    _load(sealed, _seal_stream(residues, scheme.context.first_parms_id(), is_ntt_form=False))
    decryptor = seal.Decryptor(scheme.context, key)
    if decryptor.invariant_noise_budget(sealed) <= 0:
        raise BadCiphertext("the noise exceeds its budget: a summand was not encrypted under this key")
    decryptor.decrypt(sealed, plaintext)
    return [int(slot) for slot in scheme.encoder.decode_uint64(plaintext)]


class Aggregate:
    """A running sum of ciphertexts; holds one ciphertext, however many are added."""

    __slots__ = ("_total",)

    def __init__(self) -> None:
        self._total: Residues | None = None

    def add(self, ciphertext: bytes) -> None:
        """Add one; BadCiphertext, and the sum as it was, when it is malformed.

        A sum may be transparent on the way, or in the end: two members can agree on ciphertexts that cancel. That is
        no reason to stop adding; a final sum that hides nothing is refused by `decrypt`, and holds nothing to read.
        """
        self._add(_parse_ciphertext(ciphertext))

    def _add(self, summand: Residues) -> None:
        self._total = summand if self._total is None else (self._total + summand) % _moduli(2)

    def encode(self) -> bytes:
        """Return the sum as a ciphertext; ValueError when nothing was added."""
        if self._total is None:
            raise ValueError("expected at least one ciphertext in the sum")
        return _encode_residues(self._total)


def resume_aggregate(ciphertext: bytes) -> Aggregate:
    """Continue a sum from what `Aggregate.encode` returned, else BadCiphertext."""
    aggregate = Aggregate()
    aggregate._add(_parse_residues(ciphertext, CIPHERTEXT_LENGTH, 2))
    return aggregate


def _parse_ciphertext(data: bytes) -> Residues:
    residues = _parse_residues(data, CIPHERTEXT_LENGTH, 2)  # 1, 2
    if not residues[1].any(axis=1).all():  # 3
        raise BadCiphertext("expected an encrypted sum, found a transparent ciphertext")
    return residues


def _parse_public_key(data: bytes) -> Residues:
    residues = _parse_residues(data, PUBLIC_KEY_LENGTH, 3)  # 1, 2
    if not residues.any(axis=2).all():  # 3
        raise BadCiphertext("expected a BFV public key without zero polynomials")
    return residues


def _parse_residues(data: bytes, length: int, moduli: int) -> Residues:
    """Read residues as an array [polynomial, modulus, coefficient]."""
    if len(data) != length:
        raise BadCiphertext(f"expected {length} bytes, found {len(data)}")
    wide = np.zeros((length // _RESIDUE_BYTES, 8), dtype=np.uint8)
    wide[:, 8 - _RESIDUE_BYTES :] = np.frombuffer(data, dtype=np.uint8).reshape(-1, _RESIDUE_BYTES)
    residues = wide.view(">u8").astype(np.uint64).reshape(_POLYNOMIALS, moduli, DEGREE)
    if (residues >= _moduli(moduli)).any():
        raise BadCiphertext("expected residues below the coefficient moduli, found a larger one")
    return residues


def _encode_residues(residues: Residues) -> bytes:
    wide = residues.astype(">u8").view(np.uint8).reshape(-1, 8)
    return wide[:, 8 - _RESIDUE_BYTES :].tobytes()


def _read_residues(ciphertext: Any, moduli: int) -> Residues:
    array = ciphertext.dyn_array()
    count = _POLYNOMIALS * moduli * DEGREE
    values = np.fromiter(map(array.at, range(count)), dtype=np.uint64, count=count)
    return values.reshape(_POLYNOMIALS, moduli, DEGREE)


@cache
def _moduli(count: int) -> Residues:
    return np.array(COEFFICIENT_MODULI[:count], dtype=np.uint64).reshape(1, count, 1)


@cache
def _scheme() -> _Scheme:
    parameters = seal.EncryptionParameters(seal.SCHEME_TYPE.BFV)
    parameters.set_poly_modulus_degree(DEGREE)
    parameters.set_coeff_modulus(seal.CoeffModulus.BFVDefault(DEGREE, seal.SEC_LEVEL_TYPE.TC128))
    parameters.set_plain_modulus(seal.Modulus(PLAIN_MODULUS))
    if tuple(modulus.value() for modulus in parameters.coeff_modulus()) != COEFFICIENT_MODULI:
        raise RuntimeError("this TenSEAL has other default moduli than the protocol; install the locked one")
    context = seal.SEALContext(parameters, True, seal.SEC_LEVEL_TYPE.TC128)
    _, _, major, minor, *_ = _SEAL_HEADER.unpack_from(_save(seal.Modulus(PLAIN_MODULUS)))
    return _Scheme(context, seal.BatchEncoder(context), (major, minor))


def _seal_stream(residues: Residues, parameters_id: Sequence[int], is_ntt_form: bool) -> bytes:
    """Write checked residues as SEAL's uncompressed ciphertext, which is what its public key is as well."""
    polynomials, moduli, degree = residues.shape
    values = residues.astype("<u8").tobytes()
    members = _SEAL_MEMBERS.pack(*parameters_id, is_ntt_form, polynomials, degree, moduli, 1.0, 1)
    array = _seal_object(struct.pack("<Q", residues.size) + values)
    return _seal_object(members + array)


def _seal_object(body: bytes) -> bytes:
    length = _SEAL_HEADER_LENGTH + len(body)
    version = _scheme().version
    header = (_SEAL_MAGIC, _SEAL_HEADER_LENGTH, *version, _SEAL_NO_COMPRESSION, 0, length)
    return _SEAL_HEADER.pack(*header) + body


def _save(item: Any) -> bytes:
    with _open_named() as (name, descriptor):
        item.save(name)
        size = os.lseek(descriptor, 0, os.SEEK_END)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return os.read(descriptor, size)


def _load(item: Any, data: bytes) -> None:
    with _open_named() as (name, descriptor):
        if os.write(descriptor, data) != len(data):
            raise OSError("a temporary file took only part of a BFV object; is there space left?")
        try:
            item.load(_scheme().context, name)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise BadCiphertext("SEAL refuses this key or ciphertext under the pinned parameters") from error


@contextmanager
def _open_named() -> Iterator[tuple[str, int]]:
    """Open an empty file that has a name: in memory on Linux, else a private temporary one."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("bfv", os.MFD_CLOEXEC)
        try:
            yield f"/proc/self/fd/{descriptor}", descriptor
        finally:
            os.close(descriptor)
        return
    descriptor, name = tempfile.mkstemp(prefix="bfv-")
    try:
        yield name, descriptor
    finally:
        os.close(descriptor)
        os.unlink(name)

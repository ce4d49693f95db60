"""Every error that the mathematics raises about what it was handed: the fault of whoever sent it.

The one fact: a message names what was expected and what was found, and never holds a secret.
Protocol 4, 5 and 11.
"""


class CryptoError(Exception):
    """Something that was handed to `crypto` does not hold; the subclasses say what."""


class BadEncoding(CryptoError):
    """Bytes are not the one encoding of the value they should be."""


class WrongOpening(CryptoError):
    """A commitment does not open to this value under this blinding."""


class BadProof(CryptoError):
    """A zero-knowledge proof does not prove what it should."""


class BadSignature(CryptoError):
    """A signature does not belong to this message under this key."""


class BadSeal(CryptoError):
    """A sealed blob was not made for this key and this context, or was altered."""


class BadLock(CryptoError):
    """Locked data was locked under another key or passphrase, for another name, or was altered."""


class BadCertificate(CryptoError):
    """A certificate was not issued by this authority for this use at this time."""


class BadCiphertext(CryptoError):
    """A homomorphic key or ciphertext is oversized, of other parameters, transparent or undecipherable."""


class BadLogProof(CryptoError):
    """A Merkle proof, checkpoint or signed note does not hold."""

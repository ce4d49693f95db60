"""Every message of the coordinator's door as a plain value, with the limits both sides hold to.

The one fact: ids and hashes are lowercase hex here and bytes on the wire; `protos.convert` translates.
Protocol sections 5 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass

ENVELOPE_LIMIT = 2 * 1024 * 1024
"""No envelope is longer (a request's cap; protocol.statements checks the cap of each kind)."""
SUBMIT_LIMIT = 128
"""Envelopes in one Submit."""
IDS_LIMIT = 256
"""Ids in one Get."""
FIND_LIMIT = 500
"""Statements in one page of Find."""
REPLY_BYTES = 3 * 1024 * 1024
"""A reply or batch closes once it holds this many bytes of envelopes."""
MESSAGE_BYTES = 6 * 1024 * 1024
"""Largest message either side accepts: REPLY_BYTES, one more envelope, and room for proofs."""
CHUNK_BYTES = 64 * 1024
"""Largest `data` of one blob chunk."""
BUNDLE_LIMIT = 256 * 1024 * 1024
"""Largest byte string that streams in chunks: a certificate bundle."""
PROOF_LIMIT = 64
"""Hashes in one Merkle proof."""
CHECKPOINT_LIMIT = 8 * 1024
"""Characters of a signed note."""
TEXT_LIMIT = 16 * 1024


@dataclass(frozen=True, slots=True)
class LoggedData:
    """A logged statement as it travels: the exact bytes of its envelope and its place in the log."""

    data: bytes
    index: int
    logged_at: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The log holds statement `id` at `index`; `inclusion` proves its leaf under the signed `checkpoint`."""

    id: str
    index: int
    logged_at: int
    envelope_sha256: str
    checkpoint: str
    inclusion: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement was not logged: the failing check, stable for programs, and a message for people."""

    check: str
    message: str


Outcome = Receipt | Refusal


@dataclass(frozen=True, slots=True)
class WatchBatch:
    """Statements that concern the caller, in log order; resume at `cursor`. May be empty."""

    cursor: int
    statements: tuple[LoggedData, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """Answer to Get: what the caller may read, and the ids that did not fit and are to be asked for again."""

    statements: tuple[LoggedData, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Answer to Find: `next_index` is the `after_index` of the next page, 0 when there is none."""

    statements: tuple[LoggedData, ...]
    next_index: int


@dataclass(frozen=True, slots=True)
class FindQuery:
    """Statements of one public kind with a log index of at least `after_index`."""

    kind: str
    after_index: int
    limit: int


@dataclass(frozen=True, slots=True)
class BlobState:
    """How much of a blob the coordinator holds, contiguous from 0."""

    stored: int
    complete: bool


@dataclass(frozen=True, slots=True)
class BlobPart:
    """A piece of a blob. `sha256` and `length` describe the whole, in the first part only; later "" and 0."""

    sha256: str
    length: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AggregateBlob:
    """Where the sum of all ciphertexts of a calculation is to be fetched."""

    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A leaf's parts, its index, and the proof that the log of `checkpoint`, or of the size asked for, has it."""

    index: int
    logged_at: int
    envelope_sha256: str
    proof: tuple[bytes, ...]
    checkpoint: str

"""The certificate bundle: one file that holds everything a verifier needs. Protocol section 7; docs/certificate.md.

The one fact: the bundle carries no trust. It is the statements as they were signed, their places in the log,
and the log's checkpoint; whoever holds the two pins recomputes the rest.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crypto.canonical import encode_canonical, encode_parsed, parse_canonical, parse_json
from crypto.errors import BadEncoding
from protocol.calculation import Calculation
from protocol.errors import PeerError
from protocol.library import subjects_of
from protocol.payloads import Certificate, Enrolment, Result
from protocol.requesting import declaration_of
from protocol.statements import Logged, Record, parse_statement

FORMAT = "sealsum-certificate/1"
REDACTED_FORMAT = "sealsum-certificate-redacted/1"
MAX_BUNDLE = 64 * 1024 * 1024
_FIELDS = {"format", "request", "full", "authority_root", "checkpoint", "hashes", "statements"}
_STATEMENT_FIELDS = {"envelope", "index", "logged_at", "inclusion"}


@dataclass(frozen=True, slots=True)
class Proven:
    """A statement with its place and its inclusion proof under the bundle's checkpoint."""

    logged: Logged
    inclusion: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A parsed bundle. `full` is empty, or in a redacted bundle the SHA-256 of the full one (hex)."""

    request: str
    full: str
    authority_root: str
    checkpoint: str
    statements: tuple[Proven, ...]

    @property
    def is_redacted(self) -> bool:
        """Whether this is the public form, which shows totals only."""
        return self.full != ""


def needed_statements(calculation: Calculation, record: Record) -> list[Logged]:
    """Every statement that the certificate of this calculation rests on, and what verifiers said, in log order."""
    ids = {logged.id for logged in (*_steps(calculation), *verifications_in(calculation, record))}
    for entry in calculation.terms.entries:
        declaration = declaration_of(entry.declaration, record)
        ids |= {entry.declaration, declaration.category, *(line.factor for line in declaration.lines)}
    for publication in list(ids):
        ids |= set(subjects_of(publication, record))
    found = [_found(statement_id, record) for statement_id in ids]
    signers = {logged.payload.by for logged in found}
    # The authority's enrolments name the root key as signer, which is pinned and no statement.
    enrolments = [logged for signer in sorted(signers) for logged in _enrolments(signer, record)]
    unique = {logged.id: logged for logged in [*found, *enrolments]}
    return sorted(unique.values(), key=lambda logged: logged.index)


def verifiable_in(calculation: Calculation) -> frozenset[str]:
    """What a verification in this calculation's certificate may be about: a declaration of it, or its result."""
    declarations = (entry.declaration for entry in calculation.terms.entries)
    result = () if calculation.result is None else (calculation.result.id,)
    return frozenset((*declarations, *result))


def verifications_in(calculation: Calculation, record: Record) -> list[Logged]:
    """What verifiers said of a calculation's result and declarations."""
    return [logged for one in verifiable_in(calculation) for logged in record.about("verification", one)]


def _steps(calculation: Calculation) -> list[Logged]:
    ends = (calculation.request, calculation.roster, calculation.result, calculation.certificate)
    if any(end is None for end in ends):
        raise PeerError("certificate", "the calculation has no certificate yet")
    middle = [*calculation.consents.values(), *calculation.contributions.values()]
    if calculation.dispute is not None:
        middle += [calculation.dispute.statement, *calculation.dispute.vectors.values()]
    return [logged for logged in (*ends, *middle) if logged is not None]


def _enrolments(signer: str, record: Record) -> list[Logged]:
    """The signer's enrolment and, where keys were rotated, every one that it replaces."""
    chain: list[Logged] = []
    enrolment = record.get(signer)
    while enrolment is not None and isinstance(enrolment.payload, Enrolment):
        chain.append(enrolment)
        enrolment = None if enrolment.payload.replaces is None else record.get(enrolment.payload.replaces)
    return chain


def _found(statement_id: str, record: Record) -> Logged:
    logged = record.get(statement_id)
    if logged is None:
        raise PeerError("bundle", f"statement {statement_id} is missing from the record")
    return logged


def redact(bundle: Bundle) -> Bundle:
    """The public form: result, certificate and their signers' enrolments, bound by hash to the full bundle."""
    if bundle.is_redacted:
        raise PeerError("bundle", "the bundle is redacted already; redact the full one")
    shown = [item for item in bundle.statements if item.logged.payload.type in ("result", "certificate")]
    signers = {item.logged.payload.by for item in shown}
    kept = tuple(item for item in bundle.statements if item in shown or item.logged.id in signers)
    full = hashlib.sha256(encode_bundle(bundle)).hexdigest()
    return Bundle(bundle.request, full, bundle.authority_root, bundle.checkpoint, kept)


def encode_bundle(bundle: Bundle) -> bytes:
    """The one canonical encoding. Hashes of inclusion proofs are written once and named by position."""
    positions: dict[bytes, int] = {}
    statements = []
    for item in bundle.statements:
        inclusion = [positions.setdefault(node, len(positions)) for node in item.inclusion]
        statements.append(
            {
                "envelope": parse_canonical(item.logged.signed.data),
                "index": item.logged.index,
                "logged_at": item.logged.logged_at,
                "inclusion": inclusion,
            }
        )
    return encode_canonical(
        {
            "format": REDACTED_FORMAT if bundle.is_redacted else FORMAT,
            "request": bundle.request,
            "full": bundle.full,
            "authority_root": bundle.authority_root,
            "checkpoint": bundle.checkpoint,
            "hashes": [node.hex() for node in positions],
            "statements": statements,
        }
    )


def parse_bundle(data: bytes) -> Bundle:
    """Read a bundle from untrusted bytes; PeerError("format") unless all of this holds.

    1. At most 64 MiB of canonical JSON. 2. Exactly the bundle's fields, each of its type. 3. Every statement
    parses, ascending by index. 4. A redacted one holds the result and certificate of its request, and names the full
    bundle. 5. Encoding it again gives the same bytes.
    """
    if len(data) > MAX_BUNDLE:  # 1
        raise PeerError("format", f"expected at most {MAX_BUNDLE} bytes, found {len(data)}")
    try:
        fields = parse_canonical(data)
    except BadEncoding as error:
        raise PeerError("format", f"not a certificate bundle: {error}") from error
    bundle = _read_bundle(fields)  # 2, 3
    if bundle.is_redacted:  # 4
        _check_redacted(bundle)
    if encode_bundle(bundle) != data:  # 5
        raise PeerError("format", "the bundle is not written in its one canonical form")
    return bundle


def is_resaved(data: bytes) -> bool:
    """Whether these bytes, which are no bundle, hold one's JSON as another program wrote it: behind a byte order mark,
    with spaces or line breaks, in another order. For advice only: such a file is refused."""
    if len(data) > MAX_BUNDLE:
        return False
    try:
        parse_bundle(encode_parsed(parse_json(data.removeprefix(codecs.BOM_UTF8))))
    except (PeerError, BadEncoding):
        return False
    return True


def _check_redacted(bundle: Bundle) -> None:
    """Nothing later looks at a redacted bundle's statements together, so this does."""
    _read_hash(bundle.full)
    payloads = [item.logged.payload for item in bundle.statements]
    results = [item.logged for item in bundle.statements if isinstance(item.logged.payload, Result)]
    marks = [payload for payload in payloads if isinstance(payload, Certificate)]
    others = [payload for payload in payloads if not isinstance(payload, Result | Certificate | Enrolment)]
    if len(results) != 1 or len(marks) != 1 or others:
        raise PeerError("format", "expected one result, one certificate and enrolments in a redacted bundle")
    named = {getattr(results[0].payload, "request", None), marks[0].request}
    if named != {bundle.request} or marks[0].result != results[0].id:
        raise PeerError("format", "expected the result and the certificate of the request that is named")


def _read_bundle(fields: Any) -> Bundle:
    if not isinstance(fields, dict) or set(fields) != _FIELDS:
        raise PeerError("format", f"expected an object with exactly {', '.join(sorted(_FIELDS))}")
    texts = [fields[name] for name in ("format", "request", "full", "authority_root", "checkpoint")]
    if not all(isinstance(text, str) for text in texts) or texts[0] not in (FORMAT, REDACTED_FORMAT):
        raise PeerError("format", f"expected format {FORMAT} or {REDACTED_FORMAT} and text fields")
    hashes = [_read_hash(node) for node in _list(fields["hashes"])]
    statements = tuple(_read_statement(item, hashes) for item in _list(fields["statements"]))
    indexes = [item.logged.index for item in statements]
    if indexes != sorted(set(indexes)):
        raise PeerError("format", "expected statements ascending by index, each once")
    return Bundle(texts[1], texts[2], texts[3], texts[4], statements)


def _read_statement(fields: Any, hashes: Sequence[bytes]) -> Proven:
    if not isinstance(fields, dict) or set(fields) != _STATEMENT_FIELDS:
        raise PeerError("format", f"expected a statement with exactly {', '.join(sorted(_STATEMENT_FIELDS))}")
    index, logged_at = _count(fields["index"]), _count(fields["logged_at"])
    inclusion = []
    for position in map(_count, _list(fields["inclusion"])):
        if position >= len(hashes):
            raise PeerError("format", "an inclusion proof names a hash that is not there")
        inclusion.append(hashes[position])
    signed = parse_statement(encode_canonical(fields["envelope"]))
    return Proven(Logged(signed, index, logged_at), tuple(inclusion))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise PeerError("format", "expected a list")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PeerError("format", "expected a whole number of at least 0")
    return value


def _read_hash(value: Any) -> bytes:
    if not isinstance(value, str) or len(value) != 64 or value.lower() != value:
        raise PeerError("format", "expected a hash: 64 lowercase hex digits")
    try:
        return bytes.fromhex(value)
    except ValueError as error:
        raise PeerError("format", "expected a hash: 64 lowercase hex digits") from error

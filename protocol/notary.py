"""The coordinator in memory: take a statement, check it, give it its place in the log. Protocol sections 5 and 6.

The one fact: a notary decides nothing that anyone else could not decide from the same statements. The
coordinator's process does the same work against a database.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crypto.certificates import Certificate as X509
from crypto.group import Random
from crypto.merkle import inclusion_proof, leaf_hash, read_from, root_of
from crypto.note import Checkpoint, parse_signer, sign_checkpoint
from protocol.bundle import Bundle, Proven, encode_bundle, needed_statements
from protocol.calculation import Calculation, advance, open_calculation
from protocol.payloads import Saw
from protocol.rules import Context, check_statement
from protocol.statements import (
    Header,
    Logged,
    MemoryRecord,
    Signed,
    calculation_of,
    encode_leaf,
    parse_statement,
)


@dataclass(slots=True)
class Notary:
    """A log, its record and its calculations. `now` is set by the caller; the log never goes back in time."""

    root: X509
    root_pem: str
    log_key: str = field(repr=False)
    now: int
    record: MemoryRecord = field(default_factory=MemoryRecord)
    calculations: dict[str, Calculation] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)

    def submit(self, data: bytes, random: Random) -> Logged:
        """Check untrusted envelope bytes and log them; PeerError says which check refused. A repeat is no error."""
        signed = parse_statement(data)
        known = self.record.get(signed.id)
        if known is not None:
            return known
        check_statement(signed, self._context(signed), self.now, random)
        return self.append(signed)

    def append(self, signed: Signed) -> Logged:
        """Give a statement its place without asking the rules: what a lying coordinator could do."""
        logged = Logged(signed, len(self.leaves), self.now)
        self.record.add(logged)
        self.leaves.append(leaf_hash(encode_leaf(signed.id, signed.data, self.now)))
        request = calculation_of(signed)
        if request == signed.id:
            self.calculations[request] = open_calculation(logged, self.record)
        elif request is not None:
            self.calculations[request] = advance(self.calculations[request], logged, self.record)
        return logged

    def _context(self, signed: Signed) -> Context:
        request = calculation_of(signed)
        known = None if request is None else self.calculations.get(request)
        return Context(self.record, self.root, known)

    def header(self, by: str, random: Random) -> Header:
        """A header for `by` that names the newest checkpoint, with a fresh nonce."""
        return Header(by, Saw(size=len(self.leaves), root=root_of(self.leaves).hex()), random(16).hex())

    def checkpoint(self) -> str:
        """The newest checkpoint as a signed note."""
        origin = parse_signer(self.log_key).name
        checkpoint = Checkpoint(origin, len(self.leaves), root_of(self.leaves), self.now)
        return sign_checkpoint(checkpoint, self.log_key)

    def bundle(self, request: str) -> bytes:
        """The certificate bundle of a certified calculation."""
        read, size = read_from(self.leaves), len(self.leaves)
        proven = tuple(
            Proven(logged, tuple(inclusion_proof(logged.index, size, read)))
            for logged in needed_statements(self.calculations[request], self.record)
        )
        return encode_bundle(Bundle(request, "", self.root_pem, self.checkpoint(), proven))

"""Translates every message of the doors to and from plain values; the only rules here are sizes.

The one fact: `parse_*` reads untrusted bytes and raises PeerError("message" or "size") unless every id, hash,
count and text is of the size it should be. Protocol sections 5 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from protocol.errors import PeerError
from protos.sealsum.v1 import gateway_pb2 as pb
from protos.values import (
    BUNDLE_LIMIT,
    CHECKPOINT_LIMIT,
    CHUNK_BYTES,
    ENVELOPE_LIMIT,
    FIND_LIMIT,
    IDS_LIMIT,
    PROOF_LIMIT,
    SUBMIT_LIMIT,
    TEXT_LIMIT,
    AggregateBlob,
    BlobPart,
    BlobState,
    Fetched,
    FindQuery,
    Inclusion,
    LoggedData,
    Outcome,
    Page,
    Receipt,
    Refusal,
    WatchBatch,
)

# --- fields ----------------------------------------------------------------------------------------


def _parse_id(data: bytes, name: str) -> str:
    if len(data) != 32:
        raise PeerError("message", f"{name} has {len(data)} bytes; send 32")
    return data.hex()


def _encode_id(text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != 32:
        raise ValueError("an id is 32 bytes")
    return data


def _parse_number(value: int, name: str) -> int:
    if value > 2**53 - 1:
        raise PeerError("message", f"{name} is {value}; send at most 2^53 - 1")
    return value


def _parse_text(text: str, name: str, limit: int) -> str:
    if len(text) > limit:
        raise PeerError("message", f"{name} has {len(text)} characters; send at most {limit}")
    return text


def _parse_proof(hashes: Iterable[bytes], name: str) -> tuple[bytes, ...]:
    proof = tuple(hashes)
    if len(proof) > PROOF_LIMIT or any(len(item) != 32 for item in proof):
        raise PeerError(
            "message", f"{name} has {len(proof)} items; send at most {PROOF_LIMIT} hashes of 32 bytes"
        )
    return proof


def _parse_envelope_bytes(data: bytes, name: str) -> bytes:
    if not 0 < len(data) <= ENVELOPE_LIMIT:
        raise PeerError("size", f"{name} has {len(data)} bytes; send 1 to {ENVELOPE_LIMIT}")
    return data


# --- statements ------------------------------------------------------------------------------------


def encode_logged(logged: LoggedData) -> pb.Logged:
    """Write one logged statement."""
    return pb.Logged(envelope=logged.data, index=logged.index, logged_at=logged.logged_at)


def parse_logged(message: pb.Logged) -> LoggedData:
    """Read one logged statement; PeerError("size" | "message")."""
    return LoggedData(
        data=_parse_envelope_bytes(message.envelope, "envelope"),
        index=_parse_number(message.index, "index"),
        logged_at=_parse_number(message.logged_at, "logged_at"),
    )


def encode_submit(envelopes: Iterable[bytes]) -> pb.SubmitRequest:
    """Write a submission; its order is the order of logging."""
    return pb.SubmitRequest(envelopes=list(envelopes))


def parse_submit(message: pb.SubmitRequest) -> tuple[bytes, ...]:
    """Read a submission of 1 to SUBMIT_LIMIT envelopes; PeerError("message")."""
    if not 0 < len(message.envelopes) <= SUBMIT_LIMIT:
        raise PeerError(
            "message", f"{len(message.envelopes)} envelopes in one call; send 1 to {SUBMIT_LIMIT}"
        )
    return tuple(message.envelopes)


def encode_receipt(receipt: Receipt) -> pb.Receipt:
    """Write a receipt."""
    return pb.Receipt(
        id=_encode_id(receipt.id),
        index=receipt.index,
        logged_at=receipt.logged_at,
        checkpoint=receipt.checkpoint,
        inclusion=list(receipt.inclusion),
        envelope_sha256=_encode_id(receipt.envelope_sha256),
    )


def parse_receipt(message: pb.Receipt) -> Receipt:
    """Read a receipt; PeerError("message"). Whether its proof holds is the caller's check."""
    return Receipt(
        id=_parse_id(message.id, "receipt id"),
        index=_parse_number(message.index, "index"),
        logged_at=_parse_number(message.logged_at, "logged_at"),
        envelope_sha256=_parse_id(message.envelope_sha256, "envelope hash"),
        checkpoint=_parse_text(message.checkpoint, "checkpoint", CHECKPOINT_LIMIT),
        inclusion=_parse_proof(message.inclusion, "inclusion proof"),
    )


def encode_outcomes(outcomes: Iterable[Outcome]) -> pb.SubmitReply:
    """Write the outcome of every envelope of a submission, in its order."""
    return pb.SubmitReply(outcomes=[_encode_outcome(outcome) for outcome in outcomes])


def _encode_outcome(outcome: Outcome) -> pb.Outcome:
    if isinstance(outcome, Receipt):
        return pb.Outcome(receipt=encode_receipt(outcome))
    return pb.Outcome(refusal=pb.Refusal(check=outcome.check, message=outcome.message))


def parse_outcomes(message: pb.SubmitReply, expected: int) -> tuple[Outcome, ...]:
    """Read the outcomes of a submission of `expected` envelopes; PeerError("message")."""
    if len(message.outcomes) != expected:
        raise PeerError("message", f"{len(message.outcomes)} outcomes for {expected} envelopes")
    return tuple(_parse_outcome(item) for item in message.outcomes)


def _parse_outcome(message: pb.Outcome) -> Outcome:
    match message.WhichOneof("outcome"):
        case "receipt":
            return parse_receipt(message.receipt)
        case "refusal":
            return Refusal(
                check=_parse_text(message.refusal.check, "check", 200),
                message=_parse_text(message.refusal.message, "message", TEXT_LIMIT),
            )
        case _:
            raise PeerError("message", "an outcome is neither receipt nor refusal")


# --- reading ---------------------------------------------------------------------------------------


def encode_watch(cursor: int) -> pb.WatchRequest:
    """Write where to start."""
    return pb.WatchRequest(cursor=cursor)


def parse_watch(message: pb.WatchRequest) -> int:
    """Read where to start; PeerError("message")."""
    return _parse_number(message.cursor, "cursor")


def encode_batch(batch: WatchBatch) -> pb.WatchReply:
    """Write one batch of a Watch stream."""
    statements = [encode_logged(item) for item in batch.statements]
    return pb.WatchReply(cursor=batch.cursor, statements=statements, checkpoint=batch.checkpoint)


def parse_batch(message: pb.WatchReply) -> WatchBatch:
    """Read one batch of a Watch stream: indexes ascend and lie below its cursor; PeerError("message")."""
    batch = WatchBatch(
        cursor=_parse_number(message.cursor, "cursor"),
        statements=tuple(parse_logged(item) for item in message.statements),
        checkpoint=_parse_text(message.checkpoint, "checkpoint", CHECKPOINT_LIMIT),
    )
    indexes = [item.index for item in batch.statements]
    if any(low >= high for low, high in pairwise([*indexes, batch.cursor])):
        raise PeerError(
            "message", f"statement indexes {indexes[:4]}... do not ascend below cursor {batch.cursor}"
        )
    return batch


def encode_ids(ids: Iterable[str]) -> pb.GetRequest:
    """Write the ids to fetch."""
    return pb.GetRequest(ids=[_encode_id(item) for item in ids])


def parse_ids(message: pb.GetRequest) -> tuple[str, ...]:
    """Read the ids to fetch, at most IDS_LIMIT; PeerError("message")."""
    if len(message.ids) > IDS_LIMIT:
        raise PeerError("message", f"{len(message.ids)} ids in one call; send at most {IDS_LIMIT}")
    return tuple(_parse_id(item, "id") for item in message.ids)


def encode_fetched(fetched: Fetched) -> pb.GetReply:
    """Write the answer to Get."""
    statements = [encode_logged(item) for item in fetched.statements]
    return pb.GetReply(statements=statements, left=[_encode_id(item) for item in fetched.left])


def parse_fetched(message: pb.GetReply) -> Fetched:
    """Read the answer to Get; PeerError("size" | "message")."""
    return Fetched(
        statements=tuple(parse_logged(item) for item in message.statements),
        left=tuple(_parse_id(item, "id") for item in message.left),
    )


def encode_find(query: FindQuery) -> pb.FindRequest:
    """Write a query for one kind of public statement."""
    return pb.FindRequest(kind=query.kind, after_index=query.after_index, limit=query.limit)


def parse_find(message: pb.FindRequest) -> FindQuery:
    """Read a query; a limit of 0 or above FIND_LIMIT means FIND_LIMIT; PeerError("message")."""
    return FindQuery(
        kind=_parse_text(message.kind, "kind", 64),
        after_index=_parse_number(message.after_index, "after_index"),
        limit=min(message.limit or FIND_LIMIT, FIND_LIMIT),
    )


def encode_page(page: Page) -> pb.FindReply:
    """Write one page of an answer to Find."""
    return pb.FindReply(
        statements=[encode_logged(item) for item in page.statements], next_index=page.next_index
    )


def parse_page(message: pb.FindReply) -> Page:
    """Read one page of an answer to Find; PeerError("size" | "message")."""
    return Page(
        statements=tuple(parse_logged(item) for item in message.statements),
        next_index=_parse_number(message.next_index, "next_index"),
    )


# --- blobs -----------------------------------------------------------------------------------------


def encode_blob_part(part: BlobPart) -> pb.BlobChunk:
    """Write a piece of a blob."""
    sha256 = _encode_id(part.sha256) if part.sha256 else b""
    return pb.BlobChunk(sha256=sha256, length=part.length, offset=part.offset, data=part.data)


def parse_blob_part(message: pb.BlobChunk, first: bool) -> BlobPart:
    """Read a piece of a blob; the first names the whole, later ones must not; PeerError("message")."""
    if len(message.data) > CHUNK_BYTES:
        raise PeerError("message", f"a chunk of {len(message.data)} bytes; send at most {CHUNK_BYTES}")
    if message.length > BUNDLE_LIMIT or message.offset > BUNDLE_LIMIT:
        raise PeerError(
            "message", f"length {message.length}, offset {message.offset}; at most {BUNDLE_LIMIT}"
        )
    if not first and (message.sha256 or message.length):
        raise PeerError("message", "a later chunk names a hash or a length; only the first does")
    sha256 = _parse_id(message.sha256, "blob hash") if first else ""
    return BlobPart(sha256=sha256, length=message.length, offset=message.offset, data=message.data)


def encode_stat_blob(sha256: str) -> pb.StatBlobRequest:
    """Write the question how much of a blob is stored."""
    return pb.StatBlobRequest(sha256=_encode_id(sha256))


def parse_stat_blob(message: pb.StatBlobRequest) -> str:
    """Read which blob is asked about; PeerError("message")."""
    return _parse_id(message.sha256, "blob hash")


def encode_blob_state(state: BlobState) -> pb.StatBlobReply:
    """Write how much of a blob is stored."""
    return pb.StatBlobReply(stored=state.stored, complete=state.complete)


def parse_blob_state(message: pb.StatBlobReply) -> BlobState:
    """Read how much of a blob is stored; PeerError("message")."""
    return BlobState(stored=_parse_number(message.stored, "stored"), complete=message.complete)


def encode_get_blob(sha256: str, offset: int) -> pb.GetBlobRequest:
    """Write which blob to send, from where on."""
    return pb.GetBlobRequest(sha256=_encode_id(sha256), offset=offset)


def parse_get_blob(message: pb.GetBlobRequest) -> tuple[str, int]:
    """Read which blob to send, from where on; PeerError("message")."""
    return _parse_id(message.sha256, "blob hash"), _parse_number(message.offset, "offset")


# --- results and the log ---------------------------------------------------------------------------


def encode_request_id(request: str) -> pb.AggregateRequest:
    """Write which calculation's aggregate is asked for."""
    return pb.AggregateRequest(request=_encode_id(request))


def parse_request_id(message: pb.AggregateRequest | pb.BundleRequest) -> str:
    """Read which calculation is asked for; PeerError("message")."""
    return _parse_id(message.request, "request id")


def encode_bundle_request(request: str) -> pb.BundleRequest:
    """Write which calculation's certificate bundle is asked for."""
    return pb.BundleRequest(request=_encode_id(request))


def encode_aggregate(aggregate: AggregateBlob) -> pb.AggregateReply:
    """Write where the aggregate lies."""
    return pb.AggregateReply(sha256=_encode_id(aggregate.sha256), length=aggregate.length)


def parse_aggregate(message: pb.AggregateReply) -> AggregateBlob:
    """Read where the aggregate lies; PeerError("message")."""
    length = _parse_number(message.length, "length")
    return AggregateBlob(sha256=_parse_id(message.sha256, "aggregate hash"), length=length)


def encode_checkpoint(note: str) -> pb.CheckpointReply:
    """Write the newest signed checkpoint."""
    return pb.CheckpointReply(checkpoint=note)


def parse_checkpoint(message: pb.CheckpointReply) -> str:
    """Read a signed checkpoint, not yet verified; PeerError("message")."""
    return _parse_text(message.checkpoint, "checkpoint", CHECKPOINT_LIMIT)


def encode_inclusion_request(statement_id: str, size: int) -> pb.InclusionRequest:
    """Write which leaf is to be proven in the tree of `size`, 0 for the newest checkpoint's."""
    return pb.InclusionRequest(id=_encode_id(statement_id), size=size)


def parse_inclusion_request(message: pb.InclusionRequest) -> tuple[str, int]:
    """Read which leaf is to be proven and in what size; PeerError("message")."""
    return _parse_id(message.id, "id"), _parse_number(message.size, "size")


def encode_inclusion(inclusion: Inclusion) -> pb.InclusionReply:
    """Write a leaf's parts and its proof."""
    return pb.InclusionReply(
        index=inclusion.index,
        logged_at=inclusion.logged_at,
        envelope_sha256=_encode_id(inclusion.envelope_sha256),
        proof=list(inclusion.proof),
        checkpoint=inclusion.checkpoint,
    )


def parse_inclusion(message: pb.InclusionReply) -> Inclusion:
    """Read a leaf's parts and its proof, not yet verified; PeerError("message")."""
    return Inclusion(
        index=_parse_number(message.index, "index"),
        logged_at=_parse_number(message.logged_at, "logged_at"),
        envelope_sha256=_parse_id(message.envelope_sha256, "envelope hash"),
        proof=_parse_proof(message.proof, "inclusion proof"),
        checkpoint=_parse_text(message.checkpoint, "checkpoint", CHECKPOINT_LIMIT),
    )


def encode_consistency_request(old_size: int, new_size: int) -> pb.ConsistencyRequest:
    """Write between which sizes consistency is to be proven."""
    return pb.ConsistencyRequest(old_size=old_size, new_size=new_size)


def parse_consistency_request(message: pb.ConsistencyRequest) -> tuple[int, int]:
    """Read between which sizes consistency is to be proven; PeerError("message")."""
    return _parse_number(message.old_size, "old_size"), _parse_number(message.new_size, "new_size")


def encode_consistency(proof: Iterable[bytes]) -> pb.ConsistencyReply:
    """Write a consistency proof."""
    return pb.ConsistencyReply(proof=list(proof))


def parse_consistency(message: pb.ConsistencyReply) -> tuple[bytes, ...]:
    """Read a consistency proof, not yet verified; PeerError("message")."""
    return _parse_proof(message.proof, "consistency proof")

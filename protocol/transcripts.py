"""What every proof is bound to. Protocol section 4, last paragraph of 'Proof of linear relations'.

The one fact: a transcript holds the kind of proof, the signer, the statement's core id and the ids it
rests on, so a proof copied into another statement, request, roster or model fails.
"""

from __future__ import annotations

from crypto.transcript import Transcript


def proof_transcript(kind: str, signer: str, core_id: str, *context: str) -> Transcript:
    """A transcript for one proof; `context` holds further ids and indexes, in a fixed order per kind."""
    transcript = Transcript(kind)
    transcript.absorb("signer", bytes.fromhex(signer))
    transcript.absorb("core", bytes.fromhex(core_id))
    for item in context:
        transcript.absorb("context", item.encode())
    return transcript


def seal_context(core_id: str, place: tuple[int, int], sender: str, recipient: str) -> bytes:
    """What a seal is bound to: core id | entry | model | sender | recipient (protocol 5)."""
    entry, model = place
    return (
        bytes.fromhex(core_id)
        + entry.to_bytes(2, "big")
        + model.to_bytes(2, "big")
        + bytes.fromhex(sender)
        + bytes.fromhex(recipient)
    )

"""An enrolled company that turns against the coordinator: its own keys and store, any bytes it likes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
from sqlalchemy import select

from crypto.canonical import encode_canonical
from crypto.envelope import encode_envelope, sign_envelope
from crypto.signing import encode_signing_key
from node.agent import size_claimed
from node.organisation import Node, open_node
from node.outbox import find_statement
from node.store.tables import BLOBS
from node.supplier.consenting import decide_by_policy, take_request
from node.supplier.contributing import contribute, contribution_key
from node.supplier.inbox import list_inquiries
from node.watching import cursor_of, take_batch
from protocol.statements import Signed, encode_payload
from protos.client import Address, GatewayClient
from protos.values import Outcome, Receipt, Refusal
from tests.support.house import House

SERVICE = "/sealsum.v1.Gateway/"


def address_of(node: Node) -> Address:
    """Where a node's coordinator listens, and the node's own certificate and key."""
    identity = node.identity
    key = encode_signing_key(identity.signing_key)
    root, certificate = identity.pins.root_pem.encode(), identity.entity.certificate.encode()
    return Address(identity.coordinator, root, certificate, key)


@dataclass
class Insider:
    """A company's node, opened by the test in place of its agent."""

    node: Node
    client: GatewayClient

    @classmethod
    def of(cls, house: House, slug: str) -> Insider:
        """The company's own identity."""
        node = open_node(house.node_folder(slug))
        return cls(node, GatewayClient(address_of(node)))

    def close(self) -> None:
        self.client.close()
        self.node.close()

    def submit(self, *envelopes: bytes) -> tuple[Outcome, ...]:
        """Hand in any bytes."""
        return self.client.submit(envelopes)

    def refusal(self, envelope: bytes) -> str:
        """The check that refuses these bytes."""
        (outcome,) = self.submit(envelope)
        assert isinstance(outcome, Refusal), "these bytes were taken"
        assert outcome.message
        return outcome.check

    def receipt(self, envelope: bytes) -> Receipt:
        """The receipt for these bytes."""
        (outcome,) = self.submit(envelope)
        assert isinstance(outcome, Receipt), outcome
        return outcome

    def sign_bytes(self, payload: bytes) -> bytes:
        """An envelope over any bytes, rightly signed."""
        return encode_envelope(sign_envelope(payload, self.node.identity.signing_key))

    def sign_altered(self, signed: Signed, alter: Callable[[dict[str, Any]], None]) -> bytes:
        """A statement of ours with its fields altered, rightly signed and canonical."""
        fields = json.loads(encode_payload(signed.payload))
        alter(fields)
        return self.sign_bytes(encode_canonical(fields))

    def call(self, method: str, data: bytes, seconds: float = 10) -> bytes:
        """Any bytes to any method; the reply, or grpc.RpcError."""
        channel = self.client._channel._channel  # bare gRPC: takes bytes that are no message
        if method in ("Watch", "GetBlob", "Bundle"):
            for reply in channel.unary_stream(SERVICE + method)(data, timeout=seconds):
                return bytes(reply)
            return b""
        if method == "PutBlob":
            return bytes(channel.stream_unary(SERVICE + method)(iter([data]), timeout=seconds))
        return bytes(channel.unary_unary(SERVICE + method)(data, timeout=seconds))

    # --- as its agent would, but only so far -------------------------------------------------------

    def listen(self) -> None:
        """Take in what is new."""
        stream = self.client.watch(cursor_of(self.node))
        try:
            for batch in stream:
                take_batch(self.node, batch)
                if not batch.statements or batch.cursor >= size_claimed(batch.checkpoint):
                    return
        finally:
            stream.cancel()

    def consent(self, request: str) -> Signed:
        """Consent to a request by policy, and hand it in."""
        logged = self.node.record.get(request)
        assert logged is not None
        (inquiry,) = take_request(self.node, logged)
        assert decide_by_policy(self.node, inquiry)
        self.node.deliver()
        with self.node.store.read() as connection:
            signed = find_statement(connection, f"answer:{request}:{inquiry.entry}")
        assert signed is not None
        return signed

    def contribution(self, request: str) -> tuple[Signed, bytes]:
        """The contribution and its ciphertext, made and stored, not handed in."""
        (inquiry,) = list_inquiries(self.node, request)
        contribute(self.node, inquiry, self.node.calculation(request))
        key = contribution_key(request, inquiry.entry)
        with self.node.store.read() as connection:
            signed = find_statement(connection, key)
            data = connection.execute(select(BLOBS.c.data).where(BLOBS.c.owner == key)).scalar()
        assert signed is not None and data is not None
        return signed, bytes(data)


def status_of(call: Callable[[], object]) -> tuple[grpc.StatusCode, str]:
    """The status code and failing check with which a call is refused; it must be."""
    try:
        call()
    except grpc.RpcError as error:
        failed: Any = error
        checks = dict(failed.trailing_metadata() or ())
        return failed.code(), str(checks.get("sealsum-check", ""))
    raise AssertionError("the call went through")

"""A capture of the wire against the ledger: every plaintext byte that a node sends is one that its ledger knows.

The proxy ends TLS, so what is compared is what travels: HTTP/2 frames, taken apart to the last byte.
"""

import hashlib
import os
import time
from collections import Counter
from ipaddress import ip_address
from pathlib import Path

import pytest

from crypto.certificates import Grant, Subject, Usage, Validity, encode_certificate, issue
from crypto.signing import encode_signing_key, make_signing_key
from node.egress import Filter, list_egress, list_wire
from node.identity import keep_coordinator
from node.maker.resulting import find_certificate
from node.organisation import Node
from tests.node.village import Village, ask
from tests.support.wiretap import (
    GOAWAY,
    PING,
    RST,
    SETTINGS,
    WINDOW,
    Captured,
    Ends,
    Tap,
    read_connection,
    tapped,
)

HEADERS = {
    ":method": {"POST"},
    ":scheme": {"https"},
    "te": {"trailers"},
    "content-type": {"application/grpc"},
    "grpc-accept-encoding": {"identity, deflate, gzip"},
}
"""What a call says beside its messages; beside these the address, the method, a time limit, the program's version."""


def ends_of(village: Village, node: Node, folder: Path) -> Ends:
    """Certificates for a proxy that may stand between a node and its coordinator."""
    key, now = make_signing_key(), int(time.time())
    grant = Grant(int.from_bytes(os.urandom(8)) + 1, Validity(now - 60, now + 86400), Usage(server=True))
    certificate = issue(
        village.town.issuer, key.public_key(), Subject("proxy", "proxy", ip=(ip_address("127.0.0.1"),)), grant
    )
    (folder / "proxy.pem").write_bytes(encode_certificate(certificate) + encode_signing_key(key))
    own = node.identity.entity.certificate.encode() + encode_signing_key(node.identity.signing_key)
    (folder / "node.pem").write_bytes(own)
    (folder / "root.pem").write_bytes(village.town.root_pem)
    return Ends(folder / "proxy.pem", folder / "node.pem", folder / "root.pem")


def through(village: Village, name: str, tap: Tap) -> Node:
    """The node of that name, which takes the proxy for the coordinator."""
    with village.nodes[name].store.write() as connection:
        keep_coordinator(connection, tap.address)
    return village.open(name)


@pytest.mark.parametrize("name", ["North Cathode", "Pack maker"])
def test_every_byte_on_the_wire_is_in_the_ledger_and_the_other_way_round(
    village: Village, tmp_path: Path, name: str
) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    for node in village.nodes.values():
        node.deliver()
    with tapped(village.doors.grpc, ends_of(village, village.nodes[name], tmp_path)) as tap:
        node = through(village, name, tap)
        maker = village.nodes["Pack maker"]
        request = ask(maker)
        village.run()
        assert find_certificate(maker, request) is not None
        node.close()
    captured = [read_connection(bytes(sent)) for sent in tap.connections if sent]
    sent = Counter(
        (method, hashlib.sha256(data).hexdigest(), len(data))
        for one in captured
        for method, data in one.messages
    )
    known = Counter(
        (row["method"], row["sha256"], row["size"]) for row in list_wire(node.store, Filter(to=tap.address))
    )
    assert sum(sent.values()) > 10 and sent == known
    assert {row["kind"] for row in list_egress(node.store, Filter(to=tap.address))} >= {"connection", "watch"}
    for one in captured:
        check_rest(one, tap)


def check_rest(one: Captured, tap: Tap) -> None:
    """What travels beside the messages says nothing about what is in them."""
    for fields in one.headers:
        for name, allowed in HEADERS.items():
            assert fields.pop(name) in allowed
        assert fields.pop(":authority") == tap.address
        assert fields.pop(":path").startswith("/sealsum.v1.Gateway/")
        assert fields.pop("user-agent").startswith("grpc-python/")
        assert fields.pop("grpc-timeout", "1m").strip("0123456789") in ("m", "S", "M", "H", "u", "n")
        assert fields == {}
    for kind, payload in one.rest:
        assert kind in (SETTINGS, PING, WINDOW, RST, GOAWAY)
        assert len(payload) <= 8 or kind in (SETTINGS, GOAWAY)
        if kind == SETTINGS:
            assert len(payload) <= 60
        if kind == GOAWAY:
            assert len(payload) <= 64

"""What leaves a node: the ledger has all of it, and no amount, quantity, salt or key is in any of it."""

import base64
import hashlib
import struct
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from node import egress as egress_module
from node.activities import find_activity
from node.declaring import declaration_secrets
from node.egress import Parcel, list_egress, send
from node.organisation import Node
from node.tables import DECLARATIONS
from node.vault import find_secret
from node.words import Words
from protocol.errors import NetworkError
from tests.node.village import SUPPLIES, Village, ask

LEAST_DIGITS = 6
"""Shorter numbers occur in any text by chance."""


@pytest.fixture
def parcels(monkeypatch: pytest.MonkeyPatch) -> list[Parcel]:
    """Everything that leaves any node of this process, in full."""
    seen: list[Parcel] = []

    def recording(store: Any, now: int, leaving: Any, call: Callable[[], Any]) -> Any:
        seen.extend(leaving)
        return send(store, now, leaving, call)

    monkeypatch.setattr(egress_module, "send", recording)
    return seen


def encodings(number: int) -> list[bytes]:
    """A fixed-point number as programs would write it."""
    found = [str(number).encode(), f"{number:x}".encode(), f"{number:X}".encode()]
    found += [number.to_bytes(8, order) for order in ("big", "little")]  # type: ignore[arg-type]
    for scale in (3, 6):
        text = f"{number / 10**scale:.{scale}f}"
        found += [text.encode(), text.rstrip("0").encode(), text.replace(".", ",").encode()]
        found += [struct.pack(order, number / 10**scale) for order in ("<d", ">d")]
    return [item for item in found if len(item.strip(b"\x000.,")) >= LEAST_DIGITS]


def test_no_private_number_is_in_any_byte_that_left(village: Village, parcels: list[Parcel]) -> None:
    village.suppliers()
    maker = village.settle("Pack maker", "requester")
    ask(maker)
    village.run()
    private = {supply.quantity for supply in SUPPLIES if supply.quantity % 1000}
    private |= {amount for supply in SUPPLIES for _, amount in supply.lines if amount % 10_000}
    assert len(private) >= 3
    sent = b"\n".join(parcel.data for parcel in parcels)
    decoded = b"\n".join(base64.b64decode(part) for part in payloads(sent))
    for number in private:
        for form in encodings(number):
            assert form not in sent and form not in decoded
    for name, node in village.nodes.items():
        for secret in secrets_of(node, name):
            for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
                assert form not in sent and form not in decoded


def payloads(sent: bytes) -> list[bytes]:
    return [part.split(b'"')[0] for part in sent.split(b'"payload":"')[1:]]


def secrets_of(node: Node, name: str) -> list[bytes]:
    found = [node.identity.node_secret, node.identity.sealing_secret.to_bytes(32, "big")]
    if name in {supply.name for supply in SUPPLIES}:
        number = [supply.name for supply in SUPPLIES].index(name)
        activity = find_activity(node, f"item-{number}")
        found += list(activity.salts)
        with node.store.read() as connection:
            declarations = connection.execute(select(DECLARATIONS.c.id)).scalars().all()
        for declaration in declarations:
            found += [value.to_bytes(32, "big") for value in declaration_secrets(node, declaration).blindings]
    return found


def test_everything_that_left_is_in_the_ledger_with_its_hash(village: Village, parcels: list[Parcel]) -> None:
    village.suppliers()
    ask(village.settle("Pack maker", "requester"))
    village.run()
    listed = [row for node in village.nodes.values() for row in list_egress(node.store)]
    assert sorted((row["kind"], row["sha256"], row["size"]) for row in listed) == sorted(
        (parcel.kind, hashlib.sha256(parcel.data).hexdigest(), len(parcel.data)) for parcel in parcels
    )


def test_a_row_is_written_before_the_bytes_go(village: Village) -> None:
    node = village.settle("New Cathode", "supplier")

    def fail() -> None:
        assert list_egress(node.store)[-1]["kind"] == "probe"
        raise NetworkError("gone")

    with pytest.raises(NetworkError):
        send(node.store, 1, [Parcel("somewhere", "probe", b"bytes", Words("a", "b"))], fail)
    row = list_egress(node.store)[-1]
    assert (row["receiver"], row["size"], row["holds_en"], row["holds_zh"]) == ("somewhere", 5, "a", "b")


def test_no_object_of_the_node_shows_a_secret(village: Village) -> None:
    node = village.settle("New Cathode", "supplier")
    shown = repr(node.identity) + repr(node)
    for secret in (
        str(node.identity.sealing_secret),
        node.identity.node_secret.hex(),
        repr(node.identity.node_secret),
    ):
        assert secret not in shown
    with node.store.read() as connection:
        assert find_secret(connection, "identity/node") == node.identity.node_secret

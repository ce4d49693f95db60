"""What leaves a node: the ledger has all of it, and no amount, quantity, salt or key is in any of it."""

import ast
import base64
import hashlib
import re
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from node import egress as egress_module
from node.egress import Ledger, Parcel, list_egress, list_wire
from node.organisation import Node
from node.store.tables import DECLARATIONS
from node.store.vault import find_secret
from node.supplier.activities import find_activity
from node.supplier.declaring import declaration_secrets
from node.web.supplier.egress import KINDS
from node.words.leaving import PARTNER_ANSWERS, PARTNER_MESSAGES, QUESTION, STATEMENT_WORDS, Words
from protocol.errors import NetworkError, StoreError
from tests.node.village import SUPPLIES, Village, ask, declare_product

LEAST_DIGITS = 6
"""Shorter numbers occur in any text by chance."""


@pytest.fixture
def parcels(monkeypatch: pytest.MonkeyPatch) -> list[Parcel]:
    """Everything that leaves any node of this process, in full."""
    seen: list[Parcel] = []
    send, note = Ledger.send, Ledger.note

    def sending(ledger: Ledger, leaving: Any, call: Callable[[], Any]) -> Any:
        seen.extend(leaving)
        return send(ledger, leaving, call)

    def noting(ledger: Ledger, parcel: Parcel) -> None:
        seen.append(parcel)
        note(ledger, parcel)

    monkeypatch.setattr(Ledger, "send", sending)
    monkeypatch.setattr(Ledger, "note", noting)
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
    ledger = Ledger(node.store, lambda: 1)

    def fail() -> None:
        ledger.begin("/probe")(b"message")
        assert list_egress(node.store)[-1]["kind"] == "probe"
        raise NetworkError("gone")

    with pytest.raises(NetworkError):
        ledger.send([Parcel("somewhere", "probe", b"bytes", Words("a", "b"))], fail)
    row = list_egress(node.store)[-1]
    assert (row["receiver"], row["size"], row["holds_en"], row["holds_zh"]) == ("somewhere", 5, "a", "b")
    message = list_wire(node.store)[-1]
    assert (message["parcel"], message["method"], message["size"]) == (row["id"], "/probe", 7)


def test_what_the_ledger_cannot_take_is_not_sent(village: Village) -> None:
    node = village.settle("New Cathode", "supplier")
    blob = b"what nobody may get"
    assert node.egress.checkpoint()
    with node.store.write() as connection:
        connection.exec_driver_sql("DROP TABLE wire")
    for call in (node.egress.checkpoint, lambda: node.egress.put_blob(blob, "ciphertext")):
        with pytest.raises(StoreError, match="no such table"):
            call()
    digest = hashlib.sha256(blob).hexdigest()
    assert not [path for path in (village.folder / "town").rglob("*") if digest in path.name]


def test_a_call_past_the_ledger_stops_before_it_sends(village: Village) -> None:
    node = village.settle("New Cathode", "supplier")
    client = node.egress._client
    calls = (
        client.checkpoint,
        lambda: client.submit([b"x"]),
        lambda: client.put_blob(b"x"),
        lambda: list(client.watch(0)),
    )
    for call in calls:
        with pytest.raises(RuntimeError, match="what the ledger does not know"):
            call()


def test_no_module_of_the_node_but_these_can_open_a_connection() -> None:
    """One module makes channels, one asks for the authority's certificate, one listens for the owner on loopback."""
    ways_out = {
        "grpc",
        "http",
        "httpx",
        "requests",
        "smtplib",
        "socket",
        "ssl",
        "urllib",
        "asyncio",
        "subprocess",
    }
    allowed = {"door.py": {"socket"}}
    doors_of_protos = {"protos.client": {"agent.py", "egress.py", "organisation.py"},
                       "protos.enrolment_client": {"enrolling.py"},
                       "protos.renewal_client": {"renewing.py", "rotating.py"}}  # fmt: skip
    folder = Path(egress_module.__file__).parent
    for path in folder.rglob("*.py"):
        for module in imported(ast.parse(path.read_text("utf-8"))):
            if module == "urllib.parse":  # reads and writes addresses, opens none
                continue
            top = module.partition(".")[0]
            assert top not in ways_out - allowed.get(path.name, set()), (path, module)
            assert path.name in doors_of_protos.get(module, {path.name}), (path, module)


def imported(tree: ast.AST) -> Iterator[str]:
    for item in ast.walk(tree):
        if isinstance(item, ast.Import):
            yield from (alias.name for alias in item.names)
        elif isinstance(item, ast.ImportFrom):
            yield item.module or ""


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


def test_what_one_is_sending_no_other_sends_as_well(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page and the agent see the same statement waiting; the second one begins while the first one sends."""
    node = village.settle(SUPPLIES[0].name, "supplier")
    declare_product(node, "item-0", SUPPLIES[0])
    submit = egress_module.Egress.submit
    others: list[threading.Thread] = []

    def submitting(egress: egress_module.Egress, statements: Any) -> Any:
        if not others and any(kind == "declaration" for kind, _, _ in statements):
            others.append(threading.Thread(target=node.deliver))
            others[0].start()
            others[0].join(timeout=1.0)  # what does not wait is done by then
        return submit(egress, statements)

    monkeypatch.setattr(egress_module.Egress, "submit", submitting)
    node.deliver()
    others[0].join()
    sent = [row for row in list_egress(node.store) if row["kind"] == "declaration"]
    assert len(sent) == 1


def test_every_kind_of_the_ledger_has_words_on_its_page() -> None:
    written = set(
        re.findall(r'Parcel\([^"]*"([a-z-]+)"', "".join(map(Path.read_text, Path("node").rglob("*.py"))))
    )
    assert {"connection", "enrolment", "renewal", "rotation", "company-login"} <= written
    kinds = {
        *STATEMENT_WORDS,
        *QUESTION,
        *PARTNER_ANSWERS,
        *PARTNER_MESSAGES,
        *written,
        "ciphertext",
        "he-key",
    }
    assert sorted(kinds - set(KINDS)) == []

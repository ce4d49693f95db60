"""No object that holds a secret shows it: not in repr, str or format, not inside others, not in a traceback.

Every dataclass and named tuple of the program is walked; a field that can hold a secret, by its name or by the list
below, must be out of its repr.
"""

import base64
import dataclasses
import importlib
import io
import pkgutil
import re
import traceback
from collections.abc import Iterator
from pprint import pformat
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

from node.backup import Backup
from node.enrolling import Invitation
from node.identity import NewKeys
from node.store.locks import Choice, Kind
from node.store.vault import DataKey
from protocol.contributing import MemberSecrets
from protocol.declaring import DeclarationSecrets
from protocol.requesting import QuantityOpening
from protocol.verifying import Evidence, Opened, OpenedRecord
from protos.client import Address
from protos.tls import TlsIdentity
from sealsum.main import PARTS, load_part

PACKAGES = (
    "crypto",
    "method",
    "protocol",
    "protos",
    "node",
    "coordinator",
    "authority",
    "witness",
    "verifier",
)
TELLING = re.compile(
    r"secret|passphrase|password|private|signing_key|data_key|key_pem|blinding|salt|opening|ephemeral|"
    r"^amounts?$|^quantit(y|ies)$|^guards$|^shifts$|^records$|^token$"
)
ALLOWED = {
    "Preview.records": "how many there are",
    "OpeningInquiry.records": "the numbers of records that a verifier asks for",
    "Wish.records": "the numbers of records that a verifier asks for",
    "Work.records": "how many a verifier asked for",
    "About.records": "the numbers of records that a verifier asks for",
    "AccountRow.has_password": "whether there is one",
    "Calculation.ephemerals": "the points of consents, which are public",
}


def dataclasses_of_the_program() -> Iterator[type]:
    """Every dataclass that is defined in the program."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if found.name.endswith("_pb2") or found.name.endswith("_pb2_grpc") or ".migrations" in found.name:
                continue
            module = importlib.import_module(found.name)
            for one in vars(module).values():
                if isinstance(one, type) and one.__module__ == found.name and dataclasses.is_dataclass(one):
                    yield one


def shown_fields(kind: type) -> Iterator[dataclasses.Field[Any]]:
    """Fields that the generated repr shows; none when the class writes its own."""
    if (
        "__repr__" in vars(kind)
        and "__dataclass_params__" in vars(kind)
        and not kind.__dataclass_params__.repr
    ):  # type: ignore[attr-defined]
        return
    own = getattr(vars(kind).get("__repr__"), "__qualname__", "")
    if own == f"{kind.__qualname__}.__repr__" and not hasattr(vars(kind)["__repr__"], "__wrapped__"):
        return
    yield from (field for field in dataclasses.fields(kind) if field.repr)


CLASSES = sorted(set(dataclasses_of_the_program()), key=lambda kind: (kind.__module__, kind.__qualname__))


def test_the_walk_finds_the_program() -> None:
    names = {kind.__qualname__ for kind in CLASSES}
    assert len(CLASSES) > 150
    assert names >= {
        "Identity",
        "MemberSecrets",
        "DeclarationSecrets",
        "QuantityOpening",
        "Choice",
        "Backup",
        "Opened",
    }


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_no_field_that_can_hold_a_secret_is_in_a_repr(kind: type) -> None:
    telling = [
        field.name
        for field in shown_fields(kind)
        if TELLING.search(field.name) and f"{kind.__qualname__}.{field.name}" not in ALLOWED
    ]
    assert telling == []


NODE = [kind for kind in CLASSES if kind.__module__.startswith("node.")]


@pytest.mark.parametrize("kind", NODE, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_no_number_of_the_owner_s_is_in_a_repr(kind: type) -> None:
    """In a node every exact number is the owner's; what is public is text by then."""
    assert [field.name for field in shown_fields(kind) if "Fraction" in str(field.type)] == []


# --- values: what a log line, a debugger or a traceback would print ----------------------------------

NUMBER = 271828182845904523536028747135266249775724709369995
DATA = NUMBER.to_bytes(32)


def holders() -> list[Any]:
    """One of each kind of object that carries a secret through the program, holding a number that is looked for."""
    data_key = DataKey()
    data_key.open_with(DATA)
    declared, quantity = DeclarationSecrets((NUMBER,), (NUMBER,)), QuantityOpening(NUMBER, NUMBER)
    return [
        declared,
        quantity,
        MemberSecrets(declared, (quantity,), NUMBER, DATA),
        NewKeys("csr", NUMBER),
        Choice(Kind.PASSPHRASE, str(NUMBER)),
        Backup(1, DATA, DATA),
        Evidence((DATA,), (DATA,)),
        Opened("id", {0: NUMBER}, (OpenedRecord(0, DATA),), 1),
        Invitation(str(NUMBER), "host:1", "key"),
        Address("host:1", b"root", b"certificate", DATA),
        TlsIdentity(b"root", b"certificate", DATA),
        data_key,
    ]


FORMS = (str(NUMBER), f"{NUMBER:x}", repr(DATA), DATA.hex(), base64.b64encode(DATA).decode())


@pytest.mark.parametrize("held", holders(), ids=lambda held: type(held).__name__)
def test_a_secret_is_in_no_form_of_its_holder(held: Any) -> None:
    for text in (repr(held), str(held), f"{held}", repr([held]), repr({"x": held}), pformat(held)):
        assert not any(form in text for form in FORMS)


@pytest.mark.parametrize("held", holders(), ids=lambda held: type(held).__name__)
def test_a_traceback_that_prints_locals_prints_no_secret(held: Any) -> None:
    """Ours print none at all (below); this is for whoever debugs with one that does."""

    def fail(local: Any) -> None:
        raise RuntimeError("expected something else")

    try:
        fail(held)
    except RuntimeError as error:
        sink = io.StringIO()
        shown = Traceback.from_exception(RuntimeError, error, error.__traceback__, show_locals=True)
        Console(file=sink, width=200).print(shown)
        plain = traceback.TracebackException.from_exception(error, capture_locals=True)
        text = sink.getvalue() + "".join(plain.format())
    assert "expected something else" in text and not any(form in text for form in FORMS)


@pytest.mark.parametrize("word", PARTS)
def test_no_command_prints_locals_when_it_crashes(word: str) -> None:
    assert not load_part(PARTS[word]).pretty_exceptions_show_locals

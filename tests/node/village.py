"""Real nodes around a real coordinator on loopback, for tests: real stores, real doors, one process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from coordinator.serving import Addresses
from crypto.certificates import Grant, Subject, Usage, Validity, encode_certificate, issue, parse_csr
from crypto.group import multiply_base
from method.activity import ActivityRecord
from method.pack import PackDefinition, parse_pack
from method.product import Product
from node.agent import Agent
from node.identity import Pins, keep_identity, keep_new_keys
from node.maker.requesting import Terms, request_calculation
from node.organisation import Node
from node.outbox import ENROLMENT_KEY, keep_statement
from node.store.opening import create_store, open_store
from node.supplier.activities import Source, keep_activity
from node.supplier.declaring import declare
from node.supplier.policies import Preapproval, add_policy
from node.supplier.products import add_product
from protocol.disclosure import Question
from protocol.payloads import Enrolment, EnrolmentProofs, Role
from protocol.run import Supply
from protocol.statements import sign_statement
from tests.coordinator.doors import open_doors
from tests.coordinator.town import DAY, Town
from tests.support.example import NOW, UNIT
from tests.support.example import SUPPLIES as EXAMPLE

METHOD = "mee-2025-cff"
SUPPLIES = tuple(
    replace(supply, quantity=quantity)
    for supply, quantity in zip(EXAMPLE, (141_000, 120_300, 105_001, 350_000), strict=True)
)
"""The example's suppliers with quantities inside the plausible range of their categories."""


@dataclass
class Village:
    """A town with open doors and the nodes that live around it, by name."""

    town: Town
    doors: Addresses
    folder: Path
    nodes: dict[str, Node] = field(default_factory=dict)

    def settle(
        self, name: str, *roles: Role, parent: str | None = None, legal_entity: str | None = None
    ) -> Node:
        """A new organisation's node, enrolled; its enrolment is sent with its first call."""
        folder = self.folder / name.replace(" ", "-")
        store = create_store(folder)
        keys = keep_new_keys(store, name, os.urandom)
        grant = Grant(
            int.from_bytes(os.urandom(8)) + 1, Validity(NOW - DAY, NOW + 365 * DAY), Usage(client=True)
        )
        subject = Subject(name[:60], name[:60])
        certificate = issue(self.town.issuer, parse_csr(keys.csr_pem.encode()), subject, grant)
        sealing_key = multiply_base(keys.sealing_secret)
        payload = Enrolment(
            **self.town.authority_header().fields(), certificate=encode_certificate(certificate).decode(),
            sealing_key=sealing_key, legal_entity=legal_entity or name, parent=parent or name,
            name_zh=name, name_en=name, entity_roles=tuple(roles), replaces=None, proofs=EnrolmentProofs(),
        )  # fmt: skip
        signed = sign_statement(payload, self.town.issuer.key)
        pins = Pins(self.town.log_vkey, self.town.root_pem.decode())
        with store.write() as connection:
            keep_statement(connection, ENROLMENT_KEY, signed, NOW)
            keep_identity(connection, signed, self.doors.grpc, pins)
        store.close()
        return self.open(name)

    def open(self, name: str) -> Node:
        """The node of that name, opened again as after a crash when it was open: nothing in memory is kept."""
        if name in self.nodes:
            self.nodes[name].close()
        self.nodes[name] = Node(open_store(self.folder / name.replace(" ", "-")), self.town.clock)
        return self.nodes[name]

    def suppliers(self, policy: bool = True, roles: tuple[Role, ...] = ("supplier",)) -> dict[str, str]:
        """The example's suppliers with products, activity and declarations; returns item -> declaration id."""
        items = {}
        for number, supply in enumerate(SUPPLIES):
            node = self.settle(supply.name, *roles)
            items[f"item-{number}"] = declare_product(node, f"item-{number}", supply)
            if policy:
                allow(node)
            node.deliver()
        return items

    def step(self) -> None:
        """Let every node take in what is new and react, once."""
        for node in list(self.nodes.values()):
            Agent(node).catch_up()

    def run(self, rounds: int = 6) -> None:
        """Let everybody react until nothing is left to do."""
        for _ in range(rounds):
            self.step()
            self.town.settle()


def declare_product(node: Node, code: str, supply: Supply) -> str:
    """A product with the activity of one of the example's suppliers, declared; returns the declaration's id."""
    name, category = supply.name, supply.category
    add_product(node, Product(code, name, name, category, "kg", "CN", "2025-01-01", "2025-12-31", "a.csv"))
    keep_activity(node, code, records_of(supply.lines), Source("a.csv", "0" * 64))
    return declare(node, code, METHOD)


def allow(node: Node) -> None:
    """Approve in advance whatever anyone asks."""
    with node.store.write() as connection:
        add_policy(connection, Preapproval("*", "*", 5, tuple(Question), for_waiting=True), NOW)


def records_of(lines: tuple[tuple[str, int], ...]) -> list[ActivityRecord]:
    """One year's totals for 1000 kg of output that give these amounts per kg."""
    names = {"grid": "power", "salt": "salt"}
    units = {"grid": "kWh", "salt": "kg"}
    made = [record("output", Fraction(1000), "kg", "", 1)]
    for row, (factor, amount) in enumerate(lines, start=2):
        made.append(record(names[factor], Fraction(amount, 1000), units[factor], factor, row))
    return made


def record(line: str, amount: Fraction, unit: str, factor: str, row: int) -> ActivityRecord:
    """A record of the whole of 2025."""
    return ActivityRecord(
        line, "2025-01-01", "2025-12-31", amount, unit, Fraction(1), factor, f"INV-{row}", "", "Sheet1", row
    )


def bill_of_materials() -> list[dict[str, str]]:
    """The entries of the example's pack file."""
    entries = [
        {
            "item": f"item-{number}", "supplier": f"item-{number}", "legal_entity": supply.name,
            "product": f"item-{number}",
            "category": supply.category, "quantity": f"{supply.quantity / 1000:.3f}", "unit": "kg",
            "stage": supply.stage, "part_of": "",
        }
        for number, supply in enumerate(SUPPLIES)
    ]  # fmt: skip
    entries[-1]["part_of"] = "pack"
    return entries


def pack(**changes: object) -> PackDefinition:
    """The example's pack file."""
    document: dict[str, object] = {
        "library": "x",
        "pack": {
            "model": UNIT.model, "chemistry": UNIT.chemistry, "name_zh": "示例", "name_en": "Example", "mass_kg": "350",
            "method": METHOD, "boundary": "partial", "maker": f"item-{len(SUPPLIES) - 1}",
        },
        "functional_unit": {
            "pack_energy_kwh": "100", "usable_energy_kwh": "100", "cycles_per_year": "60", "warranty_years": "8",
        },
        "bill_of_materials": bill_of_materials(),
        **changes,
    }  # fmt: skip
    return parse_pack(document)


def ask(maker: Node, terms: Terms | None = None) -> str:
    """Request the example pack and hand the request in."""
    prepared = request_calculation(maker, [pack()], terms or Terms())
    maker.deliver()
    return prepared.id


@contextmanager
def open_village(folder: Path) -> Iterator[Village]:
    """A village with the example library published."""
    (folder / "town").mkdir()
    town = Town(folder / "town").start()
    try:
        town.publish()
        with open_doors(town) as doors:
            village = Village(town, doors, folder)
            try:
                yield village
            finally:
                for node in village.nodes.values():
                    node.close()
    finally:
        town.stop()

"""A coordinator, a pack maker and a few supplier nodes with many declarations, ready to be asked; made with commands.

The one fact: it is made once and copied, so the product and its baseline start from the same bytes on disk.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook

from demo.shell import run_command
from protocol.disclosure import Question

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
LIBRARY, PACK = EXAMPLES / "library", EXAMPLES / "ncm-pack"
NODES = 4
MAKER = "maker"
ENERGY_KWH = 100
STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the examples that every member makes, its share of the members, its quantity in a pack."""

    folder: str
    category: str
    stage: str
    share: float
    quantity: str


PRODUCTS = (
    Product("cathode", "ncm-cathode", "raw_material_and_parts", 0.76, "120"),
    Product("cell", "cell-ncm", "battery_production", 0.12, "377.4"),
    Product("distribution", "pack-distribution", "distribution", 0.12, "523"),
)


@dataclass(frozen=True, slots=True)
class Network:
    """Folders of one installation, and the address that its nodes were told."""

    root: Path
    address: str

    def node(self, name: str) -> Path:
        """A node's data folder."""
        return self.root / "nodes" / name

    @property
    def coordinator(self) -> Path:
        """The coordinator's data folder."""
        return self.root / "coordinator"

    @property
    def pack(self) -> Path:
        """The pack maker's file."""
        return self.root / "pack"

    def copy(self, root: Path) -> Network:
        """The same installation again; both cannot run at a time."""
        shutil.copytree(self.root, root)
        return Network(root, self.address)


def suppliers() -> list[str]:
    """The names of the supplier nodes."""
    return [f"supplier-{number}" for number in range(NODES)]


@contextmanager
def running(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A service from the JSON line that says it is open until the end of the block."""
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True)
    try:
        yield process, json.loads(_first_line(process.stdout))
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _first_line(stream: IO[str] | None) -> str:
    line = "" if stream is None else stream.readline()
    if not line:
        raise SystemExit("a process of the benchmark ended before it was open; its message is above")
    return line


def serving_coordinator(network: Network, program: list[str]) -> Any:
    """The coordinator's doors, on the address that the nodes know."""
    listen = ["--listen", network.address, "--http", "127.0.0.1:0", "--json"]
    return running([*program, "coordinator", "serve", str(network.coordinator), *listen])


def make_network(root: Path, members: int) -> Network:
    """Enrol, publish, import and declare; nothing is left running."""
    network = Network(root, f"127.0.0.1:{free_port()}")
    authority = str(root / "authority")
    _run("authority", "init", authority, "--name", "Benchmark authority")
    with running(["sealsum", "authority", "serve", authority, "--listen", "127.0.0.1:0", "--json"]):
        token = _invite(authority, "coordinator", "operator", "--host", "127.0.0.1")
        made = _run(
            "coordinator", "init", str(network.coordinator), "--token", token, "--name", "log.example"
        )
        with serving_coordinator(network, ["sealsum"]):
            for name, roles in _roles().items():
                token = _invite(authority, name, *roles)
                place = ["--coordinator", network.address, "--log-key", made["log_key"]]
                _run("node", "enrol", str(network.node(name)), "--token", token, "--no-passphrase", *place)
            _publish(network)
            _declare(network, members)
    return network


def free_port() -> int:
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _roles() -> dict[str, list[str]]:
    experts = {"expert-1": ["expert"], "expert-2": ["expert"]}
    makers = {name: ["supplier"] for name in suppliers()} | {MAKER: ["requester"]}
    return {"provider": ["provider"], **experts, **makers}


def _invite(authority: str, name: str, role: str, *more: str) -> str:
    names = ("--name", name, "--legal-entity", _entity(name))
    token: str = _run("authority", "invite", authority, *names, "--role", role, *more)["token"]
    return token


def _publish(network: Network) -> None:
    provider, coordinator = str(network.node("provider")), str(network.coordinator)
    _run("node", "submit-factors", provider, str(LIBRARY / "factors.toml"), "--yes")
    _run("coordinator", "publish", coordinator, str(LIBRARY / "categories.toml"))
    for name in ("expert-1", "expert-2"):
        _run("node", "review", str(network.node(name)), "--all", "--opinion", "Checked.", "--yes")
    _run("coordinator", "publish", coordinator)


def _declare(network: Network, members: int) -> None:
    items = []
    for number, product in enumerate(_products(members)):
        node, code = str(network.node(suppliers()[number % NODES])), f"product-{number}"
        folder = network.root / "input" / code
        shutil.copytree(PACK / product.folder, folder)
        description = (folder / "product.toml").read_text("utf-8")
        (folder / "product.toml").write_text(_with_code(description, code), "utf-8")
        _number_certificates(folder / "activity.xlsx", code)
        _run("node", "product", "add", node, str(folder))
        _run("node", "import", node, code, str(folder / "activity.xlsx"))
        _run("node", "declare", node, code)
        items.append(_item(code, product, suppliers()[number % NODES]))
    for name in suppliers():
        totals = ("--totals", str(members))
        accept = [word for question in Question for word in ("--accept", question.value)]
        _run("node", "policy", "set", str(network.node(name)), "--customer", _entity(MAKER), *totals, *accept)
    network.pack.mkdir()
    (network.pack / "pack.toml").write_text("\n".join([_head(), *items]), "utf-8")


def _products(members: int) -> list[Product]:
    few = [product for product in PRODUCTS[1:] for _ in range(round(members * product.share))]
    return [PRODUCTS[0]] * (members - len(few)) + few


def _with_code(description: str, code: str) -> str:
    head, _, tail = description.partition("[product]\n")
    rest = tail.split("\n", 1)[1]
    return f'{head}[product]\ncode = "{code}"\n{rest}'


def _number_certificates(sheet: Path, code: str) -> None:
    """Give each copy certificates of electricity of its own: one that is cited twice is refused."""
    book = load_workbook(sheet)
    for page in book:
        if "Certificates" in page.title:
            for row in page.iter_rows(min_row=2, max_col=1):
                row[0].value = f"{row[0].value}-{code}"
    book.save(sheet)


def _head() -> str:
    text = (PACK / "pack.toml").read_text("utf-8").split("[[bill_of_materials]]")[0]
    return text.replace('"../library"', json.dumps(str(LIBRARY))).replace('"pack-assembly"', '"product-0"')


def _entity(name: str) -> str:
    return f"BENCH-0001-{name}".upper()


def _item(code: str, product: Product, supplier: str) -> str:
    fields = {
        "item": code, "supplier": code, "legal_entity": _entity(supplier), "product": code,
        "category": product.category,
        "quantity": product.quantity, "unit": "kg", "stage": product.stage, "part_of": "",
    }  # fmt: skip
    return "[[bill_of_materials]]\n" + "\n".join(
        f"{name} = {json.dumps(value)}" for name, value in fields.items()
    )


def _run(*words: str) -> dict[str, Any]:
    answer = run_command([*words, "--json"])
    if answer.code:
        raise SystemExit(f"sealsum {' '.join(words[:3])}: {answer.err or answer.out}")
    found: dict[str, Any] = json.loads(answer.out)
    return found

"""Every process there is, under one roof: database, authority, witness, two replicas, a node for each company.

The one fact: each can be killed and started again by its name, as a service manager does, where the others expect it;
nodes sign only on what the witness has seen, so they need all of them but the authority.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

from protos.enrolment import parse_token
from tests.support.balancer import Balancer
from tests.support.cluster import Cluster, open_cluster
from tests.support.house import COORDINATOR, House, open_house
from tests.support.replicas import NAMES, Replicas
from tests.support.stage import become

DATABASE, AUTHORITY, WITNESS = "database", "authority", "witness"
WITNESS_NAME = "witness.example"
PINS = "pins.json"


@dataclass
class Estate:
    """A house of replicas, its database, and a witness; all on loopback."""

    replicas: Replicas
    cluster: Cluster
    witness: str = ""
    """Where the witness listens."""

    @property
    def house(self) -> House:
        """The companies, and the store seen from outside."""
        return self.replicas.house

    @property
    def names(self) -> tuple[str, ...]:
        """Of every process, in the order in which a machine starts them."""
        return (DATABASE, AUTHORITY, WITNESS, *NAMES, *self.house.slugs)

    def kill(self, name: str) -> None:
        """kill -9; of the database every process."""
        if name == DATABASE:
            self.cluster.signal(SIGKILL)
        else:
            self.house.stage.kill(name)

    def revive(self, name: str, seconds: float = 60.0) -> None:
        """Start it again until it opens, within a time."""
        self.house.wait(lambda: self._start(name), seconds)

    def _start(self, name: str) -> bool:
        if name == DATABASE:
            with suppress(subprocess.CalledProcessError):
                self.cluster.start()
                return True
            return False
        if name == AUTHORITY:
            return self._serve(AUTHORITY, parse_token(self.house.chain.tokens[COORDINATOR]).address)
        if name == WITNESS:
            return self._serve(WITNESS, self.witness)
        return self.house.restart(name)

    def _serve(self, name: str, listen: str) -> bool:
        words = (name, "serve", str(self.house.out / name), "--listen", listen, "--json")
        return become(self.house.stage.open_terminal(name), *words) is not None

    # --- the witness -------------------------------------------------------------------------------

    def widen(self, house: House) -> None:
        """Have the checkpoints cosigned, then put a second replica beside the first."""
        desk, coordinator, folder = house.terminal(), house.out / COORDINATOR, house.out / WITNESS
        key = desk.run("witness", "init", str(folder), "--name", WITNESS_NAME, "--json")["key"]
        desk.run("witness", "add-log", str(folder), "--log-key", str(coordinator / PINS), "--json")
        words = ("witness", "serve", str(folder), "--listen", "127.0.0.1:0", "--json")
        self.witness = house.stage.open_terminal(WITNESS).become(*words)["address"]
        url = f"http://{self.witness}"
        desk.run("coordinator", "log", "witness", str(coordinator), "--url", url, "--key", key, "--json")
        pins = json.loads((coordinator / PINS).read_text())
        pinned = {"witnesses": [{"name": WITNESS_NAME, "key": key}], "threshold": 1}
        (coordinator / PINS).write_text(json.dumps(pins | pinned))
        self.replicas.widen(house)
        house.stage.kill(COORDINATOR)
        self.revive(COORDINATOR)

    def hear_the_witness(self) -> None:
        """From now on no node signs on what the witness has not seen."""
        for slug in self.house.slugs:
            self.house.node(slug, "witnesses", "--pins", str(self.house.out / COORDINATOR / PINS))


@contextmanager
def open_estate(folder: Path, binaries: Path) -> Iterator[Estate]:
    """All of it until the block ends."""
    place = Path(f"/tmp/sealsum-estate-{os.getpid()}")  # pytest's folders are closed to PostgreSQL's account
    estate = Estate(Replicas(Balancer()), open_cluster(binaries, place))
    environment = {"SEALSUM_DATABASE_URL": estate.cluster.url, "SEALSUM_BLOBS_URL": f"file://{folder}/blobs"}
    try:
        house = open_house(folder, environment=environment, widen=estate.widen)
        try:
            estate.hear_the_witness()
            yield estate
        finally:
            house.stage.stop()
    finally:
        estate.replicas.balancer.close()
        estate.cluster.stop()
        subprocess.run(["rm", "-rf", str(place)], check=True)

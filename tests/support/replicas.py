"""A house whose coordinator is two replicas over one PostgreSQL and one blob store, behind one address.

The one fact: on a network the second replica is a host of its own, so either can be cut off without the other.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.balancer import Balancer
from tests.support.hosts import CENTER, Network, inside
from tests.support.house import COORDINATOR, House, open_house

OTHER = "coordinator-2"
NAMES = (COORDINATOR, OTHER)
OF_A_PROCESS = ("lock", "serving.json", "blobs", "*.db*")
SWAP_SECONDS = 60.0


@dataclass
class Replicas:
    """The house, its balancer, and the replicas' processes."""

    balancer: Balancer
    network: Network | None = None
    house: House = field(init=False)

    def widen(self, house: House) -> None:
        """Put the balancer before the coordinator, and a second replica beside it."""
        self.house = house
        shutil.copytree(
            house.out / COORDINATOR, house.out / OTHER, ignore=shutil.ignore_patterns(*OF_A_PROCESS)
        )
        house.stage.wires[OTHER] = COORDINATOR
        host = house.chain.host
        if self.network is not None:
            host, house.stage.hosts[OTHER] = self.network.address(OTHER), self.network.namespace(OTHER)
        house.listens = {COORDINATOR: house.chain.coordinator, OTHER: f"{host}:0"}
        opened = house.stage.open_terminal(OTHER).become(*house.service_words(OTHER))
        house.listens[OTHER] = opened["address"]
        self.balancer.targets = house.listens
        house.chain.coordinator = self.balancer.address

    def kill(self, name: str) -> None:
        """kill -9."""
        self.house.stage.kill(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal, SIGSTOP for example."""
        process = self.house.stage.service(name).process
        assert process.pid is not None
        os.kill(process.pid, number)

    def appending(self) -> str | None:
        """The replica that appends, as it wrote down itself; None for a process that was replaced since."""
        ((holder,),) = self.house.query(COORDINATOR, "SELECT holder FROM sequencing")
        pid = int(holder.rpartition(":")[2])
        return next((name for name in NAMES if self.house.stage.service(name).process.pid == pid), None)

    def let_append(self, name: str) -> None:
        """Have this one append: where it does not, every other one is killed until it does, and started again."""
        if self.appending() == name:
            return
        others = [other for other in NAMES if other != name]
        for other in others:
            self.kill(other)
        self.wait_for(name)
        for other in others:
            self.house.revive(other)

    def wait_for(self, name: str) -> None:
        """Until this one appends."""
        self.house.wait(lambda: self.appending() == name, SWAP_SECONDS)

    def epoch(self) -> int:
        """How often the right to append has changed hands."""
        ((epoch,),) = self.house.query(COORDINATOR, "SELECT epoch FROM sequencing")
        return int(epoch)

    def wait_for_epoch(self, beyond: int) -> float:
        """Seconds until another process took over."""
        begun = time.monotonic()
        while self.epoch() <= beyond:
            assert time.monotonic() - begun < SWAP_SECONDS, f"nobody took over; see {self.house.stage.logs}"
            time.sleep(0.02)
        return time.monotonic() - begun


def open_replicas(folder: Path, environment: Mapping[str, str], network: Network | None = None) -> Replicas:
    """Two replicas and their house; stop `house.stage` and close `balancer`. `environment` names the database."""
    host = None if network is None else network.namespace(CENTER)
    address = "127.0.0.1" if network is None else network.address(CENTER)
    with inside(host):
        replicas = Replicas(Balancer(address), network)
    found = {"SEALSUM_BLOBS_URL": f"file://{folder}/blobs", **environment}
    open_house(folder, environment=found, widen=replicas.widen, network=network)
    return replicas

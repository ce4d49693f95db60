"""Hosts of a test: network namespaces of the kernel, joined by links that delay, lose, reorder and cut.

The one fact: a packet of a host goes through a device (TUN) that this process reads, so a link does what it is told on
every kernel; `tc netem` would do the same and is not built into all of them. TCP, TLS and the program are real.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

CENTER = "center"
"""The host of the coordinator, the authority and whoever sits at their desks."""
TIME_WAIT = "06"
"""What /proc/net/tcp calls a connection that ended, of which the kernel remembers the ports for a minute."""
TUN = "/dev/net/tun"
_CLONE_NEWNET = 0x40000000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_PACKET = 1 << 16
_DEVICE = "wire0"


def why_not() -> str | None:
    """What is missing for hosts of one's own, or None."""
    if os.getuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "ip is not installed: apt-get install iproute2"
    if not os.path.exists(TUN):
        return f"there is no {TUN}: the kernel has no TUN devices"
    name = f"sealsum-{os.getpid()}-probe"
    if subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode != 0:
        return "ip netns add is refused: this container may make no network namespaces"
    _ip("netns", "del", name)
    return None


def enter(namespace: str) -> None:
    """Move the calling thread, and whatever it starts from now on, to a host."""
    descriptor = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        _enter(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def inside(namespace: str | None) -> Iterator[None]:
    """The calling thread is on a host until the block ends; the threads it starts there stay. None: where it is."""
    if namespace is None:
        yield
        return
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        enter(namespace)
        yield
    finally:
        _enter(here)
        os.close(here)


def _enter(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "cannot enter a network namespace")


@dataclass
class Link:
    """How a host's packets fare, those it sends and those it is sent. Times in seconds, one way; shares from 0 to 1."""

    delay: float = 0.0
    jitter: float = 0.0
    """Up to so much more, each packet for itself: later ones overtake earlier ones."""
    loss: float = 0.0
    hears: bool = True
    speaks: bool = True


@dataclass
class Network:
    """Hosts 10.77.0.1, 10.77.0.2 ... by name, each with its link; `close` it."""

    names: Sequence[str]
    links: dict[str, Link] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(1)
        self._devices = {
            place: _add_host(self.namespace(name), place) for place, name in enumerate(self.names, start=1)
        }
        self.links = {name: Link() for name in self.names}
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._turns = count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="network", daemon=True)
        self._thread.start()

    def namespace(self, name: str) -> str:
        """What the kernel calls this host."""
        return f"sealsum-{os.getpid()}-{name}"

    def address(self, name: str) -> str:
        """Its IPv4 address."""
        return f"10.77.0.{self.names.index(name) + 1}"

    @contextmanager
    def shaped(self, *names: str, **link: float | bool) -> Iterator[None]:
        """Until the block ends these hosts' links are like that; afterwards they carry everything at once."""
        for name in names:
            self.links[name] = Link(**link)  # type: ignore[arg-type]
        try:
            yield
        finally:
            for name in names:
                self.links[name] = Link()

    def command(self, name: str, *words: str) -> list[str]:
        """The words that run a command on a host."""
        return ["ip", "netns", "exec", self.namespace(name), *words]

    def connections(self, name: str, port: int) -> int:
        """How many TCP connections with a port a host's kernel knows, those to itself and those that ended left out."""
        command = self.command(name, "tail", "-q", "-n", "+2", "/proc/net/tcp", "/proc/net/tcp6")
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rows = [line.split() for line in table.splitlines()]
        return sum(
            state != TIME_WAIT and _to_another(local, remote, port) for _, local, remote, state, *_ in rows
        )

    def close(self) -> None:
        """Remove every host; whatever still runs there has no network any more."""
        self._stop.set()
        self._thread.join()
        for place, name in enumerate(self.names, start=1):
            os.close(self._devices[place])
            _ip("netns", "del", self.namespace(name))

    # --- carrying ----------------------------------------------------------------------------------

    def _carry(self) -> None:
        places = {descriptor: place for place, descriptor in self._devices.items()}
        while not self._stop.is_set():
            left = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else 0.2
            for descriptor in select.select(list(places), [], [], min(left, 0.2))[0]:
                with suppress(BlockingIOError):
                    self._take(places[descriptor], os.read(descriptor, _PACKET))
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, _, place, packet = heapq.heappop(self._waiting)
                with suppress(OSError):  # full queue, or a host that is going: as a wire would
                    os.write(self._devices[place], packet)

    def _take(self, source: int, packet: bytes) -> None:
        target = packet[19] if packet[0] >> 4 == 4 and packet[16:19] == bytes((10, 77, 0)) else 0
        if target not in self._devices:
            return
        ours, theirs = self.links[self.names[source - 1]], self.links[self.names[target - 1]]
        if not ours.speaks or not theirs.hears:
            return
        if self._random.random() < ours.loss or self._random.random() < theirs.loss:
            return
        wait = sum(link.delay + self._random.uniform(0.0, link.jitter) for link in (ours, theirs))
        heapq.heappush(self._waiting, (time.monotonic() + wait, next(self._turns), target, packet))


def _add_host(namespace: str, place: int) -> int:
    """A namespace with one device; the descriptor at which its packets are read and written."""
    _ip("netns", "add", namespace)
    descriptor = os.open(TUN, os.O_RDWR | os.O_NONBLOCK)
    asked = struct.pack("16sH22x", b"", _IFF_TUN | _IFF_NO_PI)
    device = fcntl.ioctl(descriptor, _TUNSETIFF, asked)[:16].rstrip(b"\0").decode()
    _ip("link", "set", device, "netns", namespace, "name", _DEVICE)
    _ip("-n", namespace, "address", "add", f"10.77.0.{place}/24", "dev", _DEVICE)
    # A kernel that speaks for a process after its death would tell the other end; a host without power does not.
    _ip("netns", "exec", namespace, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/tcp_orphan_retries")
    for name in ("lo", _DEVICE):
        _ip("-n", namespace, "link", "set", "dev", name, "up")
    return descriptor


def _to_another(local: str, remote: str, port: int) -> bool:
    (ours, near), (theirs, far) = local.split(":"), remote.split(":")
    return int(far, 16) != 0 and ours != theirs and port in (int(near, 16), int(far, 16))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)

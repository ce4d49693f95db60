"""Metrics for Prometheus: calls at a door, and whatever a process can say about itself when it is asked.

The one fact: labels are names from closed lists (a call, a status, a kind of statement), never an id, a company or a
number of anyone's, so metrics tell how the machine does and nothing about who uses it for what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Histogram,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from protocol.errors import StoreError

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Reading(NamedTuple):
    """One value at the time of asking: a name, what it is, and the value; `label` splits a name by a closed list.

    A name that ends in _total counts since the process started; any other may fall as well as rise.
    """

    name: str
    help: str
    value: float
    label: tuple[str, str] = ("", "")


class _Asked(Collector):
    """Reads a process's values when Prometheus asks for them."""

    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        for reading in self._read():
            name, value = reading.label
            make = CounterMetricFamily if reading.name.endswith("_total") else GaugeMetricFamily
            family = families.get(reading.name) or make(
                reading.name, reading.help, labels=[name] if name else []
            )
            families[reading.name] = family
            family.add_metric([value] if name else [], reading.value)
        yield from families.values()


class Meters:
    """The metrics of one process."""

    def __init__(self, process: str) -> None:
        self.registry = CollectorRegistry()
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            self.registry.register(collector)
        self._calls = Histogram(
            f"sealsum_{process}_call_seconds",
            "How long calls at the door took, by call and gRPC status; streams that listen are not counted.",
            ("call", "status"),
            buckets=SECONDS,
            registry=self.registry,
        )

    def call(self, call: str, status: str, seconds: float) -> None:
        """One call at the door has ended."""
        self._calls.labels(call, status).observe(seconds)

    def ask(self, read: Callable[[], Iterable[Reading]]) -> None:
        """Have values read whenever metrics are asked for."""
        self.registry.register(_Asked(read))

    def open(self, listen: str) -> str:
        """Answer /metrics on HOST:PORT in a thread; returns the address. StoreError when it is taken."""
        host, _, port = listen.rpartition(":")
        try:
            server, _thread = start_http_server(int(port), host.strip("[]"), registry=self.registry)
        except (OSError, ValueError) as error:
            raise StoreError(f"cannot serve metrics on {listen}: {error}; choose another address") from error
        return f"{host}:{server.server_port}"

"""Clocks: CPU time for work, wall time for waiting.

The one fact: on a shared machine CPU time is what repeats; a figure is wall time only where processes wait for
each other, and then it stands next to a baseline measured in the same run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from crypto.group import multiply, multiply_base, random_scalar

_MULTIPLICATIONS = 1000


@dataclass(slots=True)
class Spans:
    """Milliseconds of CPU by name; every span keeps its own value, so mean, median and worst can be told."""

    spans: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the CPU time of the block under `name`."""
        start = time.process_time()
        yield
        self.spans.setdefault(name, []).append(1000 * (time.process_time() - start))

    def total(self, *names: str) -> float:
        """All milliseconds under these names, or under every name."""
        return sum(sum(self.spans[name]) for name in names or self.spans)

    def sums(self) -> dict[str, float]:
        """Milliseconds by name."""
        return {name: sum(values) for name, values in self.spans.items()}

    def means(self, count: int) -> dict[str, float]:
        """Milliseconds by name, divided by `count`."""
        return {name: rounded(sum(values) / count) for name, values in self.spans.items()}


def rounded(value: float) -> float:
    """Three significant digits are more than a timing repeats."""
    return float(f"{value:.3g}")


def multiplication_us() -> float:
    """Microseconds of CPU of one multiplication in the group, the unit in which most of the protocol's time is spent.

    It tells how loaded the machine was: the same work takes twice as long beside a busy neighbour.
    """
    point, scalar = multiply_base(random_scalar(os.urandom)), random_scalar(os.urandom)
    start = time.process_time()
    for _ in range(_MULTIPLICATIONS):
        multiply(point, scalar)
    return rounded(1e6 * (time.process_time() - start) / _MULTIPLICATIONS)

"""`python -m benchmarks [SECTION ...]`: measure, print, keep in results/latest.json and docs/benchmarks.md.

The one fact: sections share nothing, so each can be measured alone; figures that are compared are of one section.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

from benchmarks import sections
from benchmarks.auditing import measure_audit
from benchmarks.browser import measure_page
from benchmarks.capacity import measure_capacity
from benchmarks.clocks import multiplication_us
from benchmarks.disputes import measure_disputes
from benchmarks.doors import measure_doors, measure_thousand
from benchmarks.example import measure_example
from benchmarks.figures import Figure, keep, machine, show
from benchmarks.flood import measure_flood
from benchmarks.images import measure_images
from benchmarks.importing import measure_import
from benchmarks.leakage import measure_disclosure
from benchmarks.load import measure_load
from benchmarks.page import write_page
from benchmarks.pages import measure_pages
from benchmarks.peers import measure_peers
from benchmarks.soak import measure_soak

SECTIONS: dict[str, Callable[[int], Sequence[Figure]]] = {
    "protocol": sections.measure_protocol,
    "scaling": sections.measure_scaling,
    "peers": measure_peers,
    "disclosure": lambda members: measure_disclosure(),
    "disputes": measure_disputes,
    "doors": measure_doors,
    "thousand": lambda members: measure_thousand(),
    "flood": measure_flood,
    "load": lambda members: measure_load(),
    "soak": lambda members: measure_soak(),
    "audit": measure_audit,
    "page": measure_page,
    "pages": lambda members: measure_pages(),
    "example": lambda members: measure_example(),
    "import": lambda members: measure_import(),
    "images": lambda members: measure_images(),
    "capacity": lambda members: measure_capacity(),
}


def main() -> None:
    """Run the named sections, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure what docs/benchmarks.md tells."
    )
    parser.add_argument("section", nargs="*", help=f"any of: {', '.join(SECTIONS)}; all of them by default")
    parser.add_argument("--members", type=int, default=100, help="members of the calculation; 100 by default")
    options = parser.parse_args()
    unknown = set(options.section) - SECTIONS.keys()
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; expected {', '.join(SECTIONS)}")
    for name in options.section or SECTIONS:
        before = multiplication_us()
        figures = SECTIONS[name](options.members)
        facts = {
            **machine(),
            "at": int(time.time()),
            "members": options.members,
            "multiplication_us": [before, multiplication_us()],
        }
        keep({name: figures}, facts)
        show(name, figures)
    write_page()


if __name__ == "__main__":
    main()

"""`python -m benchmarks.flooder NODE RATE`: hand in RATE garbage statements a second until a line comes in.

The one fact: it goes past its node's agent and ledger, with the node's own certificate, as a hostile owner would.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

from crypto.signing import encode_signing_key
from node.organisation import Node, open_node
from protocol.errors import NetworkError, Refused
from protos.client import Address, GatewayClient

AT_ONCE = 100
BYTES = 400
THREADS = 4


def main() -> None:
    """Pour, and say at the end how much in how many seconds."""
    folder, rate = sys.argv[1:]
    node = open_node(Path(folder))
    stopped = threading.Event()
    counts = [0] * THREADS
    threads = [
        threading.Thread(target=_pour, args=(_client_of(node), int(rate) / THREADS, stopped, counts, number))
        for number in range(THREADS)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    print("pouring", flush=True)
    sys.stdin.readline()
    stopped.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"poured": sum(counts), "seconds": time.monotonic() - begun}), flush=True)
    node.close()


def _client_of(node: Node) -> GatewayClient:
    identity = node.identity
    root, certificate = identity.pins.root_pem.encode(), identity.entity.certificate.encode()
    return GatewayClient(
        Address(identity.coordinator, root, certificate, encode_signing_key(identity.signing_key))
    )


def _pour(client: GatewayClient, rate: float, stopped: threading.Event, counts: list[int], own: int) -> None:
    begun = time.monotonic()
    while not stopped.is_set():
        try:
            client.submit([os.urandom(BYTES) for _ in range(AT_ONCE)])
        except Refused:
            pass  # what the door says to a flood
        except NetworkError:
            stopped.wait(0.1)
            continue
        counts[own] += AT_ONCE
        stopped.wait(max(0.0, begun + counts[own] / rate - time.monotonic()))
    client.close()


if __name__ == "__main__":
    main()

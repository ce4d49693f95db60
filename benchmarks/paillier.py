"""Paillier's sum of many members in one process; executed in an environment of its own, prints JSON.

The one fact: values are non-negative integers below 2**24, each in a ciphertext of its own, or all of a member's side
by side in one: a plaintext has 2047 bits, and sums of 2**7 members stay within 31 of them.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import numpy as np
from pailliers import add, cipher, decrypt, encrypt, public, secret

PRIME_BITS = 1024
WIDTH = 31


def main() -> None:
    """MEMBERS VALUES: times in milliseconds of CPU, bytes of a member's upload."""
    members, values = int(sys.argv[1]), int(sys.argv[2])
    rows = np.random.default_rng(1).integers(0, 2**24, (members, values)).tolist()
    held = secret(PRIME_BITS)
    key = public(held)

    begun = time.process_time()
    apart = [encrypt(key, value) for value in rows[0]]
    apart_ms = 1000 * (time.process_time() - begun)

    begun = time.process_time()
    packed: list[cipher] = [encrypt(key, _pack(row)) for row in rows]
    packed_ms = 1000 * (time.process_time() - begun) / members

    begun = time.process_time()
    total = packed[0]
    for one in packed[1:]:
        total = add(key, total, one)
    sum_ms = 1000 * (time.process_time() - begun)

    begun = time.process_time()
    opened = int(decrypt(held, total))
    decrypt_ms = 1000 * (time.process_time() - begun)
    found = [opened >> (WIDTH * place) & (2**WIDTH - 1) for place in range(values)]
    if found != [sum(column) for column in zip(*rows, strict=True)]:
        raise SystemExit("the sum of the benchmark's peer is wrong")
    size = (int(apart[0]).bit_length() + 7) // 8
    print(
        json.dumps(
            {
                "version": version("pailliers"),
                "apart_ms": apart_ms,
                "packed_ms": packed_ms,
                "sum_ms": sum_ms,
                "decrypt_ms": decrypt_ms,
                "apart_bytes": size * values,
                "packed_bytes": size,
            }
        )
    )


def _pack(row: list[int]) -> int:
    return sum(value << (WIDTH * place) for place, value in enumerate(row))


if __name__ == "__main__":
    main()

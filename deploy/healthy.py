"""Asks a door on this machine whether it works: `healthy.py PORT [PATH]`. Exit code 0 when it does, 1 when not.

With PATH: a GET must be answered with 200. Without: something must accept a connection on PORT. The one fact: it goes
to 127.0.0.1 directly, whatever proxy the environment names.
"""

import http.client
import socket
import sys

HOST, SECONDS = "127.0.0.1", 4.0


def main(words: list[str]) -> int:
    """The exit code; what is wrong goes to stderr, where the container's log of probes keeps it."""
    port, path = int(words[0]), words[1] if len(words) > 1 else None
    try:
        if path is None:
            socket.create_connection((HOST, port), SECONDS).close()
            return 0
        connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS)
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer from {HOST}:{port}: {error}", file=sys.stderr)
        return 1
    if status != http.client.OK:
        print(f"{HOST}:{port}{path}: expected 200, found {status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

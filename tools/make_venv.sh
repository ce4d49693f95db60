#!/bin/bash
# Makes the virtual environment $1 with the interpreter $2, or with the first suitable one on PATH.
set -euo pipefail
directory=$1
wanted=${2:-}

is_suitable() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

chosen=
for candidate in ${wanted:-python3 python3.13 python3.12 python3.11 python}; do
    if is_suitable "$candidate"; then
        chosen=$candidate
        break
    fi
done
if [ -z "$chosen" ]; then
    echo "sealsum needs Python 3.11, 3.12 or 3.13; found: $(${wanted:-python3} --version 2>&1 || true)" >&2
    echo "Install one, or name it: make PYTHON=/path/to/python3.12 demo" >&2
    exit 1
fi

if ! "$chosen" -c 'import ensurepip' >/dev/null 2>&1; then
    echo "$chosen has no ensurepip, so it cannot make a virtual environment." >&2
    echo "On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi
echo "making $directory with $("$chosen" --version)"
rm -rf "$directory"
"$chosen" -m venv "$directory"

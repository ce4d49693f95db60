#!/bin/bash
# Resolves pyproject.toml into hash-locked files for every supported Python and platform.
# No file names a package index: the installer's own configuration decides where packages come from.
set -euo pipefail
uv=.venv-lock/bin/uv
options=(
    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate
    --quiet --custom-compile-command "make lock"
)
processes=(--extra node --extra coordinator --extra authority --extra report)
# `pip install --no-build-isolation -e .` builds with the environment's own setuptools.
builder() { echo "setuptools>=77"; }

builder | "$uv" pip compile pyproject.toml - "${options[@]}" "${processes[@]}" "$@" -o requirements.txt
"$uv" pip compile pyproject.toml "${options[@]}" "${processes[@]}" --extra dev -c requirements.txt "$@" \
    -o requirements-dev.txt
# A container holds one role: what is locked for all of them, less what the role does not need.
for role in node coordinator authority witness; do
    "$uv" pip compile pyproject.toml "${options[@]}" --extra "$role" -c requirements.txt "$@" \
        -o "deploy/requirements/$role.txt"
done
builder | "$uv" pip compile - "${options[@]}" -c requirements.txt "$@" -o deploy/requirements/build.txt
"$uv" pip compile --group bench "${options[@]}" "$@" -o requirements-bench.txt

if grep -n -i -E 'https?://|--(extra-)?index-url|--find-links' requirements*.txt deploy/requirements/*.txt; then
    echo "a lock file names a package index" >&2
    exit 1
fi

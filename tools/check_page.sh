#!/bin/bash
# Fails unless the committed script of the certificate page is what its sources and locked tools give.
set -euo pipefail
cd "$(dirname "$0")/../verifier/page"
made=$(mktemp)
trap 'rm -f "$made"' EXIT
npm run --silent build -- --outfile="$made"
if ! cmp -s sealsum-verify.js "$made"; then
    echo "verifier/page/sealsum-verify.js is not what its sources give: run make page" >&2
    exit 1
fi
echo "the page's script is what its sources give"

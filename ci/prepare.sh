#!/bin/sh
# Fills the cache with what every shard of a matrix wants, so that one job
# fetches it and not each: `prepare.sh MATRIX`. That is the kernels and the
# guest image of most plans; other images, compilers and mutated kernels are
# made by the first cell that asks for them.
set -eu
cd "$(dirname "$0")/.."
. ci/environment.sh
matrix=${1:?name a matrix file}

"$vmharness" doctor || true
# First, so that what goes for want of room is not what was just fetched.
ci/trim.sh
"$vmharness" image build
"$vmharness" matrix "$matrix" --list --json |
    python3 -c 'import json, sys
print(*sorted({cell["kernel"] for cell in json.load(sys.stdin)}), sep="\n")' |
    while read -r kernel; do
        # One that is not to be had today is an error of its own cells, not of all.
        "$vmharness" kernel add "$kernel" || echo "prepare: without $kernel" >&2
    done

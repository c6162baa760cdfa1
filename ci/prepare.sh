#!/bin/sh
# Fills the cache with what every shard of a matrix wants, so that one job
# fetches it and not each: `prepare.sh MATRIX`. That is the kernels and the
# guest image of most plans; other images, compilers and mutated kernels are
# made by the first cell that asks for them.
#
# Status: 0 all is there, 4 all but some kernels: the shards can run, and their
# cells on those are errors; but the cache is not to be kept as a whole one.
# Anything else: it failed.
set -eu
cd "$(dirname "$0")/.."
. ci/environment.sh
matrix=${1:?name a matrix file}

"$vmharness" doctor || true
# First, so that what goes for want of room is not what was just fetched.
ci/trim.sh
"$vmharness" image build
# By way of files: of a pipe sh knows only the last status.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
"$vmharness" matrix "$matrix" --list --json >"$scratch/cells"
python3 -c 'import json, sys
print(*sorted({cell["kernel"] for cell in json.load(sys.stdin)}), sep="\n")' <"$scratch/cells" >"$scratch/kernels"
missing=0
while read -r kernel; do
    "$vmharness" kernel add "$kernel" </dev/null || {
        echo "prepare: without $kernel" >&2
        missing=$((missing + 1))
    }
done <"$scratch/kernels"
# The others are in the cache all the same.
[ "$missing" = 0 ] || exit 4

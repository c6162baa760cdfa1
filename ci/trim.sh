#!/bin/sh
# Makes what a CI keeps between its jobs small enough: `trim.sh`. Nothing is
# lost for good: whatever is missing is fetched or made again.
#
# CI_CACHE_MB  megabytes of kernels, images and the rest, unpacked (6000);
#              compressed it is about a third
# CI_STORE_MB  megabytes of the database of results (200); a larger one begins
#              anew with the run in CI_OUT
set -eu
cd "$(dirname "$0")/.."
. ci/environment.sh

cache=${VMHARNESS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vmharness}
most=${CI_CACHE_MB:-6000}
size() {
    megabytes=$(du -sm "$cache" 2>/dev/null | cut -f1)
    # There may be none yet.
    echo "${megabytes:-0}"
}

"$vmharness" cache remove --stale
# What is made soonest goes first; saved guests are of this machine's CPUs anyway.
for kind in templates builds mutations trees toolchains sources headers initramfs images kernels; do
    [ "$(size)" -gt "$most" ] || break
    [ ! -d "$cache/$kind" ] || "$vmharness" cache remove "$kind"
done
echo "trim: $(size) MB in the cache, at most $most"

data=${XDG_DATA_HOME:-$HOME/.local/share}/vmharness
store=$(du -cm "$data"/results.sqlite* 2>/dev/null | tail -1 | cut -f1)
if [ "${store:-0}" -gt "${CI_STORE_MB:-200}" ]; then
    echo "trim: the results take $store MB, so they begin anew with the latest run"
    rm -f "$data"/results.sqlite*
    [ ! -e "$out/run/run.json" ] || "$vmharness" results rebuild "$out/run"
fi

#!/bin/sh
# Writes of a run what a CI shows: `report.sh RUN`, into CI_OUT:
#
# junit.xml    for CI systems that read it
# summary.md   for the page of a job; also appended to GITHUB_STEP_SUMMARY if
#              that is set
# report.html  one page with everything
# compare.txt  what is new against the run before it, if there was one
# run.json     the record
#
# Status: that of `vmharness results compare --whole`, or 4 if no earlier run is
# remembered.
set -eu
cd "$(dirname "$0")/.."
. ci/environment.sh
run=${1:?name a run}
mkdir -p "$out"

"$vmharness" results export "$run" --format junit --out "$out/junit.xml"
"$vmharness" results export "$run" --format markdown --out "$out/summary.md"
"$vmharness" results export "$run" --format html --out "$out/report.html"
[ ! -f "$run/run.json" ] || cp "$run/run.json" "$out/run.json"

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    # More than a MiB is refused as a whole.
    if [ "$(wc -c <"$out/summary.md")" -gt 1000000 ]; then
        head -c 1000000 "$out/summary.md" | sed '$d'
        printf '\n\n**The rest is in summary.md of the artifact.**\n'
    else
        cat "$out/summary.md"
    fi >>"$GITHUB_STEP_SUMMARY"
fi

status=0
"$vmharness" results compare previous "$run" --whole >"$out/compare.txt" 2>&1 || status=$?
cat "$out/compare.txt"
# A run without a predecessor is the request's fault there.
[ "$status" != 2 ] || status=4
exit "$status"

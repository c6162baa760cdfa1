#!/bin/bash
# Runs a matrix, or one shard of it, and leaves what a CI shows and keeps:
# `shard.sh MATRIX [I/N [OPTION…]]`; options are those of `vmharness matrix`.
# See ci/README.md for the files in CI_OUT.
#
# CI_FAIL_ON   `any` (default): the status is the run's. `new`: 0 as well if
#              nothing fails that did not fail in the run before, nothing is
#              other than expected that was not, and all of it was judged
# CI_SECONDS   after so many (none by default) the run is stopped as by Ctrl-C,
#              so that a job with a limit still reports what it has
# CI_KEEP_MB   megabytes of evidence in evidence.tar.zst (500)
#
# Status: 0 all went as expected, 1 something failed, 2 the request was wrong,
# 3 our side or the host failed.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/environment.sh
matrix=${1:?name a matrix file}
shard=${2:-}
shift $(($# > 1 ? 2 : 1))
case ${CI_FAIL_ON:=any} in any | new) ;; *)
    echo "shard: CI_FAIL_ON is any or new, not $CI_FAIL_ON" >&2
    exit 2
    ;;
esac

mkdir -p "$out"
run=$out/run
# Ours, of the time before.
rm -rf "$run" "$out"/{junit.xml,summary.md,report.html,compare.txt,run.json,evidence.tar.zst{,.left-out}}

# In the background, so that a signal to this script is passed on at once.
limit=()
# Without --foreground it signals the group as well, and a second signal means: leave at once.
[ -z "${CI_SECONDS:-}" ] ||
    limit=(timeout --foreground --preserve-status --signal=INT --kill-after=300 "$CI_SECONDS")
"${limit[@]}" "$vmharness" matrix "$matrix" ${shard:+--shard "$shard"} --out "$run" "$@" &
trap 'kill -TERM $! 2>/dev/null' INT TERM HUP
status=0
wait $! || status=$?
# A trap ends the first wait.
while kill -0 $! 2>/dev/null; do
    status=0
    wait $! || status=$?
done
trap - INT TERM HUP
# Killed by a signal.
[ "$status" -le 3 ] || status=3

if [ ! -e "$run/run.json" ]; then
    # Refused.
    echo "shard: there is no run (status $status)"
    exit "$status"
fi
compared=0
ci/report.sh "$run" || compared=$?
ci/keep.sh "$run" "$out/evidence.tar.zst" || echo "shard: the evidence is not kept" >&2

if [ "$CI_FAIL_ON" = new ] && [ "$status" = 1 ]; then
    case $compared in
        0) echo "shard: what fails has failed before" && status=0 ;;
        1 | 3) status=$compared ;;
        4) echo "shard: no earlier run is remembered, so all that fails is new" ;;
        *) echo "shard: the runs cannot be compared, so all that fails is new" >&2 ;;
    esac
fi
exit "$status"

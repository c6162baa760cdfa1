#!/bin/sh
# What vmharness itself takes while one cell runs and 50 wait:
# `bench-waiting.sh [VMHARNESS] [KERNEL] [SECONDS]` (built for release,
# debian:6.1, 30). The CPU time of the controller until the first cell sleeps,
# then that of so many seconds, and its peak memory. The run is interrupted then.
set -eu
cd "$(dirname "$0")/.."
. ci/bench.sh
kernel=${2:-debian:6.1}
seconds=${3:-30}
plan sleeping '["sleep", "3600"]'
echo "== controller with 50 cells waiting, $kernel; $(host)"

"$vmharness" run "$scratch/sleeping" --kernel "$kernel" --repeat 51 --jobs 1 --out "$scratch/out" --quiet \
    >"$scratch/log" 2>&1 &
controller=$!
waited=0
until cat "$scratch"/out/cells/*/console.log 2>/dev/null | grep -q 'vmharness: step process'; do
    waited=$((waited + 1))
    if [ "$waited" -gt 180 ] || ! kill -0 "$controller" 2>/dev/null; then
        echo "the first cell did not begin: $(tail -n 1 "$scratch/log")"
        exit 3
    fi
    sleep 1
done
# Columns 14 and 15 of stat are user and system time (proc(5)); the name before them may hold spaces.
cpu() { sed 's/.*) //' "/proc/$controller/stat" | awk -v tick="$(getconf CLK_TCK)" '{ printf "%.2f", ($12 + $13) / tick }'; }
before=$(cpu)
sleep "$seconds"
after=$(cpu)
peak=$(awk '/^VmHWM:/ { printf "%.0f", $2 / 1024 }' "/proc/$controller/status")
kill -INT "$controller"
wait "$controller" || true
controller=
echo "CPU seconds: $before until the first cell's command, $(echo "$after $before" | awk '{ printf "%.2f", $1 - $2 }') in the $seconds seconds after it"
echo "peak memory: $peak MB"

#!/bin/sh
# How fast `vmharness log parse` reads, beside grep with the patterns that
# fstests looks for in dmesg (common/rc: _check_dmesg), on the same files in the
# same run: `bench-log.sh [VMHARNESS]` (built for release if not named).
#
# Two logs of each size, from the consoles of the tests: boots without a report,
# and the same with a crash every 100 kB. BENCH_MEGABYTES ("20 200 2000") names
# the sizes; one that would fill the disk is left out. BENCH_SCRATCH names the
# directory for the logs. Nothing is asserted.
set -eu
cd "$(dirname "$0")/.."
vmharness=${1:-}
if [ -z "$vmharness" ]; then
    ${SWIFT:-swift} build -c release --product vmharness
    vmharness=.build/release/vmharness
fi
[ -x /usr/bin/time ] || { echo "bench-log: install the package time" >&2 && exit 3; }
fixtures=Tests/KernelLogTests/Fixtures
scratch=$(mktemp -d "${BENCH_SCRATCH:-/var/tmp}/vmharness-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

patterns='kernel BUG at|WARNING:|\bBUG:|Oops:|possible recursive locking detected|Internal error|'\
'(INFO|ERR): suspicious RCU usage|INFO: possible circular locking dependency detected|'\
'general protection fault:|BUG .* remaining|UBSAN:'

# What kernels say in consoles, without the firmware and the banner: those are a reboot where a kernel spoke before.
kernel_lines() {
    grep -a '^\[' "$fixtures/$1.console" | grep -av -e 'Linux version' -e 'reboot: Power down'
}

kernel_lines virtiofs-kvec-6.12.95-pass >"$scratch/boot"
: >"$scratch/clean"
while [ "$(wc -c <"$scratch/clean")" -lt 100000 ]; do cat "$scratch/boot" >>"$scratch/clean"; done
# Three crashes in turn, so that it is not one line that is measured.
: >"$scratch/crashes"
for crash in virtiofs-kvec-6.1.192 gfs2-glock-5.10.262 gfs2-hang-panic-5.10.262; do
    cat "$scratch/clean" >>"$scratch/crashes"
    kernel_lines "$crash" >>"$scratch/crashes"
done

# A log of so many megabytes (of 10^6 bytes) out of whole copies of a piece.
grow() {
    copies=$(($3 * 1000000 / $(wc -c <"$1") + 1))
    # In two steps: a piece of about 4 MB first, so that cat does the work.
    inner=$((4000000 / $(wc -c <"$1") + 1))
    : >"$scratch/piece"
    for _ in $(seq "$inner"); do cat "$1"; done >"$scratch/piece"
    for _ in $(seq $((copies / inner + 1))); do cat "$scratch/piece"; done | head -c "$(($3 * 1000000))" >"$2"
}

# CPU seconds of so many runs of a command, and its peak memory in kB. Both programs say with status 1 that they
# found something, or nothing; only more is a failure. Output goes to a file: grep stops at the first match if it is
# /dev/null.
measure() {
    # shellcheck disable=SC2016  # the inner shell's words
    /usr/bin/time -o "$scratch/time" -f '%U %S %M' sh -c '
        runs=$1
        shift
        while [ "$runs" -gt 0 ]; do
            "$@" || [ $? -eq 1 ] || exit
            runs=$((runs - 1))
        done' sh "$@" >"$scratch/output"
    awk '{ print $1 + $2, $3 }' "$scratch/time"
}

echo "MB (10^6 bytes) a CPU second (user and system), peak memory in MB"
printf '%-9s %6s | %9s %7s | %9s %7s | %s\n' log MB vmharness memory "grep -E" memory ratio
for size in ${BENCH_MEGABYTES:-20 200 2000}; do
    free=$(df -Pk "$scratch" | awk 'NR == 2 { print int($4 / 1000) }')
    if [ "$free" -lt $((size + 2000)) ]; then
        echo "$size MB: left out, $free MB free in $scratch and 2000 MB are to stay free"
        continue
    fi
    for kind in clean crashes; do
        grow "$scratch/$kind" "$scratch/log" "$size"
        # Once unmeasured, so that both read from the page cache, or neither can.
        cat "$scratch/log" >/dev/null
        # CPU time is told in hundredths of a second, so small logs are read more than once.
        runs=$((size < 400 ? 400 / size : 1))
        ours=$(measure "$runs" "$vmharness" log parse "$scratch/log")
        theirs=$(measure "$runs" env LC_ALL=C grep -E "$patterns" "$scratch/log")
        printf '%s %s %s %s %s\n' "$kind" "$size" "$runs" "$ours" "$theirs" | awk '{
            read = $2 * $3
            printf "%-9s %6d | %9.0f %7.1f | %9.0f %7.1f | %.2f\n",
                $1, $2, read / $4, $5 / 1000, read / $6, $7 / 1000, $6 / $4 }'
        rm -f "$scratch/log"
    done
done
echo "ratio: speed of vmharness to that of grep"

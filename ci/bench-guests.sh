#!/bin/sh
# How many guests a minute, and how much memory each: `bench-guests.sh
# [VMHARNESS] [KERNEL] [GUESTS]` (built for release, debian:6.1, 6 a line).
#
# Guests a minute are whole cells with one command that does nothing, at 1, 2
# and 4 jobs. The memory of a guest is what one more costs: proportional set
# sizes (PSS) of all its processes, from smaps_rollup, with three guests less
# those with one, by two, while each of them sleeps after its first command.
# Both for guests that boot and for guests from a template.
set -eu
cd "$(dirname "$0")/.."
. ci/bench.sh
kernel=${2:-debian:6.1}
guests=${3:-6}
plan nothing '["true"]'
plan sleeping '["sleep", "3600"]'

starts=cold
if templates nothing "$kernel"; then starts="cold template"; fi

echo "== guests a minute, $kernel; $(host)"
printf '%-9s %6s %7s %8s %8s\n' start jobs guests seconds a-minute
for start in $starts; do
    for jobs in 1 2 4; do
        # Those from a template take a fraction of the time.
        count=$([ "$start" = cold ] && echo "$guests" || echo $((guests * 4)))
        rm -rf "$scratch/out"
        began=$(now)
        "$vmharness" run "$scratch/nothing" --kernel "$kernel" --start "$start" --repeat "$count" --jobs "$jobs" \
            --out "$scratch/out" --quiet >"$scratch/log" 2>&1 || echo "a guest failed: $(tail -n 1 "$scratch/log")"
        since "$began" | awk -v start="$start" -v jobs="$jobs" -v count="$count" \
            '{ printf "%-9s %6d %7d %8.1f %8.1f\n", start, jobs, count, $1, count / $1 * 60 }'
    done
done
case $starts in *template*) ;; *) echo "template  not available: $why" ;; esac

# PSS of a process's descendants in kB, without itself.
descendants() {
    # shellcheck disable=SC2013  # words
    for child in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        awk '/^Pss:/ { print $2 }' "/proc/$child/smaps_rollup" 2>/dev/null || true
        descendants "$child"
    done
}

# pss START GUESTS: kB of so many guests that sleep, all their processes.
pss() {
    rm -rf "$scratch/out"
    "$vmharness" run "$scratch/sleeping" --kernel "$kernel" --start "$1" --repeat "$2" --jobs "$2" \
        --out "$scratch/out" --quiet >"$scratch/log" 2>&1 &
    controller=$!
    waited=0
    until [ "$(cat "$scratch"/out/cells/*/console.log 2>/dev/null | grep -c 'vmharness: step process')" -ge "$2" ]; do
        waited=$((waited + 1))
        if [ "$waited" -gt 180 ] || ! kill -0 "$controller" 2>/dev/null; then break; fi
        sleep 1
    done
    sleep 5
    descendants "$controller" | awk '{ sum += $1 } END { print sum + 0 }'
    kill -INT "$controller" 2>/dev/null || true
    wait "$controller" || true
    controller=
}

echo "== memory a guest of 1 GiB, $kernel: PSS in MB; $(host)"
printf '%-9s %7s %7s %9s\n' start one three one-more
for start in $starts; do
    one=$(pss "$start" 1)
    three=$(pss "$start" 3)
    echo "$one $three" | awk -v start="$start" \
        '{ printf "%-9s %7.0f %7.0f %9.0f\n", start, $1 / 1024, $2 / 1024, ($2 - $1) / 2 / 1024 }'
done
case $starts in *template*) ;; *) echo "template  not available: $why" ;; esac

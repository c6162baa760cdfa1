#!/bin/sh
# How long questions to a store of a million cases take: `bench-store.sh
# [VMHARNESS] [RUNS]` (built for release if not named; 1000 runs of 1000 cases
# each). Nothing is asserted; the goal is a second for each.
set -eu
cd "$(dirname "$0")/.."
vmharness=${1:-}
runs=${2:-1000}
if [ -z "$vmharness" ]; then
    ${SWIFT:-swift} build -c release --product vmharness
    vmharness=.build/release/vmharness
fi
scratch=$(mktemp -d "${BENCH_SCRATCH:-/var/tmp}/vmharness-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
export XDG_DATA_HOME="$scratch/data" XDG_STATE_HOME="$scratch/state"

# Runs as fstests makes them: two kernels in turn, a cell of 1000 cases, one in fifty fails and one in ten is skipped.
mkdir "$scratch/runs"
awk -v runs="$runs" -v scratch="$scratch/runs" 'BEGIN {
    for (run = 0; run < runs; run++) {
        started = sprintf("2026-%02d-%02dT%02d:%02d:00Z", run / 672 % 12 + 1, run / 24 % 28 + 1, run % 24, run % 60)
        id = sprintf("2026%02d%02d-%02d%02d00-%04x", run / 672 % 12 + 1, run / 24 % 28 + 1, run % 24, run % 60, run)
        kernel = run % 2 ? "6.1" : "6.12"
        system("mkdir " scratch "/" id)
        file = scratch "/" id "/run.json"
        printf "{\"format\":1,\"id\":\"%s\",\"vmharness\":\"0\",\"command\":[],\"started\":\"%s\",\"ended\":\"%s\"," \
            "\"verdict\":\"fail\",\"cells\":[{\"id\":\"c\",\"plan\":\"fstests\",\"kernel\":\"debian:%s\"," \
            "\"parameters\":{},\"verdict\":\"fail\",\"started\":\"%s\",\"seconds\":9000,\"guests\":[]," \
            "\"isComplete\":true,\"directory\":\"cells/c\",\"cases\":[", id, started, started, kernel, started >file
        for (number = 1; number <= 1000; number++) {
            verdict = (number + run) % 50 == 0 ? "fail" : number % 10 == 0 ? "skip" : "pass"
            printf "%s{\"name\":\"generic/%03d\",\"step\":1,\"verdict\":\"%s\",\"seconds\":%d,\"findings\":[%s],\"files\":[]}",
                (number == 1 ? "" : ","), number, verdict, number % 60 + run % 7,
                (verdict == "fail" ? "{\"source\":\"console\",\"severity\":\"failure\",\"kind\":\"warning\"," \
                    "\"title\":\"WARNING in function_" number "\",\"stack\":[],\"detail\":[]}" : "") >file
        }
        printf "]}]}\n" >file
        close(file)
    }
}'

seconds() {
    /usr/bin/time -o "$scratch/time" -f '%e s, %M kB' "$@" >"$scratch/output" || [ $? -eq 1 ]
    tail -1 "$scratch/time"
}

echo "rebuild of $runs runs: $(seconds "$vmharness" results rebuild "$scratch/runs")"
echo "size: $(du -m "$XDG_DATA_HOME/vmharness/results.sqlite" | cut -f1) MB"
for question in "list" "list --limit 1000" "history fstests" "history fstests/generic/208" \
    "history fstests/generic/208 --limit 1000" "history fstests --findings" "show last" "compare" "flaky"; do
    # shellcheck disable=SC2086  # words
    echo "results $question: $(seconds "$vmharness" results $question)"
done

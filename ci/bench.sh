# shellcheck shell=sh
# Read by the benchmarks beside it: the program, a scratch directory of its own
# for plans, runs and results, and how numbers are told. BENCH_SCRATCH names
# where the scratch directory is made (/var/tmp). Nothing is asserted.

# The program, built for release if none is named.
vmharness=${1:-}
if [ -z "$vmharness" ]; then
    ${SWIFT:-swift} build -c release --product vmharness
    vmharness=.build/release/vmharness
fi
case $vmharness in
    */release/*) build="built for release" ;;
    */debug/*) build="built for debugging, so slower than it could be" ;;
    *) build="of a build that its path does not tell" ;;
esac

scratch=$(mktemp -d "${BENCH_SCRATCH:-/var/tmp}/vmharness-bench.XXXXXX")
# A vmharness in the background, if there is one.
controller=
ended() {
    if [ -n "$controller" ]; then
        kill -INT "$controller" 2>/dev/null && wait "$controller"
    fi
    rm -rf "$scratch"
}
trap ended EXIT
trap 'exit 1' HUP INT TERM
# The user's own results are not for measurements.
export XDG_DATA_HOME="$scratch/data" XDG_STATE_HOME="$scratch/state"

# plan NAME COMMAND: a plan with one command.
plan() {
    mkdir "$scratch/$1"
    cat >"$scratch/$1/plan.yaml" <<PLAN
name: $1
summary: A measurement
steps:
  - run: {command: $2, timeout: 1h}
PLAN
}

now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.2f", $1 - $2 }'; }

# Median and spread of a file of numbers: `7.20 (6.90 to 9.10, 5 times)`.
spread() {
    sort -n "$1" | awk '{ all[NR] = $1 } END {
        if (NR == 0) { print "none"; exit }
        median = NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2
        printf "%.2f (%.2f to %.2f, %d times)\n", median, all[1], all[NR], NR }'
}
median() { spread "$1" | cut -d' ' -f1; }

# The host that all is measured on, in one line.
host() {
    echo "$(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg), $(uname -r); vmharness $build"
}

# True if the guest of a run came from a template: only such a QEMU is given a state.
is_templated() { cat "$1"/cells/*/qemu-command.txt 2>/dev/null | grep -q -e '-incoming'; }

# Whether guests can start from a template, or `why` not; makes the template. `templates PLAN KERNEL`.
templates() {
    if ! "$vmharness" run "$scratch/$1" --kernel "$2" --start template --out "$scratch/template" --quiet \
        >"$scratch/template.log" 2>&1; then
        why=$(grep -m 1 -e '^error' "$scratch/template.log" || tail -n 1 "$scratch/template.log")
        return 1
    fi
    # shellcheck disable=SC2034  # theirs to tell
    why="guests boot in spite of --start template"
    is_templated "$scratch/template"
}

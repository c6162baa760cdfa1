# shellcheck shell=sh
# Read by the scripts beside it: which vmharness they call, and where it keeps
# what it wants again.
#
# VMHARNESS  the program (.build/debug/vmharness)
# CI_STATE   a directory for cache, results and runs, which a CI keeps between
#            its jobs; without it the user's own are used
# CI_OUT     a directory for what a job leaves (ci-out)

vmharness=${VMHARNESS:-.build/debug/vmharness}
# shellcheck disable=SC2034  # theirs to use
out=${CI_OUT:-ci-out}
if [ -n "${CI_STATE:-}" ]; then
    mkdir -p "$CI_STATE"
    state=$(cd "$CI_STATE" && pwd)
    export VMHARNESS_CACHE="$state/cache" XDG_DATA_HOME="$state/data" XDG_STATE_HOME="$state/state"
fi

# For a machine where nothing is installed: a message, not a shell's.
[ -x "$vmharness" ] || command -v "$vmharness" >/dev/null || {
    echo "$0: there is no $vmharness: build it, or name it by VMHARNESS" >&2
    exit 2
}

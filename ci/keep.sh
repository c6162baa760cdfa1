#!/bin/bash
# Packs a run's directory for the store of artifacts: `keep.sh RUN FILE`.
#
# Small files come first, until CI_KEEP_MB (500) megabytes are reached: all
# records and nearly all logs then, and not a dump of memory. What is left out
# is listed beside the file, in FILE.left-out. One archive, since names of
# guests' files are not what every store takes.
set -euo pipefail
run=${1:?name a directory of a run}
file=${2:?name a file}
budget=$((${CI_KEEP_MB:-500} * 1000000))
list=$(mktemp)
trap 'rm -f "$list"' EXIT

: >"$file.left-out"
# Room on the disk, not length: disks are sparse.
while IFS=$'\t' read -r -d '' blocks path; do
    budget=$((budget - blocks * 512))
    if [ "$budget" -ge 0 ]; then
        printf '%s\0' "$path" >>"$list"
    else
        printf '%s kB: %q\n' "$((blocks / 2))" "$path" >>"$file.left-out"
    fi
done < <(cd "$run" && find . -type f ! -name run.lock -printf '%b\t%p\0' | sort --zero-terminated --numeric-sort)
tar --create --zstd --sparse --file "$file" --directory "$run" --no-recursion --null --files-from "$list"
if [ -s "$file.left-out" ]; then
    echo "keep: $(wc -l <"$file.left-out") files are left out, see $file.left-out" >&2
else
    rm "$file.left-out"
fi

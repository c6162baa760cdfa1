#!/bin/sh
# Feeds mutated logs to KernelLog under libFuzzer and AddressSanitizer for
# FUZZ_SECONDS (60). The seeds are the consoles of the tests and, where
# VMHARNESS_CORPUS names a directory, the logs of its kernel-reports.jsonl.
# What was learnt stays in .build/fuzz/corpus for the next run.
#
# Status 0 if nothing was found. Otherwise .build/fuzz/crash-* (or timeout-*,
# oom-*) has the input; `.build/fuzz/kernel-log FILE` runs it again.
set -eu
cd "$(dirname "$0")/.."

out=.build/fuzz
mkdir -p "$out/seeds" "$out/corpus"

# Apart from the package: SwiftPM has no libFuzzer targets on Linux. One
# module, because the fuzzer's entry needs no public interface then. lld,
# because gold warns about AddressSanitizer's own symbols.
root=$PWD
# In its own directory: the compiler leaves the module's files where it is called.
(cd "$out" && swiftc -parse-as-library -swift-version 6 -O -g -wmo -module-name KernelLogFuzz \
    -enable-upcoming-feature ExistentialAny \
    -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility \
    -sanitize=fuzzer,address -use-ld=lld \
    "$root"/Sources/KernelLog/*.swift "$root/Fuzz/KernelLogFuzz.swift" -o kernel-log)

cp Tests/KernelLogTests/Fixtures/*.console "$out/seeds"
if [ -n "${VMHARNESS_CORPUS:-}" ]; then
    python3 - "$VMHARNESS_CORPUS/kernel-reports.jsonl" "$out/seeds" <<'PYTHON'
import json, pathlib, sys
with open(sys.argv[1], encoding="utf-8") as lines:
    for number, line in enumerate(lines):
        log = json.loads(line)["log"]
        pathlib.Path(sys.argv[2], f"corpus-{number}").write_text(log, encoding="utf-8", newline="")
PYTHON
fi

# The texts of the rules, so that mutations hit upon headlines.
grep -ohE '"[^"\\]{3,100}"' Sources/KernelLog/*.swift | LC_ALL=C grep -v '[^ -~]' | sort -u > "$out/words"

# Seeded hashing would make findings unrepeatable.
SWIFT_DETERMINISTIC_HASHING=1 "$out/kernel-log" \
    -max_total_time="${FUZZ_SECONDS:-60}" -max_len=65536 -timeout=10 -rss_limit_mb=2048 \
    -dict="$out/words" -artifact_prefix="$out/" -print_final_stats=1 -verbosity=1 \
    "$out/corpus" "$out/seeds"

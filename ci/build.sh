#!/bin/sh
# Builds vmharness for release and packs what other jobs of the same image need
# of it: `build.sh [FILE]` (ci-out/vmharness.tar). Unpacked in a checkout, the
# program is .build/release/vmharness.
set -eu
cd "$(dirname "$0")/.."
file=${1:-ci-out/vmharness.tar}
mkdir -p "$(dirname "$file")"
${SWIFT:-swift} build -c release --product vmharness
# Swift's runtime is that of the image, so it is the same there. A tar, since
# stores of artifacts lose the permission to execute.
tar --create --file "$file" --dereference \
    .build/release/vmharness .build/release/vmharness-keeper .build/release/vmharness-qemu

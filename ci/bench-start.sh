#!/bin/sh
# How long until the first command in a guest: `bench-start.sh [VMHARNESS]
# [KERNEL] [ROUNDS]` (built for release, debian:6.1, 5). In each round, one
# after the other, with the same kernel and accelerator:
#
# raw        QEMU alone to an init that does nothing, with the kernel's bzImage
# raw image  the same with the image that vmharness boots
# cold       vmharness to the end of the first command by SSH
# libvirt    the same by libvirt's driver
# template   the same from a saved guest
# vng        virtme-ng to its first command, where that is installed
#
# Prints each round, then medians, spreads and ratios. What counts on a busy
# machine is the ratios: the goal is 1.3 for cold to raw, and half a second for
# a template.
set -eu
cd "$(dirname "$0")/.."
. ci/bench.sh
kernel=${2:-debian:6.1}
rounds=${3:-5}
echo "== seconds from start to first command, $kernel; $(host)"

plan nothing '["true"]'

# An init that does nothing.
mkdir -p "$scratch/root/bin" "$scratch/root/dev"
cp "$(command -v busybox)" "$scratch/root/bin/busybox"
cat >"$scratch/root/init" <<'EOF'
#!/bin/busybox sh
/bin/busybox echo INIT-REACHED
/bin/busybox poweroff -f
EOF
chmod +x "$scratch/root/init"
(cd "$scratch/root" && find . | cpio -o -H newc --quiet) >"$scratch/initrd"

# The very files and the accelerator that vmharness uses, from its own record.
"$vmharness" run "$scratch/nothing" --kernel "$kernel" --start cold --out "$scratch/first" --quiet >/dev/null
command=$(cat "$scratch"/first/cells/*/qemu-command.txt)
option() { printf '%s' "$command" | sed -n "s/.* -$1 \([^ ]*\) .*/\1/p"; }
image=$(option kernel)
accel=$(option accel)
cpu=$(option cpu)
vmlinuz=$(dirname "$image")/vmlinuz

# Seconds until a command's output has a line with a word; nothing if it never has.
until_line() {
    word=$1
    shift
    start=$(now)
    rm -f "$scratch/seconds"
    "$@" 2>/dev/null </dev/null | while read -r line; do
        case $line in *"$word"*) since "$start" >"$scratch/seconds" ;; esac
    done
    [ ! -e "$scratch/seconds" ] || cat "$scratch/seconds"
}

raw() {
    until_line INIT-REACHED timeout 120 qemu-system-x86_64 -M q35 -accel "$accel" -cpu "$cpu" -smp 2 -m 1G \
        -nodefaults -no-user-config -display none -no-reboot -kernel "$1" -initrd "$scratch/initrd" \
        -append "console=ttyS0 panic=-1" -serial stdio
}

# ours OPTION…: seconds to the first command.
ours() {
    rm -rf "$scratch/out"
    "$vmharness" run "$scratch/nothing" --kernel "$kernel" "$@" --out "$scratch/out" --quiet --json 2>/dev/null |
        sed -n 's/.*"bootSeconds" : \([0-9.]*\).*/\1/p' | awk 'NR == 1 { printf "%.2f\n", $1 }'
}

from_template() {
    seconds=$(ours --start template)
    # One that was booted after all is no measurement of this.
    is_templated "$scratch/out" && echo "$seconds"
}

virtme() {
    kvm=
    case $accel in kvm*) ;; *) kvm=--disable-kvm ;; esac
    # shellcheck disable=SC2086  # a word or none
    until_line VNG-REACHED timeout 120 vng --run "$vmlinuz" $kvm --cpus 2 --memory 1G -- echo VNG-REACHED
}

measured="raw image cold libvirt"
# What libvirt finds out about QEMU is kept: it does so once.
[ -n "$(ours --start cold --backend libvirt)" ] || measured="raw image cold"
without=
if templates nothing "$kernel"; then
    measured="$measured template"
else
    without="template  not available: $why"
fi
if command -v vng >/dev/null; then
    measured="$measured vng"
else
    without="$without
vng       not available: virtme-ng is not installed"
fi

round=1
while [ "$round" -le "$rounds" ]; do
    told="round $round:"
    for what in $measured; do
        seconds=$(
            case $what in
                raw) raw "$vmlinuz" ;;
                image) raw "$image" ;;
                cold) ours --start cold ;;
                libvirt) ours --start cold --backend libvirt ;;
                template) from_template ;;
                vng) virtme ;;
            esac
        ) || true
        [ -z "$seconds" ] || echo "$seconds" >>"$scratch/$what.seconds"
        told="$told $what ${seconds:-failed}"
    done
    echo "$told"
    round=$((round + 1))
done

echo "accelerator: $accel"
for what in $measured; do
    touch "$scratch/$what.seconds"
    printf '%-9s %s\n' "$what" "$(spread "$scratch/$what.seconds")"
done
[ -z "$without" ] || printf '%s\n' "$without" | grep .
ratio() {
    echo "$1 $(median "$scratch/$2.seconds") $(median "$scratch/$3.seconds")" |
        awk '$3 > 0 { printf "ratio of %s: %.2f\n", $1, $2 / $3 }'
}
ratio cold/raw cold raw
ratio cold/image cold image
case $measured in *libvirt*) ratio libvirt/cold libvirt cold ;; esac
case $measured in *template*) ratio template/cold template cold ;; esac
case $measured in *vng*) ratio vng/cold vng cold ;; esac

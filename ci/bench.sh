#!/bin/sh
# How long until the first command in a guest, beside raw QEMU to init with the
# same kernel, in turn in one run: `bench.sh VMHARNESS KERNEL [ROUNDS]`.
# Prints each round, the medians and their ratio. Timings of a busy machine are
# noisy; the ratio is what counts (goal: 1.3 or less).
set -eu
vmharness=$1
kernel=$2
rounds=${3:-5}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A plan that does nothing.
mkdir "$scratch/nothing"
cat >"$scratch/nothing/plan.yaml" <<'EOF'
name: nothing
summary: The first command, and no more
steps:
  - run: {command: ["true"]}
EOF

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

now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.2f", $1 - $2 }'; }

# The very files and the accelerator that vmharness uses, from its own record.
"$vmharness" run "$scratch/nothing" --kernel "$kernel" --out "$scratch/first" --quiet >/dev/null
command=$scratch/first/cells/*/qemu-command.txt
image=$(sed -n 's/.* -kernel \([^ ]*\) .*/\1/p' $command)
accel=$(sed -n 's/.* -accel \([^ ]*\) .*/\1/p' $command)
cpu=$(sed -n 's/.* -cpu \([^ ]*\) .*/\1/p' $command)
vmlinuz=$(dirname "$image")/vmlinuz

raw() {
    start=$(now)
    qemu-system-x86_64 -M q35 -accel "$accel" -cpu "$cpu" -smp 2 -m 1G -nodefaults -no-user-config -display none \
        -no-reboot -kernel "$1" -initrd "$scratch/initrd" -append "console=ttyS0 panic=-1" -serial stdio 2>/dev/null </dev/null |
        while read -r line; do
            case $line in *INIT-REACHED*) since "$start" >"$scratch/seconds" ;; esac
        done
    cat "$scratch/seconds"
}

# By which backend.
first_command() {
    rm -rf "$scratch/out"
    "$vmharness" run "$scratch/nothing" --kernel "$kernel" --backend "$1" --out "$scratch/out" --quiet --json 2>/dev/null |
        sed -n 's/.*"bootSeconds" : \([0-9.]*\).*/\1/p' | awk 'NR == 1 { printf "%.2f", $1 }'
}

median() { sort -n | awk '{ all[NR] = $1 } END { print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'; }

echo "seconds with $kernel, $accel: raw QEMU to init (bzImage, and the image vmharness boots), vmharness to the first command (QEMU as its child, and by libvirt's driver within it)"
: >"$scratch/raw" && : >"$scratch/same" && : >"$scratch/ours" && : >"$scratch/libvirt"
# What libvirt finds out about QEMU is kept: it does so once.
first_command libvirt >/dev/null
round=1
while [ "$round" -le "$rounds" ]; do
    a=$(raw "$vmlinuz")
    b=$(raw "$image")
    c=$(first_command qemu)
    d=$(first_command libvirt)
    echo "$a" >>"$scratch/raw"
    echo "$b" >>"$scratch/same"
    echo "$c" >>"$scratch/ours"
    echo "$d" >>"$scratch/libvirt"
    echo "round $round: raw $a, raw $(basename "$image") $b, vmharness $c, by libvirt ${d:-failed}"
    round=$((round + 1))
done
a=$(median <"$scratch/raw")
b=$(median <"$scratch/same")
c=$(median <"$scratch/ours")
d=$(median <"$scratch/libvirt")
echo "median: raw $a, raw $(basename "$image") $b, vmharness $c, by libvirt $d"
echo "$d $c" | awk '{ printf "ratio of libvirt to QEMU as our child: %.2f\n", $1 / $2 }'
echo "$a $b $c" | awk '{ printf "ratio of vmharness to raw QEMU: %.2f (bzImage), %.2f (same image); goal 1.3\n", $3 / $1, $3 / $2 }'

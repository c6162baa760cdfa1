#!/bin/sh
# Installs what a bare Debian 12 machine lacks to run and test vmharness:
# packages by name, through the machine's own apt configuration. Does nothing,
# and says so, where nothing is missing.
set -eu

# Package and what it is for.
packages="
qemu-system-x86      guests
qemu-system-common   virtiofsd, QEMU's own
qemu-utils           copy-on-write layers
seabios              the firmware of guests
mmdebstrap           guest images and build roots
busybox-static       make bench: an init that does nothing
cpio                 make bench and tests: reading and writing archives
bubblewrap           the sandbox in which plans' own code is compiled
binutils             symbolization (addr2line)
gcc                  tests: a small kernel to symbolize
time                 make bench: CPU time and peak memory
libsqlite3-dev       the store of results
kmod                 module dependencies
e2fsprogs            filesystem images
openssh-client       the way into a guest
xz-utils             compressed modules
zstd                 compressed modules
util-linux           setpriv: children that die with us
debian-archive-keyring  the archives' signatures
libvirt-dev          the libvirt backend
libvirt-daemon       libvirtd, for tests with a daemon
libvirt-daemon-driver-qemu  libvirt's driver for QEMU, which runs in vmharness' process, too
libvirt-clients      tests: virt-xml-validate
python3-jsonschema   tests: run.json against its schema
libxml2-utils        tests: JUnit XML and domains against their schemas
"

missing=
for package in $(printf '%s' "$packages" | awk 'NF { print $1 }'); do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done

# libvirt's driver as root wants a user that only the package of its system
# service makes, and that package wants systemd.
libvirt_user() {
    [ "$(id -u)" = 0 ] || return 0
    getent passwd libvirt-qemu >/dev/null && return 0
    echo "setup: making the user libvirt-qemu"
    groupadd --system -f kvm
    groupadd --system -f libvirt-qemu
    useradd --system --gid kvm --groups libvirt-qemu --home-dir /var/lib/libvirt --no-create-home \
        --shell /usr/sbin/nologin libvirt-qemu
}

if [ -z "$missing" ]; then
    echo "setup: nothing to install"
    libvirt_user
    exit 0
fi
if [ "$(id -u)" != 0 ]; then
    echo "setup: missing:$missing" >&2
    echo "setup: run as root: apt-get install$missing" >&2
    exit 2
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086  # a list of words, on purpose
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing
libvirt_user

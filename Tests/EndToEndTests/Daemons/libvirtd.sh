#!/bin/sh
# A libvirtd of a test's own, to be run as root in a mount namespace of its own:
# `unshare -m libvirtd.sh DIR`. All that it keeps lies in DIR, its socket is
# DIR/sock/libvirt-sock, and nothing of the host's libvirt is seen or touched.
set -eu
mkdir -p "$1/sock" "$1/etc" "$1/lib" "$1/log" "$1/cache" "$1/run"
cat >"$1/etc/libvirtd.conf" <<CONF
unix_sock_dir = "$1/sock"
unix_sock_rw_perms = "0777"
auth_unix_rw = "none"
auth_unix_ro = "none"
CONF
cat >"$1/etc/qemu.conf" <<'CONF'
stdio_handler = "file"
cgroup_controllers = []
user = "root"
group = "root"
CONF
mount --make-rprivate /
mkdir -p /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /run/libvirt
mount --bind "$1/etc" /etc/libvirt
mount --bind "$1/lib" /var/lib/libvirt
mount --bind "$1/log" /var/log/libvirt
mount --bind "$1/cache" /var/cache/libvirt
mount --bind "$1/run" /run/libvirt
exec libvirtd -f "$1/etc/libvirtd.conf" -p "$1/libvirtd.pid"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The life of the Debian packages on a machine of their own, made by debootstrap and started by systemd-nspawn: installed, a firm
# founded and served by the hardened unit, configured, upgraded, removed, purged, installed again; and every time the papers are there.
#
#   machine.sh BUILD-FOLDER [--keep]
#
# Needs root, debootstrap and systemd-container (tools/install-dependencies package), and a kernel with cgroup2.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(readlink -f "$1")
keep=${2:-}
work=$(mktemp -d /var/tmp/muniment-package.XXXXXX)
machine=$work/machine
container=
fail() { echo "FAILED: $*" >&2; exit 1; }
step() { printf '\n== %s\n' "$*"; }
# shellcheck source=tools/debian.sh
. "$root/tools/debian.sh"

turn_off() {
    [ -n "$container" ] || return 0
    inside 'systemctl poweroff' 2>/dev/null || true
    local tries
    for ((tries = 0; tries < 100; ++tries)); do
        kill -0 "$container" 2>/dev/null || break
        sleep 0.2
    done
    kill -KILL "$container" 2>/dev/null || true
    wait "$container" 2>/dev/null || true
    container=
}
clean_up() {
    turn_off
    if [ -n "$keep" ]; then echo "Kept: $work"; else rm -rf --one-file-system "$work"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# inside COMMAND: on the machine that runs, as root.
inside() {
    nsenter -t "$(pgrep -P "$container")" -m -u -i -n -p -C -r -w env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive bash -euo pipefail -c ". /root/steps.sh; $1" </dev/null
}

# cgroup2 is mounted for the container alone, whatever this machine uses.
turn_on() {
    unshare -m --propagation private sh -c "umount -R /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec systemd-nspawn --register=no --keep-unit --private-network -D '$machine' -b \
        --capability=CAP_IPC_LOCK,CAP_SYS_RESOURCE --system-call-filter=@memlock" >"$work/boot.log" 2>&1 </dev/null &
    container=$!
    local tries state=
    for ((tries = 0; tries < 200; ++tries)); do
        kill -0 "$container" 2>/dev/null || { cat "$work/boot.log" >&2; fail 'the machine does not start'; }
        state=$(inside 'systemctl is-system-running' 2>/dev/null) || true
        case "$state" in running | degraded) return 0 ;; esac
        sleep 0.2
    done
    fail "the machine did not come up: $state"
}

# The same package with another release, and another configuration in it.
next_release() {
    local release=$1 folder="$work/release-$1"
    dpkg-deb -R "$work/muniment_0.1.0-1_amd64.deb" "$folder"
    sed -i "s/^Version: .*/Version: 0.1.0-$release/" "$folder/DEBIAN/control"
    echo "# Of release $release." >>"$folder/etc/muniment/muniment.toml"
    sed -i '/etc\/muniment/d' "$folder/DEBIAN/md5sums"
    dpkg-deb -b --root-owner-group "$folder" "$machine/root/muniment_0.1.0-${release}_amd64.deb" >/dev/null
}

step 'Packages'
(cd "$build" && cpack -G DEB -B "$work" >"$work/cpack.log" 2>&1) || { cat "$work/cpack.log" >&2; fail 'cpack'; }
ls -l "$work"/*.deb
dpkg-deb -f "$work/muniment_0.1.0-1_amd64.deb" Depends | grep -q 'libsqlite3-0 (>= .*libtomlplusplus3 (>= ' || fail 'no exact dependencies'

step "Debian 12 into $machine"
make_debian "$machine" ca-certificates,systemd,systemd-sysv,dbus,oathtool,openssl,curl
carry_over "$machine"
cp "$work"/*.deb "$root/tests/package/steps.sh" "$root/tools/strongroom.sh" "$machine/root/"
fetch='update-ca-certificates >/dev/null 2>&1; apt-get update -qq && apt-get install -y -qq --download-only /root/*.deb'
in_debian "$machine" "$fetch" >"$work/apt.log" 2>&1 ||
    { tail "$work/apt.log" >&2; fail 'the dependencies cannot be fetched'; }
next_release 2
next_release 3
next_release 4
turn_on

for name in installed founded_and_served configured credentials low_port upgraded not_upgraded_into_a_broken_file \
    not_upgraded_into_a_locked_door removed_and_purged installed_again; do
    step "$name"
    inside "$name" || fail "$name"
done
echo 'The packages hold.'

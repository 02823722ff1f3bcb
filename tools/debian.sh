# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For scripts that make a Debian 12 in a folder. To be sourced.

# The mirror that this machine uses; where there is none, debootstrap has its own.
debian_mirror() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null |
        sed -nE 's/^URIs: *(http[^ ]*debian)\/? *$/\1/p; s/^deb +(\[[^]]*\] +)?(http[^ ]*debian)\/? .*/\2/p' | head -n 1
}

# make_debian FOLDER PACKAGES: a minimal one, with the packages (separated by commas).
make_debian() {
    command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
    local log="$1.log" code=0
    debootstrap --variant=minbase --include="$2" bookworm "$1" "$(debian_mirror)" >"$log" 2>&1 || { code=$?; tail -n 20 "$log" >&2; }
    rm -f "$log"
    return "$code"
}

# The host's apt sources of Debian, its certificate authorities and its npm configuration go into the folder.
carry_over() {
    local folder=$1 file
    # Debian's own sources only: other vendors' packages would stand in the way of Debian's.
    for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
        if [ -s "$file" ]; then
            rm -f "$folder/etc/apt/sources.list"
            cp "$file" "$folder/$file"
            break
        fi
    done
    if [ -d /usr/local/share/ca-certificates ]; then
        mkdir -p "$folder/usr/local/share/ca-certificates"
        cp -rL /usr/local/share/ca-certificates/. "$folder/usr/local/share/ca-certificates/"
    fi
    for file in /etc/apt/apt.conf.d/*proxy* /root/.npmrc /etc/npmrc /etc/resolv.conf /etc/hosts; do
        if [ -e "$file" ]; then cp -L "$file" "$folder/$file"; fi
    done
}

# in_debian FOLDER COMMAND: by chroot, with the network of this machine.
in_debian() {
    chroot "$1" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive \
        ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} ${no_proxy:+"no_proxy=$no_proxy"} \
        bash -c "$2" </dev/null
}

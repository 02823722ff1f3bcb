# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
# What machine.sh does on its machine, one function after the other.
muniment=/usr/bin/muniment
muniment_cli=/usr/bin/muniment-cli
work=/root/work
# shellcheck source=tools/strongroom.sh
. /root/strongroom.sh
state=/var/lib/muniment
file=/etc/muniment/muniment.toml
dropins=/etc/systemd/system/muniment.service.d

# No `grep -q` behind a pipe: it stops reading, and what writes would fail.
wrong() { echo "WRONG: $*" >&2; journalctl -u muniment --no-pager -n 30 >&2 || true; exit 1; }
# set_key LINE: over the commented one of that name, as somebody with an editor does it.
set_key() {
    grep -q "^#\\?${1%% *} = " "$file" || wrong "no key is called ${1%% *}"
    sed -i "s|^#\\?${1%% *} = .*|$1|" "$file"
}
unset_key() { sed -i "s|^$1 = |#&|" "$file"; }
pid_of_server() { systemctl show -p MainPID --value muniment; }
said() { journalctl -u muniment --no-pager -o cat; }
wait_until_said() {
    local tries
    for ((tries = 0; tries < 150; ++tries)); do
        if said | grep -F -- "$1" >/dev/null; then return 0; fi
        sleep 0.2
    done
    wrong "nobody said: $1"
}
# From what was fetched before: there is no network. What the administrator changed in a configuration stays, as unattended upgrades
# have it.
apt() { apt-get -y -qq -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" 2>&1; }
papers_are_there() {
    rm -rf /root/out
    as admin get 10432.0001 -o /root/out >/root/answer 2>&1 || wrong "the papers cannot be fetched: $(cat /root/answer)"
    diff -r /root/papers /root/out || wrong 'papers are gone or changed'
}
# All that the firm is, but for what a running server writes.
sums() { find "$state" /mnt/site-a /mnt/site-b -type f | sort | xargs sha256sum; }

installed() {
    apt install /root/muniment_0.1.0-1_amd64.deb /root/muniment-cli_0.1.0-1_amd64.deb >/root/apt.log || { cat /root/apt.log; exit 1; }
    grep -q 'there is no firm yet' /root/apt.log || wrong 'nobody is told what comes next'
    [ "$(stat -c '%U %a' "$state")" = 'muniment 700' ] || wrong 'the state folder'
    [ "$(getent passwd muniment | cut -d: -f7)" = /usr/sbin/nologin ] || wrong 'the user can sign in'
    [ "$(systemctl is-enabled muniment)" = enabled ] || wrong 'not enabled'
    # Nothing to serve is no failure.
    systemctl start muniment
    [ "$(systemctl is-failed muniment)" = inactive ] || wrong 'a machine without a firm fails'
    muniment config check
    # Another configuration of the service's own hardening: as it is on this machine, not as a file says.
    systemd-analyze security muniment --threshold=15 --no-pager | tail -n 1
}

founded_and_served() {
    install -d -o muniment -g muniment -m 700 /mnt/site-a /mnt/site-b
    install -d "$dropins"
    printf '[Service]\nReadWritePaths=/mnt/site-a /mnt/site-b\n' >"$dropins/slots.conf"
    systemctl daemon-reload
    set_key 'names = ["muniment.example.org"]'
    muniment config check
    runuser -u muniment -- muniment init --firm 'Example & Partners' --slot /mnt/site-a/slot --slot /mnt/site-b/slot --json |
        json_text invitation >"$people/admin.invitation"
    systemctl start muniment
    [ "$(systemctl is-active muniment)" = active ] || wrong 'not active'
    muniment keys status | tee /root/answer
    grep -q 'Keys locked in memory: yes' /root/answer || wrong 'the unit does not let keys be locked in memory'
    local status
    status=$(cat "/proc/$(pid_of_server)/status")
    local line
    for line in 'CapEff:\t0+' 'CapBnd:\t0+' 'Seccomp:\t2' 'NoNewPrivs:\t1'; do
        grep -qP "^$line\$" <<<"$status" || wrong "not confined: $status"
    done
    server_url=https://localhost:8443
    fingerprint=$(said | sed -n 's/^Certificate fingerprint (SHA-256): //p' | tail -n 1)
    accept_invitation admin 'ochre-lantern-tugboat-19'
    as admin user roles admin --give partner >/dev/null
    client login --profile admin --server "$server_url" --fingerprint "$fingerprint" --sign-in admin \
        --password-file "$people/admin.password" --code "$(totp admin --now '+30 seconds')" >/dev/null
    as admin client add 'Bergmann Medical' --number 10432 >/dev/null
    as admin matter open 10432 'Supply of kits' --number 10432.0001 >/dev/null
    mkdir -p /root/papers/deep
    head -c 5000000 /dev/urandom >/root/papers/large.bin
    echo 'A short one' >/root/papers/deep/short.txt
    as admin put /root/papers/. 10432.0001 >/dev/null
    papers_are_there
    muniment audit verify --rows | tail -n 1
}

configured() {
    set_key 'level = "debug"'
    systemctl reload muniment
    wait_until_said '"event":"config.reloaded","key":"log.level"'
    sed -i 's/^level = /levle = /' "$file"
    systemctl reload muniment
    wait_until_said 'there is no key log.levle; was log.level meant?'
    wait_until_said '"event":"config.refused"'
    sed -i 's/^levle = /level = /' "$file"
    # It is about this machine's firm, and no other.
    muniment config show | grep '^listen.names = \["muniment.example.org"\]$' >/dev/null || wrong 'the file does not count'
    muniment config show --home /root/other | grep '^listen.names = \[\]$' >/dev/null || wrong 'the file counts for another firm'
    papers_are_there
}

# The key of the certificate, and later the passphrase, belong to root alone: systemd hands them over. It is the key that the clients
# know.
credentials() {
    install -d /etc/muniment/tls
    install -m 600 "$state/tls/server.key" /etc/muniment/tls/key.pem
    install -m 644 "$state/tls/server.pem" /etc/muniment/tls/certificate.pem
    mv "$state/tls/server.key" /root/former.key
    printf '[Service]\nLoadCredential=tls-key:/etc/muniment/tls/key.pem\n' >"$dropins/tls.conf"
    systemctl daemon-reload
    set_key 'certificate = "/etc/muniment/tls/certificate.pem"'
    set_key 'key = "systemd:tls-key"'
    muniment config check | grep 'was not looked at' >/dev/null || wrong 'a check from outside of the service'
    systemctl restart muniment
    curl -sS --cacert "$state/tls/authority.pem" --resolve muniment.example.org:8443:127.0.0.1 -o /dev/null \
        https://muniment.example.org:8443/api/v1/ || wrong 'the certificate is not shown'
    papers_are_there
}

low_port() {
    local may=CAP_NET_BIND_SERVICE
    printf '[Service]\nAmbientCapabilities=%s\nCapabilityBoundingSet=%s\nPrivateUsers=no\n' "$may" "$may" >"$dropins/port.conf"
    systemctl daemon-reload
    set_key 'port = 443'
    systemctl restart muniment
    curl -sS --cacert "$state/tls/authority.pem" --resolve muniment.example.org:443:127.0.0.1 -o /dev/null \
        https://muniment.example.org/api/v1/ || wrong 'nobody answers at 443'
    unset_key port
    rm "$dropins/port.conf"
    systemctl daemon-reload
    systemctl restart muniment
    papers_are_there
}

upgraded() {
    local before
    before=$(pid_of_server)
    cp "$file" /root/edited.toml
    apt install /root/muniment_0.1.0-2_amd64.deb >/root/apt.log || { cat /root/apt.log; exit 1; }
    cmp "$file" /root/edited.toml || wrong 'an upgrade changed what the administrator wrote'
    tail -n 1 "$file.dpkg-dist" | grep 'Of release 2' >/dev/null || wrong 'the new configuration is not beside the old one'
    [ "$(systemctl is-active muniment)" = active ] && [ "$(pid_of_server)" != "$before" ] || wrong 'not restarted'
    said | grep '^Stopped\.$' >/dev/null || wrong 'it did not end in order'
    papers_are_there
}

not_upgraded_into_a_broken_file() {
    local before
    before=$(pid_of_server)
    echo 'nonsense = 1' >>"$file"
    apt install /root/muniment_0.1.0-3_amd64.deb >/root/apt.log || { cat /root/apt.log; exit 1; }
    sed -i '$d' "$file"
    grep -q 'NOT RESTARTED' /root/apt.log || wrong "nothing said: $(cat /root/apt.log)"
    grep -q 'there is no key work.nonsense' /root/apt.log || wrong "the finding is not said: $(cat /root/apt.log)"
    [ "$(systemctl is-active muniment)" = active ] && [ "$(pid_of_server)" = "$before" ] || wrong 'restarted all the same'
    papers_are_there
}

not_upgraded_into_a_locked_door() {
    local before
    echo 'four words of passphrase' >/root/passphrase
    muniment keys add-method --passphrase-file /root/passphrase
    muniment keys remove-method key-file
    before=$(pid_of_server)
    apt install /root/muniment_0.1.0-4_amd64.deb >/root/apt.log || { cat /root/apt.log; exit 1; }
    grep -q 'it would come back locked' /root/apt.log || wrong "nothing said: $(cat /root/apt.log)"
    [ "$(pid_of_server)" = "$before" ] || wrong 'restarted, and locked'
    papers_are_there
    # With the passphrase as a credential it comes back open.
    install -m 600 /root/passphrase /etc/muniment/passphrase
    printf '[Service]\nLoadCredential=unlock:/etc/muniment/passphrase\n' >"$dropins/unlock.conf"
    systemctl daemon-reload
    set_key 'passphrase = "systemd:unlock"'
    apt install --reinstall /root/muniment_0.1.0-4_amd64.deb >/root/apt.log || { cat /root/apt.log; exit 1; }
    [ "$(pid_of_server)" != "$before" ] || wrong "not restarted: $(cat /root/apt.log)"
    papers_are_there
}

removed_and_purged() {
    local pid
    pid=$(pid_of_server)
    apt remove muniment >/root/apt.log || { cat /root/apt.log; exit 1; }
    [ ! -e "/proc/$pid" ] || wrong 'the server still runs'
    said | tail -n 20 | grep '^Stopped\.$' >/dev/null || wrong 'it did not end in order'
    [ -e "$file" ] || wrong 'the configuration went with remove'
    sums >/root/before
    [ "$(wc -l </root/before)" -ge 10 ] || wrong 'there was nothing to keep'
    apt purge muniment >/root/apt.log || { cat /root/apt.log; exit 1; }
    [ ! -e "$file" ] || wrong 'the configuration outlived purge'
    grep -q "stays, with the firm's data" /root/apt.log || wrong "nobody is told that the data stays: $(cat /root/apt.log)"
    sums | diff /root/before - || wrong 'purge touched the data'
    getent passwd muniment >/dev/null || wrong 'the owner of the data is gone'
}

installed_again() {
    # The configuration that said where the key comes from went with purge.
    mv /root/former.key "$state/tls/server.key"
    apt install /root/muniment_0.1.0-4_amd64.deb >/root/apt.log || { cat /root/apt.log; exit 1; }
    systemctl start muniment
    [ "$(systemctl is-active muniment)" = active ] || wrong 'not active'
    wait_until_said 'runs, LOCKED'
    muniment unlock --passphrase-file /root/passphrase
    papers_are_there
    muniment audit verify --rows | tail -n 1
}

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every request is bounded in memory and time: a real server, and hostile_client.py. Called with muniment, muniment-cli and, for
# the slow kinds at their full length and 10,000 connections, --whole.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
found_firm 'Hartmann & Vale' 'Ada Okafor'
# As Debian starts a service: it may have more descriptors, and has to ask for them.
ulimit -Sn 1024
start_server
accept_invitation admin 'ochre-lantern-tugboat-19'
add_person vera 'Vera Hartmann' 'granite-plum-wharf-64' partner
as vera client add 'Bergmann Medical' --number 10432 >/dev/null
as vera matter open 10432 'Supply of kits' --number 10432.0001 >/dev/null
head -c 20000000 /dev/zero >"$work/large.bin"
as vera put "$work/large.bin" 10432.0001 >/dev/null
token=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["profiles"]["vera"]["token"])' \
    "$MUNIMENT_CONFIG_DIR/client.json")
matter=$(as vera matter list --json | json_text id)
paper=$(as vera ls 10432.0001 --json | json_text id)
hostile() {
    python3 "$root/tests/bounds/hostile_client.py" "$1" "$server_url" "$server_pid" "$token" \
        "/api/v1/matters/$matter/papers/$paper/content"
}
if [ "${3:-}" = --whole ]; then hostile whole; else hostile requests; fi
stop_server || { echo 'the server did not end in order' >&2; exit 1; }
start_server
hostile silent
stop_server || { echo 'the server did not end in order' >&2; exit 1; }

# Where the system gives few descriptors, strangers get fewer connections, and what is open works on.
printf '#!/bin/sh\nulimit -n 300\nexec "%s" "$@"\n' "$muniment" >"$work/few"
chmod +x "$work/few"
muniment=$work/few start_server
hostile silent
as vera get 10432.0001 -o "$work/out" >/dev/null || { echo 'nothing can be read beside silent connections' >&2; exit 1; }
stop_server || { echo 'the server did not end in order' >&2; exit 1; }
"$muniment" audit verify --home "$home" >/dev/null || { echo 'the log does not verify afterwards' >&2; exit 1; }

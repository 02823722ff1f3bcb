#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What others' tools say of a running server: sslscan and testssl.sh of its TLS, slowhttptest of its patience. Each finding counts
# but those that a certificate of our own on loopback cannot be without (verdict.py names them). Called with muniment,
# muniment-cli and, where not all are wanted, the names of judges: sslscan, testssl, slow.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
judges=("${@:3}")
[ ${#judges[@]} -gt 0 ] || judges=(sslscan testssl slow)
verdict() { python3 "$root/tests/judges/verdict.py" "$@"; }
seconds=${JUDGE_SECONDS:-40}

found_firm 'Hartmann & Vale' 'Ada Okafor'
start_server
accept_invitation admin 'ochre-lantern-tugboat-19'
at=${server_url#https://}

# Slow heads, slow bodies, many ranges, slow reading: about a thousand connections each, of which all must end, while the service
# answers others throughout.
slow() {
    local mode name
    for mode in '-H headers' '-B body' '-R ranges' '-X reading'; do
        name=${mode#* }
        local asked=(-u "$server_url/healthz")
        [ "$name" != body ] || asked=(-t POST -f application/json -u "$server_url/api/v1/sessions")
        slowhttptest "${mode% *}" -c 1000 -r 250 -i 5 -x 24 -p 5 -l "$seconds" "${asked[@]}" -g -o "$work/$name" \
            >"$work/$name.said" 2>&1 || { cat "$work/$name.said" >&2; return 1; }
        verdict slowhttptest "$name" "$work/$name.csv"
    done
}

for judge in "${judges[@]}"; do
    case "$judge" in
        sslscan)
            sslscan --no-colour --xml="$work/sslscan.xml" "$at" >/dev/null
            verdict sslscan "$work/sslscan.xml" ;;
        testssl)
            # Its exit code counts what is allowed here too.
            testssl --quiet --color 0 --warnings batch --ip one --jsonfile "$work/testssl.json" "$at" >/dev/null 2>&1 || true
            verdict testssl "$work/testssl.json"
            for path in /healthz /api/v1/session; do
                curl -sk -o /dev/null -D "$work/head" -H 'Accept-Encoding: br, gzip, deflate' "$server_url$path"
                ! grep -qi '^content-encoding' "$work/head" || { echo "$path is compressed" >&2; exit 1; }
            done ;;
        slow) slow ;;
        *) echo "judges.sh: no judge is called '$judge'" >&2; exit 2 ;;
    esac
done
stop_server || { echo 'the server did not end in order' >&2; exit 1; }

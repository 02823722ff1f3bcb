#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What Muniment does by itself it does after a crash as well: the server is killed, and a job runs on the next one. Damage that was done
# meanwhile is found, named in the record, and found again by the next pass.
#
#   tests/jobs/after_a_crash.sh MUNIMENT MUNIMENT-CLI
set -euo pipefail
muniment=$1
cli=$2
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
failed() { echo "after_a_crash: $*" >&2; cat "$work/server.log" >&2; exit 1; }

export MUNIMENT_CONFIG_DIR=$work/config
start() {
    "$muniment" serve --home "$work/home" --port "${port:-0}" >"$work/said" 2>>"$work/server.log" &
    server=$!
    for _ in $(seq 200); do
        url=$(sed -nE 's/.* is open at (https:.*)/\1/p' "$work/said")
        fingerprint=$(sed -nE 's/.*\(SHA-256\): //p' "$work/said")
        [ -z "$fingerprint" ] || { port=${url##*:}; return 0; }
        sleep 0.1
    done
    failed 'the server does not start'
}
crash() { kill -9 "$server"; wait "$server" 2>/dev/null || true; }
field() { "$cli" jobs list --json | python3 -c 'import json, sys
print(next(job for job in json.load(sys.stdin)["items"] if job["name"] == sys.argv[1]).get(sys.argv[2], "never"))' "$@"; }
# Orders a run, and waits until a later one has ended.
run_job() {
    local before
    for _ in $(seq 200); do [ "$(field "$1" ended)" = never ] || break; sleep 0.1; done
    before=$(field "$1" ended)
    "$cli" jobs run "$1" >/dev/null
    for _ in $(seq 300); do
        [ "$(field "$1" ended)" = "$before" ] || { [ "$(field "$1" state)" = runs ] || return 0; }
        sleep 0.1
    done
    failed "$1 does not run"
}

invitation=$("$muniment" init --home "$work/home" --trial | sed -nE 's/^ +([A-Z0-9]{4}(-[A-Z0-9]{4}){3})$/\1/p')
start
accept() {
    echo 'violet kettle harbour mosaic 71' >"$work/password"
    "$cli" accept --server "$url" --fingerprint "$fingerprint" --sign-in "$1" --invitation "$2" --password-file "$work/password" \
        --totp-secret-file "$work/totp-$1" "${@:3}" >/dev/null 2>&1
    "$cli" accept --confirm --invitation "$2" --password-file "$work/password" "${@:3}" \
        --code "$(oathtool --totp -b "$(cat "$work/totp-$1")")" >/dev/null
}
accept admin "$invitation"
invited=$("$cli" user add vera --name Vera --role partner --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["invitation"])')
accept vera "$invited" --profile vera
"$cli" client add Bergmann --number 1 --profile vera >/dev/null
"$cli" matter open Bergmann Supply --number 1.1 --profile vera >/dev/null
head -c 3000000 /dev/urandom >"$work/deed.bin"
"$cli" put "$work/deed.bin" 1.1 --profile vera >/dev/null 2>&1

crash
start
run_job log.verify
[ "$(field log.verify result)" = 'done' ] || failed 'the record is not verified after a crash'
run_job content.scrub
[ "$(field content.scrub result)" = 'done' ] || failed 'content that is whole is not found whole'

pack=$(find "$work/home/data" -name '*.pack' -size +2000k | head -n 1)
printf 'rotten' | dd of="$pack" bs=1 seek=1500000 conv=notrunc status=none
for pass in first second; do
    run_job content.scrub
    [ "$(field content.scrub result)" = found ] || failed "damage is not found by the $pass pass"
done
"$cli" audit log --matter 1.1 --profile vera --json | grep -q 'paper-damaged\|paper_damaged' || failed 'the record does not name the damage'
echo 'jobs run after a crash, and find damage each time'

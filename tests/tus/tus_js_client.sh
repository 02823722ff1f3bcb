#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tus-js-client, which we did not write, sends a paper in pieces: it goes away in the middle of one, the server is killed in the
# middle of another, and what comes back is what was sent.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
# npm's folder is not one of ours: it lies in build/.
here=$root/build/tus
mkdir -p "$here"
cp "$root"/tests/tus/{package.json,package-lock.json,client.mjs} "$here"
(cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --silent)
die() { printf '%s\n' "$*" >&2; exit 1; }

small_firm
TOKEN=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["profiles"]["vera"]["token"])' \
    "$MUNIMENT_CONFIG_DIR/client.json")
export TOKEN
matter=$(as vera matter show 10432.0001 --json | json_text id)
piece=$((64 * 1024 * 1024))    # client.mjs
size=$((3 * piece + 17))
head -c "$size" /dev/urandom >"$work/hearing.mp4"

# begin NAME: an upload of that size is begun; prints its path below /api/v1.
begin() {
    [ "$(raw vera POST "/matters/$matter/uploads" -H 'Content-Type: application/json' -H "Idempotency-Key: $1" \
        --data "{\"name\": \"$1\", \"size\": $size}")" = 201 ] || die "not begun: $(cat "$work/answer")"
    json_text address <"$work/answer" | sed 's|^/api/v1||'
}
tus() { node "$here/client.mjs" "$1" "$server_url/api/v1$2" "${@:3}" | tee -a "$work/said"; }
offset() { raw vera GET "$1" >/dev/null; grep -oE '"offset":[0-9]+' "$work/answer" | cut -d: -f2; }
# arrived PATH: the paper is filed, and is what was sent.
arrived() {
    raw vera GET "$1" >/dev/null
    [ "$(json_text state <"$work/answer")" = filed ] || die "not filed: $(cat "$work/answer")"
    raw vera GET "/matters/$matter/papers/$(json_text paper <"$work/answer")/content" >/dev/null
    cmp "$work/answer" "$work/hearing.mp4" || die 'what came back is not what was sent'
}

upload=$(begin hearing.mp4)
tus cut "$upload" "$work/hearing.mp4"
grep -q 'gone in the middle' "$work/said" || die 'it was not cut off in the middle of a piece'
for ((tries = 0; tries < 50; ++tries)); do
    kept=$(offset "$upload")
    [ "$kept" -le "$piece" ] || break
    sleep 0.1
done
[ "$kept" -gt "$piece" ] || die "of the piece that was cut off nothing was kept: $kept"
[ "$kept" -lt $((2 * piece)) ] || die "the piece was there to its end: $kept"

crash_server
start_server
[ "$(offset "$upload")" = "$kept" ] || die 'what was acknowledged was lost with the server'
tus crash "$upload" "$work/hearing.mp4" "$server_pid" &
sending=$!
wait "$server_pid" || true
server_pid=
start_server
wait "$sending" || die 'it did not go on when the server was back'
grep -q "went on from $kept" "$work/said" || die 'it did not go on from where it was'
grep -q 'killed the server in the middle' "$work/said" || die 'the server was not killed in the middle of a piece'
arrived "$upload"

# A client that begins by itself; one that gives up.
upload=$(begin second.mp4)
tus begin "$upload" "$work/hearing.mp4"
arrived "$upload"
upload=$(begin third.mp4)
tus cut "$upload" "$work/hearing.mp4" >/dev/null
tus end "$upload"
[ "$(raw vera GET "$upload")" = 404 ] || die 'it was given up and is there'

stop_server
"$muniment" audit verify --home "$home" >/dev/null || die 'the record does not verify'
echo "tus-js-client: $size bytes, cut off after $kept and at the server's end, came back equal"

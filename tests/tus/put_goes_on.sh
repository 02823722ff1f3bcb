#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# put of a large file: the server is killed in the middle, and it goes on by itself; put is killed in the middle, and the next one
# goes on; what comes back is what was sent.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
die() { printf '%s\n' "$*" >&2; exit 1; }
small_firm
MiB=$((1024 * 1024))
head -c $((200 * MiB + 5)) /dev/urandom >"$work/large.bin"

stored() { du -sb "$home/data/packs" 2>/dev/null | cut -f1; }
# wait_for BYTES: until so much lies in the packs.
wait_for() {
    local tries
    for ((tries = 0; tries < 1000; ++tries)); do
        [ "$(stored)" -lt "$1" ] || return 0
        sleep 0.02
    done
    die "$1 bytes did not arrive"
}

# The server dies when one part of 64 MiB is whole and the next is on its way.
before=$(stored)
as vera put "$work/large.bin" 10432.0001 --json >"$work/said" 2>"$work/complaint" &
putting=$!
wait_for $((before + 70 * MiB))
crash_server
start_server
wait "$putting" || die "put did not get over the server's end: $(cat "$work/said" "$work/complaint")"

# put dies. What it brought is kept, and the next goes on.
before=$(stored)
"$muniment_cli" put "$work/large.bin" 10432.0002 --profile vera >/dev/null 2>&1 &
putting=$!
wait_for $((before + 40 * MiB))
{ kill -KILL "$putting" && wait "$putting"; } 2>/dev/null || true
for ((tries = 0; tries < 50; ++tries)); do
    raw vera GET /uploads >/dev/null
    kept=$(grep -oE '"offset":[0-9]+' "$work/answer" | head -n 1 | cut -d: -f2)
    [ "${kept:-0}" = 0 ] || break
    sleep 0.1
done
[ "${kept:-0}" -gt 0 ] || die "nothing was kept of what put brought: $(cat "$work/answer")"
as vera put "$work/large.bin" 10432.0002 --json >"$work/said" || die "the next put failed: $(cat "$work/said")"
grep -q '"gone on with": *1' "$work/said" || die "the next put began anew: $(cat "$work/said")"

for matter in 10432.0001 10432.0002; do
    as vera get "$matter" -o "$work/out-$matter" >/dev/null
    cmp "$work/large.bin" "$work/out-$matter/large.bin" || die 'what came back is not what was sent'
done
raw vera GET /uploads >/dev/null
grep -q '"items":\[\]' "$work/answer" || die "an upload was left open: $(cat "$work/answer")"
stop_server
"$muniment" audit verify --home "$home" >/dev/null || die 'the record does not verify'
echo "put went on: over the server's end, and from $kept bytes of an earlier put"

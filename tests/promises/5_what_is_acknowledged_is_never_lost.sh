#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 5, in its simple form: a paper that was acknowledged is there after the server was killed, byte for byte and recorded; one
# that was not is there whole or not at all.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/firm.sh"
small_firm
mkdir "$work/in" "$work/acknowledged"

# Acknowledged, and killed at once.
for size in 0 1 16384 200000 5000000; do
    name="single-$size.bin"
    head -c "$size" /dev/urandom >"$work/in/$name"
    as luis put "$work/in/$name" 10432.0001 >/dev/null
    cp "$work/in/$name" "$work/acknowledged/$name"
    crash_server
    start_server
    all_there
done

# Killed in the middle of many.
for round in 1 2 3; do
    for i in $(seq 40); do head -c $((1000 * i * round)) /dev/urandom >"$work/in/round-$round-$i.bin"; done
    (
        for i in $(seq 40); do
            as luis put "$work/in/round-$round-$i.bin" 10432.0001 >/dev/null 2>&1 || exit 0
            cp "$work/in/round-$round-$i.bin" "$work/acknowledged/"
        done
    ) &
    putting=$!
    sleep "0.$((round * 3))"
    crash_server
    wait "$putting" || true
    start_server
    all_there
done
stop_server
"$muniment" audit verify --home "$home" >/dev/null || broken_promise 'the record does not verify after crashes'
echo "promise 5 held: $(find "$work/acknowledged" -type f | wc -l) acknowledged papers, none lost"

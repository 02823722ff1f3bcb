#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A firm moves: rows from a file into PostgreSQL, papers into another folder, and all of it back. The command is killed again and again on
# the way; what was acknowledged is there each time, the record verifies, and whoever still looks at the former place finds no firm.
#
#   on_postgresql move.sh MUNIMENT MUNIMENT-CLI
there=$MUNIMENT_DATABASE
unset MUNIMENT_DATABASE
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"

failed() { echo "move: $*" >&2; cat "$work/answer" "$work/server.log" >&2 2>/dev/null || true; exit 1; }
file() {
    head -c "$2" /dev/urandom >"$work/in/$1"
    as luis put "$work/in/$1" 10432.0001 >"$work/answer" 2>&1 || failed "$1 cannot be filed"
    cp "$work/in/$1" "$work/acknowledged/$1"
}
whole() {
    all_there
    stop_server
    "$muniment" audit verify --home "$home" --rows >"$work/answer" 2>&1 || failed "the record does not verify $1"
    grep -q 'record verified' "$work/answer" || failed "the record does not verify $1"
}
# move OPTIONS…: killed after ever more time, then left to its end.
move() {
    local pause
    for pause in 0.02 0.05 0.1 0.2 0.4; do
        if timeout -s KILL "$pause" "$muniment" move --home "$home" "$@" >"$work/answer" 2>&1; then
            echo "   done within $pause s"
            return
        fi
    done
    # Those that were killed hold PostgreSQL for the rest of their lease.
    for _ in 1 2; do
        if "$muniment" move --home "$home" "$@" >"$work/answer" 2>&1; then return; fi
        grep -q 'a moment ago' "$work/answer" || break
        sleep 31
    done
    failed "it does not move: $*"
}

small_firm
mkdir "$work/in" "$work/acknowledged"
for n in 1 2 3 4; do file "small-$n.bin" $((n * 40000)); done
file large.bin 5000000
if "$muniment" move --home "$home" --database "$there" >"$work/answer" 2>&1; then failed 'it moves under a server that runs'; fi
stop_server
cp -r "$home" "$work/stale"

move --packs "$work/elsewhere"
move --database "$there"
[ ! -e "$home/data/records.sqlite" ] && [ ! -e "$home/data/packs" ] || failed 'the former place still looks like a firm'
sleep 31   # the lease of one that was killed
start_server
file after.bin 70000
whole 'in PostgreSQL'

# Another home that still names the place in PostgreSQL and the shared folder, as a second node would.
cp "$home/home.json" "$work/stale/home.json"
move --database sqlite --packs home
start_server
file back.bin 30000
whole 'back in a file'
if timeout 20 "$muniment" serve --home "$work/stale" --port 0 >"$work/answer" 2>&1 </dev/null; then
    failed 'a node with the former address serves'
fi
grep -qi ' LOCKED\|the packs at\|no firm\|is not there' "$work/answer" || failed 'a node with the former address does not say what is wrong'
"$muniment" move --home "$home" --database sqlite >"$work/answer" 2>&1 || failed 'moved already, it fails'
grep -q 'already' "$work/answer" || failed 'it does not say that it is there already'
echo 'moved into PostgreSQL and another folder, and back; nothing was lost'

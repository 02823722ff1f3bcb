#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A firm whose database is put back to an older copy, one that loses rows, one whose slots lose the key: what the commands say and
# bring back, by the programs alone.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
small_firm
fail() { echo "adopt.sh: $*" >&2; cat "$work/answer" "$work/server.log" >&2 2>/dev/null || true; exit 1; }
says() { grep -qF "$1" "$2" || fail "$3: it should say '$1'"; }
# With the code after the one that was used.
sign_in_again() {
    as "$1" login --server "$server_url" --fingerprint "$fingerprint" --sign-in "$1" --password-file "$people/$1.password" \
        --code "$(totp "$1" --now '+30 seconds')" >"$work/answer" 2>&1 || fail "$1 cannot sign in"
}
file() { head -c 30000 /dev/urandom >"$work/$1" && as luis put "$work/$1" "$2" >"$work/answer" 2>&1 || fail "$1 was not filed"; }
fetched() { rm -rf "$work/out"; as "$1" get "$2/$3" -o "$work/out" >"$work/answer" 2>&1 && cmp -s "$work/$3" "$work/out/$3"; }

# A paper that moves to another matter: after the turn, copies from before it open nothing of either by themselves.
as vera matter team add 10432.0002 --user luis --role lead >/dev/null
file kept.bin 10432.0001
file moved.bin 10432.0001
stop_server || fail 'it does not stop'
cp -a "$home/data" "$work/older"
start_server --check-seconds 1
as luis mv 10432.0001/moved.bin 10432.0002 >"$work/answer" 2>&1 || fail 'the paper does not move'
"$muniment" keys turn --home "$home" >"$work/answer" 2>&1 || fail 'the epoch does not turn'
says 'it is number 2' "$work/answer" 'the turn'
file late.bin 10432.0002
sleep 2.5    # a check shows the slots what the log is by now
"$muniment" keys status --home "$home" >"$work/answer" || fail 'no status'
says 'This is the living database' "$work/answer" 'the status'
crash_server

# ---- the older copy in its place ----

rm -rf "$home/data"
cp -a "$work/older" "$home/data"
start_server
says 'This database is older than the firm' "$work/server.log" 'the start'
"$muniment" keys status --home "$home" >"$work/answer" || fail 'no status'
says 'older than the firm' "$work/answer" 'the status'
"$muniment" adopt --home "$home" --yes >"$work/answer" 2>&1 && fail 'adopted while a server runs'
says 'stop it first' "$work/answer" 'adopt beside a server'
"$muniment" keys mend --home "$home" --yes >/dev/null 2>&1 && fail 'mended while a server runs'
stop_server || fail 'a shut server does not stop'
"$muniment" keys mend --home "$home" --yes >"$work/answer" 2>&1 && fail 'an older database was mended'
"$muniment" adopt --home "$home" --yes >"$work/answer" 2>&1 || fail 'it is not adopted'
says 'It ends there, and goes on as a new one' "$work/answer" 'adopting'
says 'everything that the record says was made is here and opens' "$work/answer" 'adopting'
start_server --check-seconds 1
as luis whoami >"$work/answer" 2>&1 && fail 'a session outlived the restore'
sign_in_again luis
fetched luis 10432.0001 kept.bin || fail 'what the copy had is gone'
fetched luis 10432.0002 moved.bin || fail 'what the key set had is gone'
fetched luis 10432.0002 late.bin && fail 'late.bin is in no copy: where does it come from?'
sleep 3.5    # the slots stand still
"$muniment" keys turn --home "$home" >"$work/answer" 2>&1 || fail 'the adopted firm does not turn'
stop_server || fail 'it does not stop'
"$muniment" audit verify --home "$home" >"$work/answer" || fail 'the record does not verify'

# ---- a row is lost ----

sqlite3 "$home/data/records.sqlite" \
    'DELETE FROM documents WHERE number > 0 AND matter = (SELECT matter FROM documents GROUP BY matter LIMIT 1)'
"$muniment" keys mend --home "$home" --yes >"$work/answer" 2>&1 || fail 'it is not mended'
says 'everything that the record says was made is here and opens' "$work/answer" 'mending'
start_server
fetched luis 10432.0001 kept.bin && fetched luis 10432.0002 moved.bin || fail 'a paper did not come back'

# ---- no slot holds the key any more ----

rm "$home"/slots/*/*.epoch
stop_server || fail 'it does not stop'
ls "$home"/slots/*/*.epoch >/dev/null 2>&1 || fail 'it stopped, and the key is gone'
start_server
mv "$home/slots" "$work/slots"
kill -TERM "$server_pid"
sleep 1
kill -0 "$server_pid" 2>/dev/null || fail 'it stopped while the key was in no slot in reach'
says 'NOT STOPPED' "$work/server.log" 'the server'
"$muniment" lock --home "$home" >"$work/answer" 2>&1 && fail 'it was locked while the key was in no slot in reach'
fetched luis 10432.0001 kept.bin || fail 'it goes on serving'
stop_server || fail 'the second signal does not stop it'
start_server
says 'NOBODY CAN READ ANYTHING' "$work/server.log" 'the start without a key'
says '2 slots are out of reach' "$work/server.log" 'the start without a key'
stop_server || fail 'a server without a key does not end in order'
echo 'adopt: an older database was restored, lost rows came back, the last key was held'

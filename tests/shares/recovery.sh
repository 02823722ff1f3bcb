#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How a firm is opened by recovery shares, and how its root key and all its keys are replaced, by the public interfaces alone:
# recovery.sh MUNIMENT MUNIMENT-CLI
# shellcheck disable=SC2154
set -euo pipefail
muniment=$(readlink -f "$1")
muniment_cli=$(readlink -f "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
# shellcheck source=tools/strongroom.sh
. "$root/tools/strongroom.sh"
left=
trap '[ -z "$left" ] || kill "$left" 2>/dev/null; stop_server 2>/dev/null || true; rm -rf "$work"' EXIT

local_do() { "$muniment" "${@:2}" --home "$1"; }
at_home() { local_do "$home" "$@"; }
fail() { echo "FAILED: $*" >&2; exit 1; }
# says TEXT COMMAND…: the command succeeds and its output has the text. refuses TEXT COMMAND…: it fails, with the text.
says() {
    local text=$1 said
    shift
    said=$("$@" 2>&1) || fail "$* : $said"
    grep -qF -- "$text" <<<"$said" || fail "$* did not say '$text' but: $said"
}
refuses() {
    local text=$1 said
    shift
    if said=$("$@" 2>&1); then fail "$* went through: $said"; fi
    grep -qF -- "$text" <<<"$said" || fail "$* did not say '$text' but: $said"
}
give() { at_home unlock --share-file "$1"; }
read_back() { rm -rf "$work/out" && as vera get 10432.0001 -o "$work/out" >/dev/null && cmp "$work/deed.bin" "$work/out/deed.bin"; }

# ---- a firm with shares and a passphrase ----
printf 'first long passphrase\n' >"$work/p1"
printf 'second long passphrase\n' >"$work/p2"
refuses 'at least 2' "$muniment" init --home "$home" --trial --shares 1-of-3
refuses 'at a terminal only' "$muniment" init --home "$home" --trial --shares 2-of-3
"$muniment" init --home "$home" --firm 'Hartmann & Vale' --trial --json --passphrase-file "$work/p1" --shares 2-of-3 \
    --shares-folder "$work/paper" | json_text invitation >"$people/admin.invitation"
[ "$(stat -c %a "$work"/paper/share-*-of-3.txt | sort -u)" = 600 ] || fail 'a share can be read by others'
if grep -rl 'RECOVERY SHARE' "$home"; then fail 'a share lies in the home folder'; fi

# ---- opened by holders, one at a time, from different places ----
start_server
says '2 of 3 recovery shares' at_home keys status
says 'recovery shares open the firm' bash -c "'$muniment' doctor --home '$home' || true"
sed -E 's/ 7 [a-z]+/ 7 academic/' "$work/paper/share-1-of-3.txt" >"$work/misread"
refuses 'checksum' give "$work/misread"
says '1 is still missing' give "$work/paper/share-1-of-3.txt"
says '1 is still missing' give "$work/paper/share-1-of-3.txt"
says 'here so far: 1' at_home keys status
code=$(curl -sk -o "$work/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
    -d '{"share": "what is this"}' "$server_url/api/v1/unlock")
[ "$code" = 422 ] || fail "a share that is none was answered $code"
grep -q bad-share "$work/answer" || fail "another problem than bad-share: $(cat "$work/answer")"
if grep -q what "$work/answer"; then fail 'what was typed came back'; fi
says 'the strongroom is open' client unlock --server "$server_url" --fingerprint "$fingerprint" --share-file "$work/paper/share-3-of-3.txt"
code=$(curl -sk -o "$work/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
    -d '{"share": "x"}' "$server_url/api/v1/unlock")
[ "$code" = 409 ] || fail "an open strongroom answered $code"

accept_invitation admin 'ochre-lantern-tugboat-19'
add_person vera 'Vera Hartmann' 'granite-plum-wharf-64' partner
add_person otto 'Otto Lindqvist' 'walnut-beacon-plaid-72' auditor
head -c 3000000 /dev/urandom >"$work/deed.bin"
as vera client add 'Bergmann Medical' --number 10432 >/dev/null
as vera matter open 10432 'Supply of kits' --number 10432.0001 >/dev/null
as vera put "$work/deed.bin" 10432.0001 >/dev/null
as otto audit log --json >"$work/log"
[ "$(grep -o '"share-given"' "$work/log" | wc -l)" = 3 ] || fail 'two shares and one refusal are not in the record'
grep -q 'control socket' "$work/log" || fail 'the record does not say where a share came from'

# ---- the copy on another machine: the database, one slot, two holders ----
at_home lock >/dev/null
cp -r "$home" "$work/left"
rm -rf "$work/left/keys" "$work/left/slots/a" "$work/left/slots/a.key-sets" "$work/left/control.sock"
says 'is open' at_home unlock --passphrase-file "$work/p1"
"$muniment" serve --home "$work/left" --port 0 >"$work/left.log" 2>&1 &
left=$!
for _ in $(seq 100); do [ -S "$work/left/control.sock" ] && break; sleep 0.1; done
local_do "$work/left" unlock --share-file "$work/paper/share-2-of-3.txt" >/dev/null
says 'the strongroom is open' local_do "$work/left" unlock --share-file "$work/paper/share-1-of-3.txt"
kill -TERM "$left" && wait "$left"
left=

# ---- a new root key ----
stop_server && start_server
says 'is open' at_home unlock --passphrase-file "$work/p1"
cp "$home"/keys/passphrase-*.unlock "$work/former.unlock"
refuses 'Say how' at_home keys new-root
says 'in force' at_home keys new-root --shares 2-of-2 --shares-folder "$work/paper2" --passphrase-file "$work/p2"
[ "$(ls "$home"/keys/*.unlock | wc -l)" = 1 ] || fail 'former unlock files are left'
says '2 of 2 recovery shares' at_home keys status
read_back
at_home lock >/dev/null
refuses 'does not open' at_home unlock --passphrase-file "$work/p1"
give "$work/paper/share-1-of-3.txt" >/dev/null
refuses 'former one' give "$work/paper/share-2-of-3.txt"
says '1 is still missing' give "$work/paper2/share-2-of-2.txt"
says 'the strongroom is open' give "$work/paper2/share-1-of-2.txt"
read_back
# What a crash between the commit and the erasing leaves behind goes at the next unlocking.
at_home lock >/dev/null
cp "$work/former.unlock" "$home/keys/passphrase-0000000000000000.unlock"
says 'is open' at_home unlock --passphrase-file "$work/p2"
[ ! -e "$home/keys/passphrase-0000000000000000.unlock" ] || fail 'an unlock file of the former root key is left'

# ---- unlock methods ----
at_home keys add-method --key-file >/dev/null
at_home keys remove-method passphrase >/dev/null
stop_server && start_server
says 'State: open' at_home keys status
# A key file that was replaced, cut off before the new key took the old one's place: the firm opens, and so it does after one more.
key=$(ls "$home"/keys/key-file-*.key)
cp "$key" "$work/former.key"
at_home keys add-method --key-file --replace >/dev/null
if cmp -s "$key" "$work/former.key"; then fail 'the key file was not replaced'; fi
mv "$key" "${key%.key}.next.key" && cp "$work/former.key" "$key"
stop_server && start_server
says 'State: open' at_home keys status
at_home keys add-method --key-file --replace >/dev/null
[ ! -e "${key%.key}.next.key" ] || fail 'the next key is left beside the key file'
stop_server && start_server
says 'State: open' at_home keys status
at_home keys remove-method key-file >/dev/null
stop_server && start_server
says 'State: locked' at_home keys status
give "$work/paper2/share-1-of-2.txt" >/dev/null
give "$work/paper2/share-2-of-2.txt" >/dev/null

# ---- all keys anew ----
says 'New keys: of 1 clients, of 1 matters and of 1 papers' at_home keys renew
read_back
at_home audit verify >/dev/null
as otto audit log --json >"$work/log"
grep -q '"keys-renewed"' "$work/log" || fail 'the renewal is not in the record'
stop_server && start_server
give "$work/paper2/share-1-of-2.txt" >/dev/null
give "$work/paper2/share-2-of-2.txt" >/dev/null
read_back
stop_server
echo 'recovery shares held'

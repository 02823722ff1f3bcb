#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A copy of the data that is started on another machine while the firm lives: it reads, and files and turns nothing until people
# adopt it; then the former one does so. And the drill for the day on which every unlock file is gone: recovery shares, one slot and a
# copy of the data are the firm again.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
mkdir "$work/shares"
init_options=(--slot "$work/slots/a" --slot "$work/slots/b" --shares 2-of-3 --shares-folder "$work/shares")
small_firm
original=$home
who=luis
copy=$work/copy
copy_pid=
trap '[ -z "$copy_pid" ] || kill -KILL "$copy_pid" 2>/dev/null; crash_server 2>/dev/null || true; rm -rf "$work"' EXIT

fail() { echo "copies.sh: $*" >&2; cat "$work/answer" "$work/server.log" "$work/copy.log" >&2 2>/dev/null || true; exit 1; }
says() { grep -qF "$1" "$work/answer" || fail "$2: it should say '$1'"; }
do_at() { "$muniment" "${@:2}" --home "$1" >"$work/answer" 2>&1; }
refused_at() { if do_at "$@"; then fail "went through: ${*:2}"; fi; }
# start_copy [OPTION…]: the second server, beside the first.
start_copy() {
    "$muniment" serve --home "$copy" --port 0 "$@" >"$work/copy.log" 2>&1 &
    copy_pid=$!
    for _ in $(seq 100); do
        copy_url=$(sed -nE 's/^Muniment .* at (https:[^ ]*)$/\1/p' "$work/copy.log")
        [ -n "$copy_url" ] && return 0
        sleep 0.1
    done
    fail 'the copy does not start'
}
stop_copy() { local pid=$copy_pid; copy_pid=; kill -TERM "$pid" && wait "$pid" || fail 'the copy does not stop'; }
# At the original or at the copy, by the session that both know: what a reader gets, and what becomes of a filing.
reads() { server_url=$1 raw "$who" GET "/matters/$matter/papers/$2/content" | grep -qx 200 && cmp -s "$work/$3" "$work/answer"; }
files() {
    server_url=$1 raw "$who" POST "/matters/$matter/folders" -H 'Content-Type: application/json' \
        -H "Idempotency-Key: key-$RANDOM" -d "{\"name\": \"$2\"}" >"$work/code"
}
may_file() { files "$@"; grep -qx 201 "$work/code" || fail "nothing was filed at $1: $(cat "$work/code")"; }
may_not_file() {
    files "$@"
    grep -qx 503 "$work/code" || fail "it was answered $(cat "$work/code")"
    says only-a-copy "a copy that is asked to file"
}
sign_in() {
    as "$1" login --server "$2" --fingerprint "$fingerprint" --sign-in "$1" --password-file "$people/$1.password" \
        --code "$(totp "$1" --now '+30 seconds')" >"$work/answer" 2>&1 || fail "$1 cannot sign in"
}
epochs() { (cd "$work/slots" && sha256sum ./*/*.epoch); }

head -c 30000 /dev/urandom >"$work/kept.bin"
as luis put "$work/kept.bin" 10432.0001 >/dev/null
matter=$(as vera matter show 10432.0001 --json | json_text id)
paper=$(as luis ls 10432.0001 --json | json_text id)
stop_server
start_server --check-seconds 1
sleep 2.5

# ---- the copy, of a firm that lives ----

mkdir "$copy"
cp -a "$home/keys" "$home/tls" "$home/home.json" "$copy"
mkdir -m 700 "$copy/data"
cp -a "$home/data/packs" "$copy/data"
sqlite3 "$home/data/records.sqlite" ".backup '$copy/data/records.sqlite'"
cp -a "$copy/data" "$work/backup"
sleep 2.5    # the original goes on, and says so in the slots
before=$(epochs)
start_copy --check-seconds 1
grep -qF 'This is a copy of the firm' "$work/copy.log" || fail 'the copy does not say what it is'
reads "$copy_url" "$paper" kept.bin || fail 'the copy does not read'
may_not_file "$copy_url" 'In the copy'
sleep 2.5    # nor after its checks
may_not_file "$copy_url" 'In the copy'
reads "$copy_url" "$paper" kept.bin || fail 'the copy does not read on'
refused_at "$copy" keys turn
says 'not certain yet' 'a copy that is to turn'
refused_at "$copy" keys renew
do_at "$copy" keys status || fail 'no status'
says 'copy' 'the status of the copy'
[ "$(epochs)" = "$before" ] || fail 'the copy touched a slot'
do_at "$original" keys status || fail 'no status'
says 'This is the living database' 'the status of the original'
may_file "$server_url" 'In the original' || fail 'the original is held up by the copy'

# ---- people adopt it: both are alive, and one of them is the firm ----

refused_at "$copy" adopt --yes
says 'stop it first' 'adopting beside a server'
stop_copy
do_at "$copy" adopt --yes || fail 'it is not adopted'
# Which of the two depends on whether the slots have seen by now what the original filed since.
grep -qE 'older than the firm|a copy of the firm' "$work/answer" || fail 'adopting does not say what this database is'
says 'This database is the firm now' 'adopting'
start_copy --check-seconds 1
sleep 2.5
may_not_file "$server_url" 'In the former one'
reads "$server_url" "$paper" kept.bin || fail 'the former one does not read on'
refused_at "$original" keys turn
MUNIMENT_CONFIG_DIR=$work/at-the-copy
sign_in luis "$copy_url"
reads "$copy_url" "$paper" kept.bin || fail 'the adopted copy does not read'
may_file "$copy_url" 'In the adopted one'
do_at "$copy" keys turn || fail 'the adopted copy does not turn'
says 'it is number 2' 'the turn'
crash_server
stop_copy

# ---- all that is left: a copy of the data from before, one slot with its key sets, and two holders ----

home=$work/drill
mkdir "$home"
cp -a "$work/backup" "$home/data"
cp -a "$copy/tls" "$home"
both=$(cat "$copy/home.json")
printf '%s\n' "${both/"\"$work/slots/a\","/}" >"$home/home.json"
rm -rf "$copy" "$original"
refused_at "$home" adopt --yes --share-file "$work/shares/share-1-of-3.txt" --share-file "$work/shares/share-1-of-3.txt"
do_at "$home" adopt --yes --share-file "$work/shares/share-1-of-3.txt" --share-file "$work/shares/share-3-of-3.txt" ||
    fail 'it is not recovered'
says 'older than the firm' 'recovering'
says 'everything that the record says was made is here and opens' 'recovering'
start_server
do_at "$home" unlock --share-file "$work/shares/share-2-of-3.txt"
do_at "$home" unlock --share-file "$work/shares/share-3-of-3.txt"
says 'the strongroom is open' 'unlocking'
who=vera    # a code is taken once, and luis gave his
sign_in vera "$server_url"
reads "$server_url" "$paper" kept.bin || fail 'the paper is not back'
do_at "$home" keys add-method --key-file || fail 'no new unlock file'
stop_server
# The other slot comes back: it names a database that is gone, until it is adopted as well.
printf '%s\n' "$both" >"$home/home.json"
do_at "$home" adopt --yes || fail 'the other slot is not adopted'
start_server --check-seconds 1
sleep 3.5
do_at "$home" keys turn || fail 'the recovered firm does not turn'
may_file "$server_url" 'Recovered'
stop_server
do_at "$home" audit verify || fail 'the record does not verify'
echo 'copies: one read and waited until it was adopted; shares, a slot and a copy were the firm again'

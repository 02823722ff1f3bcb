#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A firm whose papers lie in an S3 bucket: what is acknowledged is there although server and object store are killed in the middle
# of it, nothing readable gets into the bucket, and credentials are where they belong.
#
#   firm_in_a_bucket.sh MUNIMENT MUNIMENT-CLI [ceph]
#
# The object store is tests/support/s3_double.py, or with `ceph` the real one of tests/support/ceph_gateway.
server_kind=${3:-double}
client_name='Quittenbaum Xylophonwerke'
matter_name='Verschwiegenheit Zimtsternpatent'
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
words=(Quittenbaum Xylophonwerke Verschwiegenheit Zimtsternpatent 'der Zeuge heisst Ottokar' Rhabarberkontrakt)
key=muniment-test secret=muniment-test-secret-of-no-worth bucket=muniment-test
store_pid=

stop_store() {
    if [ -n "$store_pid" ]; then
        kill -KILL "$store_pid" 2>/dev/null || true
        wait "$store_pid" 2>/dev/null || true
    fi
    [ "$server_kind" != ceph ] || "$root/tests/support/ceph_gateway" stop "$work/ceph"
}
trap 'crash_server 2>/dev/null || true; stop_store; rm -rf "$work"' EXIT

failed() { echo "firm_in_a_bucket: $*" >&2; exit 1; }

# The double, with the certificate of a firm founded for that alone; the same port after a restart.
start_double() {
    if [ ! -d "$work/tls" ]; then
        "$muniment" init --home "$work/tls" --firm Certificates --trial >/dev/null
        mkfifo "$work/ask"
    fi
    python3 "$root/tests/support/s3_double.py" "$work/bucket" --port "${store_port:-0}" --key "$key" --secret "$secret" \
        --bucket "$bucket" --certificate "$work/tls/tls/server.pem" --private-key "$work/tls/tls/server.key" \
        <"$work/ask" >"$work/double.log" &
    store_pid=$!
    exec 7>"$work/ask"
    until store_port=$(sed -nE 's/^port //p' "$work/double.log") && [ -n "$store_port" ]; do sleep 0.05; done
    endpoint=https://localhost:$store_port authority=$work/tls/tls/authority.pem
}
# One question of the double, and its answer.
ask() {
    local before
    before=$(wc -l <"$work/double.log")
    echo "$1" >&7
    until [ "$(wc -l <"$work/double.log")" -gt "$before" ]; do sleep 0.02; done
    tail -n 1 "$work/double.log"
}

kill_store() {
    if [ "$server_kind" = ceph ]; then "$root/tests/support/ceph_gateway" kill "$work/ceph"; return; fi
    kill -KILL "$store_pid"
    wait "$store_pid" 2>/dev/null || true
    exec 7>&-
}
start_store_again() {
    if [ "$server_kind" = ceph ]; then "$root/tests/support/ceph_gateway" again "$work/ceph"; else start_double; fi
}

# s3 METHOD PATH: a request of ours to the bucket, signed by curl.
s3() {
    curl -sf -X "$1" --cacert "$authority" --aws-sigv4 aws:amz:us-east-1:s3 --user "$key:$secret" \
        -H "x-amz-content-sha256: $(printf '' | sha256sum | cut -d' ' -f1)" "$endpoint/$bucket$2"
}
keys_in_bucket() { s3 GET '?list-type=2&max-keys=1000&prefix=' | grep -oE '<Key>[^<]*' | sed 's/<Key>//'; }

if [ "$server_kind" = ceph ]; then
    "$root/tests/support/ceph_gateway" start "$work/ceph" >/dev/null
    { read -r endpoint; read -r bucket; read -r authority; read -r key; read -r secret; } <"$work/ceph/s3"
else
    start_double
fi
(umask 077; printf 'aws_access_key_id = %s\naws_secret_access_key = %s\n' "$key" "$secret" >"$work/credentials")
(umask 077; printf 'aws_access_key_id = %s\naws_secret_access_key = %s\n' "$key" "not-$secret" >"$work/wrong")
cp "$work/credentials" "$work/open-to-all"
chmod 644 "$work/open-to-all"

step() { echo "-- $*"; }
step 'what cannot be right is refused, and nothing is written'
refuses() {
    local said=$1
    shift
    if "$muniment" init --home "$work/refused" --trial --s3-endpoint "$endpoint" "$@" >"$work/answer" 2>&1; then
        failed "init took $*"
    fi
    grep -q "$said" "$work/answer" || { cat "$work/answer" >&2; failed "init did not say '$said' to $*"; }
    rm -rf "$work/refused"
}
trusted=(--packs "s3://$bucket/firm" --s3-authority "$authority")
refuses 'secret key' "${trusted[@]}" --s3-credentials "$work/wrong"
refuses 'read by others' "${trusted[@]}" --s3-credentials "$work/open-to-all"
refuses 'no bucket' --packs s3://no-such-bucket --s3-authority "$authority" --s3-credentials "$work/credentials"
refuses 'certificate is not to be trusted' --packs "s3://$bucket/firm" --s3-credentials "$work/credentials"
[ -z "$(keys_in_bucket)" ] || failed 'a refused founding wrote into the bucket'

step 'papers go in and come out'
init_options=("${trusted[@]}" --s3-endpoint "$endpoint" --s3-credentials "$work/credentials")
small_firm
mkdir "$work/in" "$work/acknowledged"
printf 'der Zeuge heisst Ottokar\n%.0s' $(seq 2000) >"$work/in/Rhabarberkontrakt.txt"
head -c 21000000 /dev/urandom >"$work/in/large.bin"
: >"$work/in/empty"
for i in $(seq 60); do head -c $((i * 700)) /dev/urandom >"$work/in/paper-$i.bin"; done
as luis put "$work/in/." 10432.0001 >/dev/null
cp "$work/in"/* "$work/acknowledged/"
all_there
[ ! -e "$home/data/packs" ] || failed 'a folder of packs was made beside the bucket'
packs=$(keys_in_bucket | grep -c '[.]pack$')
[ "$packs" -lt 60 ] || failed "$packs packs for 63 papers: nothing was batched"

step 'nothing readable, and no credentials where they do not belong'
mkdir "$work/copy"
for name in $(keys_in_bucket); do s3 GET "/$name" >"$work/copy/${name//\//_}"; done
search() { python3 "$root/tests/support/search_plaintext.py" "$@"; }
search "$work/copy" -- "${words[@]}" || broken_promise 'words of a client can be read in the bucket'
search "$home" -- "$secret" || failed 'the secret of the bucket lies in the home folder'
! tr '\0' '\n' <"/proc/$server_pid/cmdline" | grep -qF "$secret" || failed 'the secret stands in the process list'
! tr '\0' '\n' <"/proc/$server_pid/environ" | grep -qF "$secret" || failed 'the secret stands in the environment'
! grep -qF "$secret" "$work/server.log" || failed 'the secret stands in the log'
"$muniment" doctor --home "$home" >"$work/answer" || true
grep -q "good     The bucket answers, and it is this firm's" "$work/answer" ||
    { cat "$work/answer" >&2; failed 'doctor does not see the bucket'; }

step 'a clean stop, and a crash'
stop_server
start_server
all_there
crash_server
start_server
all_there

step 'the object store is killed in the middle of many, and comes back'
for i in $(seq 40); do head -c $((5000 * i)) /dev/urandom >"$work/in/outage-$i.bin"; done
(
    for i in $(seq 40); do
        as luis put "$work/in/outage-$i.bin" 10432.0001 >/dev/null 2>&1 || continue
        cp "$work/in/outage-$i.bin" "$work/acknowledged/"
    done
) &
putting=$!
sleep 1
kill_store
sleep 1
start_store_again
wait "$putting"
[ "$(find "$work/acknowledged" -name 'outage-*' | wc -l)" -eq 40 ] || failed 'an outage of seconds was not waited out'
all_there

step 'both are killed at once'
for round in 1 2; do
    for i in $(seq 30); do head -c $((1000 * i * round)) /dev/urandom >"$work/in/both-$round-$i.bin"; done
    (
        for i in $(seq 30); do
            as luis put "$work/in/both-$round-$i.bin" 10432.0001 >/dev/null 2>&1 || exit 0
            cp "$work/in/both-$round-$i.bin" "$work/acknowledged/"
        done
    ) &
    putting=$!
    sleep "0.$((round * 4))"
    crash_server
    kill_store
    wait "$putting" || true
    start_store_again
    start_server
    all_there
done

if [ "$server_kind" = double ]; then
    step 'a pack that never arrived takes its paper along, and nothing else'
    ask '{"fault": "hold", "method": "PUT", "key": "[.]pack", "times": 100}' >/dev/null
    head -c 5000 /dev/urandom >"$work/in/never.bin"
    before=$(ask '{"count": "PUT", "key": "[.]pack"}')
    as luis put "$work/in/never.bin" 10432.0001 >/dev/null 2>&1 &
    putting=$!
    until [ "$(ask '{"count": "PUT", "key": "[.]pack"}')" -gt "$before" ]; do sleep 0.05; done
    sleep 0.5
    kill_store
    crash_server
    # The command itself as well: it would send the paper again, under its key, and rightly file it.
    pkill -KILL -P "$putting" 2>/dev/null || true
    kill "$putting" 2>/dev/null || true
    wait "$putting" 2>/dev/null || true
    start_double
    start_server
    all_there
    [ ! -e "$work/out/never.bin" ] || failed 'a paper is there whose bytes never arrived'
    grep -q '"event":"start.recovered".*"dropped":1' "$work/server.log" || { cat "$work/server.log" >&2; failed 'nothing was recovered'; }

    step 'a store that is slow, busy and loses answers'
    ask '{"fault": "503", "method": "PUT", "times": 3}' >/dev/null
    ask '{"fault": "lose", "method": "PUT|POST", "times": 3, "after": 2}' >/dev/null
    ask '{"fault": "cut", "method": "GET", "times": 3, "after": 3}' >/dev/null
    head -c 12000000 /dev/urandom >"$work/in/troubled.bin"
    as luis put "$work/in/troubled.bin" 10432.0001 >/dev/null
    cp "$work/in/troubled.bin" "$work/acknowledged/"
    all_there
    ask '{"none": true}' >/dev/null

    step 'no store, no answer that something was kept'
    stop_server
    kill_store
    "$muniment" doctor --home "$home" >"$work/answer" 2>&1 || true
    grep -q 'RED      The bucket' "$work/answer" || { cat "$work/answer" >&2; failed 'doctor does not miss the bucket'; }
    start_double
else
    stop_server
fi
"$muniment" audit verify --home "$home" >/dev/null || broken_promise 'the record does not verify after crashes'
echo "a firm in a bucket: $(find "$work/acknowledged" -type f | wc -l) acknowledged papers, none lost"

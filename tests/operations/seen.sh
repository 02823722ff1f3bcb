#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What whoever runs a server sees of it: the doctor by command and API, numbers for Prometheus without a name or an id, and one request
# found by its id in answer, operations log and record.
#
#   tests/operations/seen.sh MUNIMENT MUNIMENT-CLI
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
fail() { echo "seen.sh: $*" >&2; cat "$work/answer" "$work/server.log" >&2 2>/dev/null || true; exit 1; }

metrics_port=$(python3 -c 'import socket
taken = socket.socket()
taken.bind(("127.0.0.1", 0))
print(taken.getsockname()[1])')
printf '[metrics]\nport = %s\n' "$metrics_port" >"$work/muniment.toml"
export MUNIMENT_CONFIG=$work/muniment.toml
small_firm
as luis put "$root/README.md" 10432.0001 >/dev/null 2>&1
as luis get 10432.0001/README.md -o "$work/out" >/dev/null 2>&1

# The doctor, by the command: the server is asked, the most urgent comes first, and a slot that goes is missed.
"$muniment" doctor --home "$home" --json >"$work/doctor" || true
finding() { python3 -c 'import json, sys
said = json.load(open(sys.argv[1]))
print(next((f["level"] for f in said["findings"] if f["name"] == sys.argv[2] and f["subject"] == sys.argv[3]), "none"))' "$@"; }
is() { [ "$(finding "$1" "$2" "$3")" = "$4" ] || { cat "$1" >&2; fail "$2 $3 is $(finding "$1" "$2" "$3"), not $4"; }; }
is "$work/doctor" server.open '' good
is "$work/doctor" slots.reach 'slot 2' good
is "$work/doctor" slots.apart '' red
is "$work/doctor" jobs.state log.verify good
python3 -c 'import json, sys
said = json.load(open(sys.argv[1]))
levels = [finding["level"] for finding in said["findings"]]
order = {"red": 0, "warning": 1, "good": 2}
assert said["seen_by"] == "server" and said["level"] == "red"
assert levels[0] == "red" and [level for level in levels if level != "good"] == sorted((l for l in levels if l != "good"), key=order.get)
' "$work/doctor" || fail 'the doctor does not say it in order'
mv "$home/slots/b" "$home/slots/away"
"$muniment" doctor --home "$home" --json >"$work/doctor" && fail 'a slot that is gone ends with 0'
is "$work/doctor" slots.reach 'slot 2' red
mv "$home/slots/away" "$home/slots/b"

# By the API: the same without a path of this machine; not for everybody; and recorded.
raw otto GET /doctor >"$work/code"
grep -qx 200 "$work/code" || fail "the auditor is not told: $(cat "$work/code")"
if grep -qF "$work" "$work/answer"; then fail 'a path of this machine is in the answer'; fi
is "$work/answer" server.open '' good
raw luis GET /doctor >"$work/code"
grep -qx 403 "$work/code" || fail "a lawyer is told how the server is: $(cat "$work/code")"
as otto audit log --json >"$work/log"
grep -q '"operations-viewed"' "$work/log" || fail 'that somebody looked is not in the record'

# The numbers: of what was done, in the right form, and of nothing else.
curl -sS -D "$work/head" "http://127.0.0.1:$metrics_port/metrics" >"$work/numbers"
grep -qi '^content-type: text/plain; version=0.0.4' "$work/head" || fail 'the numbers are of another type'
number() { sed -n "s/^$1 //p" "$work/numbers"; }
[ "$(number muniment_open)" = 1 ] || fail 'it is open, and the numbers do not say so'
[ "$(number muniment_slots)" = 2 ] || fail 'the numbers do not count two slots'
content='{method="GET",route="\/api\/v1\/matters\/{matter}\/papers\/{paper}\/content",class="2xx"}'
[ "$(number "muniment_http_requests_total$content")" = 1 ] ||
    { grep http_requests_total "$work/numbers" >&2; fail 'the paper that was fetched is not counted'; }
[ "$(number 'muniment_http_requests_total{method="GET",route="\/api\/v1\/doctor",class="4xx"}')" = 1 ] || fail 'a refusal is not counted'
[ "$(number muniment_pack_objects_written_total)" -ge 1 ] || fail 'no object was written'
[ "$(number muniment_commits_total)" -ge 20 ] || fail 'nothing was committed'
[ "$(number muniment_log_entries_total)" -ge 20 ] || fail 'the record has no entries'
[ "$(number muniment_sessions)" -ge 6 ] || fail 'nobody is signed in'
if grep -Ei '[0-9a-f]{8}-[0-9a-f]{4}|[0-9a-f]{32}' "$work/numbers"; then fail 'an id is in the numbers'; fi
if grep -Ei 'bergmann|supply|hartmann|vera|luis|otto|readme|10432|127\.0\.0\.1' "$work/numbers"; then fail 'a name is in the numbers'; fi
[ "$(curl -sS -o /dev/null -w '%{http_code}' "http://127.0.0.1:$metrics_port/api/v1/people")" = 404 ] || fail 'more than numbers is told'
[ "$(curl -sSk -o /dev/null -w '%{http_code}' "$server_url/metrics")" = 404 ] || fail 'the numbers are told on the port for people'
python3 -c 'import socket, sys
for line in open("/proc/net/tcp").read().splitlines()[1:]:
    local, state = line.split()[1], line.split()[3]
    if state == "0A" and int(local.split(":")[1], 16) == int(sys.argv[1]):
        assert local.split(":")[0] == "0100007F", local
        sys.exit(0)
sys.exit(1)' "$metrics_port" || fail 'the numbers are told to others than this machine'

# One id in answer, operations log and record: of a paper whose bytes were changed on the disk.
head -c 40000 /dev/urandom >"$work/damaged.bin"
as luis put "$work/damaged.bin" 10432.0001 >/dev/null 2>&1
python3 - "$home/data/packs" <<'PYTHON'
import pathlib
import sys

for pack in pathlib.Path(sys.argv[1]).rglob("*.pack"):
    content = bytearray(pack.read_bytes())
    for at in range(60, len(content), 500):
        content[at] ^= 0xff
    pack.write_bytes(content)
PYTHON
matter=$(as luis matter show 10432.0001 --json | json_text id)
paper=$(as luis ls 10432.0001 --json | python3 -c 'import json, sys
said = json.load(sys.stdin)
papers = said["items"] if isinstance(said, dict) else said
print(next(paper["id"] for paper in papers if paper["name"] == "damaged.bin"))')
raw luis GET "/matters/$matter/papers/$paper/content" -D "$work/head" >"$work/code"
grep -qx 500 "$work/code" || fail "a damaged paper is answered $(cat "$work/code")"
id=$(tr -d '\r' <"$work/head" | sed -nE 's/^[Xx]-[Rr]equest-[Ii]d: //p')
[ -n "$id" ] || fail 'the answer has no request id'
grep -qF "$id" "$work/answer" || fail 'the problem document names another request'
grep -F "\"request\":\"$id\"" "$work/server.log" | grep -q '"event":"request.failed"' || fail 'the operations log does not have the request'
as otto audit log --json --limit 50 >"$work/log"
grep -qF "$id" "$work/log" || { cat "$work/log" >&2; fail 'the record does not have the request'; }
if grep -Ei 'bergmann|damaged\.bin|luis' "$work/server.log" | grep '^{'; then fail 'a name is in the operations log'; fi

# Locked, the doctor says so in red, and the numbers as well.
"$muniment" lock --home "$home" >/dev/null
"$muniment" doctor --home "$home" --json >"$work/doctor" && fail 'a locked server ends with 0'
is "$work/doctor" server.open '' red
curl -sS "http://127.0.0.1:$metrics_port/metrics" >"$work/numbers"
[ "$(number muniment_open)" = 0 ] || fail 'it is locked, and the numbers do not say so'
stop_server
"$muniment" doctor --home "$home" --json >"$work/doctor" || true
is "$work/doctor" server.runs '' warning
echo 'seen: doctor, numbers, one request in three places'

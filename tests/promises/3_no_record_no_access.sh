#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 3: no record, no access. The moment somebody has a paper in hand, the server is killed: the entry must be there all the
# same, for a reading, a listing, a refusal and a change.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/firm.sh"
small_firm
printf 'told in confidence\n' >"$work/letter.txt"
as luis put "$work/letter.txt" 10432.0001 >/dev/null

# recorded ACTION OUTCOME PERSON: the newest entries hold one of that kind by that person.
recorded() {
    [ "$(raw otto GET '/log?limit=60')" = 200 ] || { cat "$work/answer" >&2; exit 1; }
    mv "$work/answer" "$work/log.json"
    python3 - "$work/log.json" "$@" <<'PYTHON'
import json, sys
said = json.load(open(sys.argv[1]))
items = said["items"]
action, outcome, person = sys.argv[2:5]
found = any(e["action"] == action and e["outcome"] == outcome and (e.get("person") or {}).get("name") == person for e in items)
sys.exit(0 if found else 1)
PYTHON
}
# done_and_killed COMMAND…: by luis or nora, then no time for anything that was put off.
killed_after() {
    "$@" >/dev/null 2>&1 || true
    crash_server
    start_server
}

killed_after as luis get 10432.0001/letter.txt -o "$work/out"
[ -s "$work/out/letter.txt" ] || { echo 'the paper was not given at all' >&2; exit 1; }
recorded paper-opened permitted 'Luis Vale' || broken_promise 'somebody has the paper, and the record does not say so'
killed_after as luis ls 10432.0001
recorded papers-listed permitted 'Luis Vale' || broken_promise 'somebody saw the list, and the record does not say so'
killed_after as vera matter team add 10432.0002 --user luis --role reader
recorded team-changed done 'Vera Hartmann' || broken_promise 'a change took effect, and the record does not say so'
id=$(as vera matter show 10432.0001 --json | json_text id)
killed_after raw nora GET "/matters/$id/papers"
recorded papers-listed refused 'Nora Adeyemi' || broken_promise 'somebody was refused, and the record does not say so'
stop_server
"$muniment" audit verify --home "$home" >/dev/null || broken_promise 'the record does not verify after crashes'
echo 'promise 3 held'

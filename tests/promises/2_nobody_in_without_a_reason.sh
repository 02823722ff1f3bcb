#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 2: nobody in without a reason. A stranger to the matter, the administrator, and a team member behind a wall get nothing:
# not the papers, not their names, not the matter's existence. The right person gets them byte for byte.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/firm.sh"
small_firm
printf 'told in confidence\n' >"$work/letter.txt"
as luis put "$work/letter.txt" 10432.0001 >/dev/null
as vera put "$work/letter.txt" 10432.0002 >/dev/null
matter=$(as vera matter show 10432.0001 --json | json_text id)
other=$(as vera matter show 10432.0002 --json | json_text id)
paper=$(as vera ls 10432.0001 --json | json_text id)
as luis get 10432.0001 -o "$work/right" >/dev/null
cmp "$work/letter.txt" "$work/right/letter.txt" || broken_promise 'the right person did not get the paper byte for byte'

# Nothing at all, whatever is tried, by name, number or id: and the answer is that of a matter that does not exist.
gets_nothing() {
    local who=$1 in=$2 try
    for try in "get $in -o $work/wrong" "ls $in" "versions $in/$paper" "matter show $in" "matter team list $in" \
        "put $work/letter.txt $in"; do
        # shellcheck disable=SC2086
        if as "$who" $try >"$work/answer" 2>&1; then broken_promise "$who could: $try"; fi
        if grep -q 'confidence' "$work/answer"; then broken_promise "$who was told the content by: $try"; fi
    done
    # Not through a client that looks names up first, but asking for it outright: the answer is that of a matter that was never there.
    for try in "" /papers "/papers/$paper" "/papers/$paper/content" "/papers/$paper/versions" /team; do
        [ "$(raw "$who" GET "/matters/$in$try")" = 404 ] || broken_promise "$who was not told 'no such thing' at $try"
        if grep -q 'confidence\|letter\|kits\|workshop' "$work/answer"; then broken_promise "$who was told something at $try"; fi
    done
    [ "$(raw "$who" GET "/matters/00000000-0000-7000-8000-000000000000")" = 404 ] || exit 1
    [ -z "$(ls -A "$work/wrong" 2>/dev/null)" ] || broken_promise "$who got a file"
    if as "$who" matter list --json | grep -q "$in"; then broken_promise "$who sees that the matter exists"; fi
}
gets_nothing nora "$matter"
gets_nothing admin "$matter"
gets_nothing luis "$other"

# On the team, and then behind a wall: over any grant.
as vera matter team add 10432.0002 --user luis --role member >/dev/null
as luis ls "$other" >/dev/null
as carla wall add --screen luis --from 10432.0002 --memo 'acts for the other side' >/dev/null
gets_nothing luis "$other"
as carla access explain --user luis --matter "$other" >"$work/answer"
grep -qi wall "$work/answer" || broken_promise 'nobody can learn that it is the wall that keeps him out'

# What was refused is in the record.
[ "$(raw otto GET '/log?limit=200')" = 200 ] || exit 1
grep -q '"refused"' "$work/answer" || broken_promise 'the refusals are not in the record'

# No session, a made-up one, somebody else's ended one.
for header in '' 'Authorization: Bearer mun_t_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'; do
    code=$(curl -sk -o "$work/answer" -w '%{http_code}' ${header:+-H "$header"} "$server_url/api/v1/matters/$matter/papers/$paper/content")
    [ "$code" = 401 ] || broken_promise "without a session, the answer was $code"
done
as admin user end nora >/dev/null
if as nora matter list >/dev/null 2>&1; then broken_promise 'a person whose access was ended is still let in'; fi
stop_server
echo 'promise 2 held'

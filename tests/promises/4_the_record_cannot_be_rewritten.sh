#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 4: the record cannot be rewritten unnoticed. Whoever runs the database edits, deletes, swaps and cuts off entries, tiles and
# checkpoints: the verification says so and names the entry. The rows that decide who may enter are edited, deleted, added and put
# back as they were: the door stays shut.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/firm.sh"
if [ -n "${MUNIMENT_DATABASE:-}" ]; then
    # A copy is a schema of its own beside Muniment's.
    sql() { PGOPTIONS='-c search_path=muniment -c client_min_messages=error' psql "$MUNIMENT_DATABASE" -qAtX -v ON_ERROR_STOP=1 -c "$1"; }
    tables() { sql "SELECT tablename FROM pg_tables WHERE schemaname = 'muniment'"; }
    keep() {
        sql "CREATE SCHEMA $1"
        for table in $(tables); do sql "CREATE TABLE $1.$table AS TABLE muniment.$table"; done
        cp -a "$home" "$work/$1"
    }
    again() {
        local table all=
        for table in $(tables); do all+="TRUNCATE $table; INSERT INTO $table SELECT * FROM whole.$table;"; done
        sql "$all"
        rm -rf "$home"
        cp -a "$work/whole" "$home"
    }
    with_other_byte() { echo "set_byte($1, $(($2 - 1)), get_byte($1, $(($2 - 1))) # 255)"; }
    id() { echo "'$1'::uuid"; }
else
    sql() { sqlite3 "$home/data/records.sqlite" "$1"; }
    keep() { cp -a "$home" "$work/$1"; }
    again() {
        rm -rf "$home"
        cp -a "$work/whole" "$home"
    }
    # The SQL for a column with a byte that is not the one at this place, counted from 1.
    with_other_byte() {
        echo "CAST(substr($1, 1, $(($2 - 1))) || CASE substr($1, $2, 1) WHEN x'00' THEN x'01' ELSE x'00' END ||
            substr($1, $(($2 + 1))) AS BLOB)"
    }
    id() { echo "x'$1'"; }
fi

small_firm
printf 'told in confidence\n' >"$work/letter.txt"
for i in 1 2 3 4 5 6; do
    as luis put "$work/letter.txt" "10432.0001/Folder $i" >/dev/null
    as luis ls 10432.0001 >/dev/null
done
keep earlier
as vera matter team add 10432.0002 --user luis --role reader >/dev/null
as carla wall add --screen luis --from 10432.0002 --memo 'screened' >/dev/null
stop_server
"$muniment" audit verify --home "$home" >"$work/answer" || { cat "$work/answer"; exit 1; }
grep -q '^record verified' "$work/answer"
keep whole

# noticed WHAT SQL ENTRY: the verification fails and names the entry.
noticed() {
    again
    sql "$2"
    if "$muniment" audit verify --home "$home" >"$work/answer" 2>&1; then broken_promise "$1, and the record is said to be sound"; fi
    grep -q "entry $3" "$work/answer" || { cat "$work/answer"; broken_promise "$1, and the wrong entry is named, or none"; }
}
noticed 'an entry was edited' \
    "UPDATE entries SET leaf = $(with_other_byte leaf 41) WHERE sequence = 9" 9
noticed 'an entry was deleted' 'DELETE FROM entries WHERE sequence = 11' 11
noticed 'two entries were exchanged' 'UPDATE entries SET sequence = -1 WHERE sequence = 7;
    UPDATE entries SET sequence = 7 WHERE sequence = 8;
    UPDATE entries SET sequence = 8 WHERE sequence = -1' 7
again
last=$(sql 'SELECT max(sequence) FROM entries')
noticed 'the end was cut off' "DELETE FROM entries WHERE sequence > $((last - 3))" "$((last - 2))"

# refuses_to_open WHAT: the server runs, says ALARM, and lets nobody in.
refuses_to_open() {
    start_server
    grep -q 'ALARM' "$work/server.log" || broken_promise "$1, and there is no alarm"
    if as vera matter list >/dev/null 2>&1; then broken_promise "$1, and people are let in"; fi
    crash_server
}
for kind in 21 22 23 25 26 27; do
    again
    sql "UPDATE gate_rows SET sealed = $(with_other_byte sealed 31)
        WHERE kind = $kind AND row = (SELECT row FROM gate_rows WHERE kind = $kind LIMIT 1)"
    refuses_to_open "a row of kind $kind was edited"
    again
    sql "DELETE FROM gate_rows WHERE kind = $kind AND row = (SELECT row FROM gate_rows WHERE kind = $kind LIMIT 1)"
    refuses_to_open "a row of kind $kind was deleted"
    again
    sql "INSERT INTO gate_rows SELECT kind, $(id 00112233445566778899aabbccddeeff), owner, revision, sealed
        FROM gate_rows WHERE kind = $kind LIMIT 1"
    refuses_to_open "a row of kind $kind was added"
done
# Rolled back: the rows and the head as they were before the wall, all of them genuine.
again
attached=
[ -n "${MUNIMENT_DATABASE:-}" ] || attached="ATTACH '$work/earlier/data/records.sqlite' AS earlier;"
sql "$attached DELETE FROM gate_rows; INSERT INTO gate_rows SELECT * FROM earlier.gate_rows"
refuses_to_open 'the rows were put back as they were before the wall'
echo 'promise 4 held'

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the programs write, the second reader (read.mjs, made from docs/formats/ alone) reads; and what somebody changed on the
# disk, it refuses, each time for the right reason. Called with muniment and muniment-cli.
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/../promises/firm.sh"
reader=$root/tests/reader/read.mjs
small_firm

# Papers of every shape: empty, of one chunk and one byte more, in a shared pack and in one of its own; a folder, two versions.
mkdir -p "$work/in/Schriftsätze"
: >"$work/in/empty.txt"
head -c 16384 /dev/urandom >"$work/in/chunk.bin"
head -c 16385 /dev/urandom >"$work/in/chunk-and-one.bin"
head -c 1500000 /dev/urandom >"$work/in/large.bin"
echo 'first' >"$work/in/twice.txt"
echo 'Klageerwiderung' >"$work/in/Schriftsätze/Entwurf – § 12.txt"
as luis put "$work/in/." 10432.0001 >/dev/null
echo 'second' >"$work/in/twice.txt"
as luis put "$work/in/twice.txt" 10432.0001 >/dev/null
as luis rm 10432.0001/chunk.bin >/dev/null
as carla wall add --screen luis --from 10432.0002 --memo 'acts for the other side' >/dev/null
as nora get 10432.0001 -o "$work/refused" >/dev/null 2>&1 && broken_promise 'nora read what is not hers'
as luis get 10432.0001/twice.txt -o "$work" >/dev/null

# The turn waits until the slots were seen to stand still.
stop_server
start_server --check-seconds 1
for ((i = 0; i < 50; ++i)); do "$muniment" keys turn --home "$home" >"$work/turn" 2>&1 && break; sleep 0.2; done
grep -q . "$home"/slots/*.key-sets/*.keys || { cat "$work/turn" >&2; echo 'the epoch did not turn' >&2; exit 1; }
sleep 1.2                                          # the sequencer's next checkpoint covers the turn
stop_server
"$muniment" audit export "$work/log" --home "$home" >/dev/null

node "$reader" "$home" "$work/log" >"$work/read.json" || { echo 'the reader refused what the programs wrote' >&2; exit 1; }
python3 - "$work" <<'PYTHON'
import hashlib, json, pathlib, sys
work = pathlib.Path(sys.argv[1])
read = json.loads((work / "read.json").read_text())
matters = {matter["number"]: matter for matter in read["matters"]}
papers = {paper["name"]: paper for paper in matters["10432.0001"]["papers"]}
assert read["firm"]["name"] == "Hartmann & Vale" and read["epoch"] == 2 and read["slots"] == 2, read["firm"]
assert matters["10432.0001"]["name"] == "Supply of kits" and matters["10432.0002"]["papers"] == []
assert [client["name"] for client in read["clients"]] == ["Bergmann Medical"]
assert read["people"] == 6 and read["records"] == 1 + 6 + 1 + 2, read["records"]
for file in (work / "in").rglob("*"):
    paper = papers.pop(file.name)
    assert paper["folder"] == file.is_dir(), file
    if file.is_file():
        newest = paper["versions"][-1]
        assert newest["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest() and newest["size"] == file.stat().st_size, file
        assert len(paper["versions"]) == (2 if file.name == "twice.txt" else 1), file
        assert paper["state"] == (2 if file.name == "chunk.bin" else 1), file
assert not papers, papers
assert read["gate"].count("gate.person") == 6 and read["gate"].count("gate.team") >= 3 and "gate.session" in read["gate"]
assert len(read["keySets"]) == 2 and all(kept["records"] == read["records"] for kept in read["keySets"])
said = json.dumps(read["log"]["words"])
assert "twice.txt" in said and read["log"]["size"] >= 30 and read["log"]["rowMarks"] > 20, read["log"]["size"]
PYTHON

# refused WHY COMMAND…: a copy of the firm, changed by the command (in $copy), is refused with those words.
refused() {
    local why=$1
    copy=$work/copy
    rm -rf "$copy"
    cp -r "$home" "$copy"
    cp -r "$work/log" "$copy/log"
    "${@:2}"
    if node "$reader" "$copy" "$copy/log" >/dev/null 2>"$work/said"; then broken_promise "the reader took: $*"; fi
    grep -q "refused: .*$why" "$work/said" || { cat "$work/said" >&2; echo "refused for another reason than: $why" >&2; exit 1; }
    damages=$((damages + 1))
}
damages=0
sql() { sqlite3 "$copy/data/records.sqlite" "$*"; }
# from TABLE COLUMN WHERE: the value of that column there, as a part of SQL.
from() { printf '(select %s from %s where %s limit 1)' "$2" "$1" "$3"; }
flip() {    # FILE OFFSET: one bit of one byte; an offset below 0 counts from the end
    python3 - "$1" "$2" <<'PYTHON'
import sys
path, at = sys.argv[1], int(sys.argv[2])
data = bytearray(open(path, "rb").read())
data[at] ^= 1
open(path, "wb").write(data)
PYTHON
}
large() { find "$copy/data/packs" -name '*.pack' -size +1400k -size -1600k; }
swap_chunks() {
    python3 - "$(large)" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
first, chunk = 25 + 32 + 2 + 56, 16384 + 16
data[first:first + 2 * chunk] = data[first + chunk:first + 2 * chunk] + data[first:first + chunk]
open(sys.argv[1], "wb").write(data)
PYTHON
}
paper="(select document from parts where plain_length = 1500000)"
other="(select document from parts where plain_length = 16385)"

# Objects and packs.
refused 'chunk 3 does not open' eval 'flip "$(large)" $((25 + 32 + 2 + 56 + 3 * 16400 + 7))'
refused 'chunk 0 does not open' swap_chunks
refused 'commitment is of another key or context' eval 'flip "$(large)" $((25 + 32 + 2 + 30))'
refused 'is in no frame' eval 'flip "$(large)" 40'
refused 'another head or format' eval 'flip "$(large)" 3'
refused 'object-key .* does not open' sql "update parts set wrapped_key =" "$(from parts wrapped_key "document = $other")" \
    "where document = $paper"
refused 'not those of the version' sql "update parts set plain_length = plain_length - 1 where document = $paper"
refused 'not those of the version' sql "delete from parts where document = $paper"
# Rows.
refused 'document-list .* does not open' sql "update documents set list =" "$(from documents list "document = $other")" \
    "where document = $paper"
refused 'changed beside its seal' sql "update documents set state = 2 where document = $paper"
refused 'changed beside its seal' sql "update documents set parent = randomblob(16) where document = $paper"
refused 'document-secret .* does not open' sql "update documents set secret =" \
    "$(from documents secret "document = $other")" "where document = $paper"
refused 'document.version .* does not open' sql "update versions set revision = 2 where document = $paper"
refused 'client.profile .* does not open' sql "update fields set sealed =" "$(from fields sealed 'kind = 44')" 'where kind = 43'
# The gate, keys, slots.
refused 'where the head counts' sql 'delete from gate_rows where row =' "$(from gate_rows row 'kind = 26')"
refused 'not those of the head' sql 'update gate_rows set revision = revision + 1 where row =' "$(from gate_rows row 'kind = 25')"
refused 'beside its seal' sql "update singles set value = cast(X'00000000000000FF' || substr(value, 9) as blob)" \
    "where name = 'gate-head'"
refused 'key records, where the head counts' sql "delete from key_records where kind = 3"
refused 'not those of the head' sql 'update key_records set sealed =' "$(from key_records sealed 'kind = 3')" 'where kind = 4'
refused 'epoch .* does not open' eval 'flip "$(ls "$copy"/slots/a/*.epoch)" 30'
refused 'unlock .* does not open' eval 'printf "%064d\n" 1 >"$(ls "$copy"/keys/key-file-*.key)"'
refused 'mark is of another key' eval 'flip "$(ls "$copy"/keys/key-file-*.unlock)" 45'
refused 'MAC is not of this epoch' eval 'flip "$(ls "$copy"/slots/a.key-sets/*.keys)" 200'
# The log.
refused 'this key did not sign' eval 'flip "$copy/log/checkpoint" -9'
refused 'does not fit its tile' eval 'flip "$(ls "$copy"/log/tile/0/000.p/*)" 40'
refused 'does not fit its tile' eval 'flip "$(ls "$copy"/log/tile/entries/000.p/*)" 40'
refused 'another one than that of the log' sql 'update entries set leaf =' "$(from entries leaf 'sequence = 4')" \
    'where sequence = 3'
refused 'audit-detail .* does not open' sql 'update entries set detail =' "$(from entries detail 'sequence = 4')" \
    'where sequence = 3'
echo "second reader: everything was read, $damages damages were refused"

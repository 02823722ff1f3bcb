#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Promise 1: nothing readable at rest. Words are planted wherever a firm would write them; then the data folder, the database, the
# server's log and a core taken a minute after the work are searched for each, as UTF-8, UTF-16 and base64.
client_name='Quittenbaum Xylophonwerke'
matter_name='Verschwiegenheit Zimtsternpatent'
other_matter_name='Nebelhornlieferung Unterwasser'
# shellcheck source=tests/promises/firm.sh
. "$(dirname "$0")/firm.sh"

words=(Quittenbaum Xylophonwerke Verschwiegenheit Zimtsternpatent Nebelhornlieferung Rhabarberkontrakt Geheimordnerchen
    'der Zeuge heisst Ottokar Pfefferkuchen' Brombeerkommentar Mauernotiz-Kastanienallee Pistaziendossier)

small_firm
mkdir "$work/papers"
for i in $(seq 400); do
    printf 'Seite %s: der Zeuge heisst Ottokar Pfefferkuchen, wohnhaft hinter der Mauer.\n' "$i"
done >"$work/papers/Rhabarberkontrakt.txt"
head -c 3000000 /dev/zero | tr '\0' 'x' >"$work/papers/Pistaziendossier.bin"
printf 'der Zeuge heisst Ottokar Pfefferkuchen' >>"$work/papers/Pistaziendossier.bin"
as luis put "$work/papers/Rhabarberkontrakt.txt" "$work/papers/Pistaziendossier.bin" 10432.0001/Geheimordnerchen \
    --comment Brombeerkommentar >/dev/null
as carla wall add --screen nora --from 10432.0001 --memo Mauernotiz-Kastanienallee >/dev/null
as luis ls 10432.0001 >/dev/null
as luis get 10432.0001 -o "$work/out" >/dev/null
cmp "$work/papers/Rhabarberkontrakt.txt" "$work/out/Geheimordnerchen/Rhabarberkontrakt.txt"
as luis mv 10432.0001/Geheimordnerchen/Rhabarberkontrakt.txt 10432.0001/Rhabarberkontrakt-neu.txt >/dev/null
as vera matter show 10432.0001 >/dev/null
as otto audit log >/dev/null
rm -rf "$work/papers" "$work/out"

# The search itself is tried on what must be found.
mkdir "$work/bait"
printf 'xx%sxx' "${words[0]}" | base64 >"$work/bait/base64"
printf '%s' "${words[0]}" | iconv -t UTF-16LE >"$work/bait/utf16"
for bait in "$work"/bait/*; do
    if python3 "$root/tests/support/search_plaintext.py" "$bait" -- "${words[0]}" >/dev/null; then
        echo "the search does not find what is there: ${bait##*/}" >&2
        exit 1
    fi
done
rm -rf "$work/bait"

search() {
    python3 "$root/tests/support/search_plaintext.py" "$1" -- "${words[@]}" || broken_promise "words of a client can be read in $2"
}
search "$home" 'the home folder while the server runs'
[ -z "${MUNIMENT_DATABASE:-}" ] || search "$(database_folder)" "the database server's folder"
search "$work/server.log" "the server's log"

sleep "${MUNIMENT_CORE_AFTER:-60}"
gcore -o "$work/core" "$server_pid" >"$work/gcore.log" 2>&1 || { cat "$work/gcore.log" >&2; exit 1; }
search "$work/core.$server_pid" 'a core taken a minute after the work'
rm -f "$work/core.$server_pid"
stop_server
search "$home" 'the home folder after the end'
echo 'promise 1 held'

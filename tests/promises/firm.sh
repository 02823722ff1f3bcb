# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
# What each scenario of the promises begins with: a small firm, served, with a client, two matters and a paper. To be sourced by a
# scenario, which is called with muniment and muniment-cli.
set -euo pipefail
muniment=$(readlink -f "$1")
muniment_cli=$(readlink -f "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
init_options=()
# shellcheck source=tools/strongroom.sh
. "$root/tools/strongroom.sh"
trap 'crash_server 2>/dev/null || true; rm -rf "$work"' EXIT

# The folder of the database's own server, where the rows are in PostgreSQL (tests/support/postgresql).
database_folder() {
    local passfile=${MUNIMENT_DATABASE#*passfile=}
    dirname "${passfile%%&*}"
}

# As a power cut of the process: no signal handler runs.
crash_server() {
    [ -n "$server_pid" ] || return 0
    local pid=$server_pid
    server_pid=
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# People: vera opens matters and leads them, luis is on the team of the first, nora of nothing, carla raises walls, otto reads the log.
small_firm() {
    found_firm 'Hartmann & Vale' 'Ada Okafor' "${init_options[@]}"
    start_server
    accept_invitation admin 'ochre-lantern-tugboat-19'
    add_person vera 'Vera Hartmann' 'granite-plum-wharf-64' partner
    add_person luis 'Luis Vale' 'saffron-kettle-dune-27' lawyer
    add_person nora 'Nora Adeyemi' 'thistle-cobalt-ferry-83' lawyer
    add_person carla 'Carla Whitfield' 'maple-sextant-brook-38' compliance
    add_person otto 'Otto Lindqvist' 'walnut-beacon-plaid-72' auditor
    as vera client add "${client_name:-Bergmann Medical}" --number 10432 >/dev/null
    as vera matter open 10432 "${matter_name:-Supply of kits}" --number 10432.0001 >/dev/null
    as vera matter open 10432 "${other_matter_name:-Lease of the workshop}" --number 10432.0002 >/dev/null
    as vera matter team add 10432.0001 --user luis --role member >/dev/null
}

# Each paper in $work/acknowledged is in the matter, and what is there besides is one of those in $work/in.
all_there() {
    rm -rf "$work/out"
    as luis get 10432.0001 -o "$work/out" >"$work/answer" 2>&1 ||
        { cat "$work/answer" >&2; broken_promise 'what is there cannot be fetched'; }
    local paper
    for paper in "$work"/acknowledged/*; do
        cmp -s "$paper" "$work/out/${paper##*/}" || broken_promise "${paper##*/} was acknowledged, and is gone or changed"
    done
    # What was not acknowledged is whole all the same.
    for paper in "$work"/out/*; do
        cmp -s "$paper" "$work/in/${paper##*/}" || broken_promise "${paper##*/} came back as something that nobody sent"
    done
}

# raw WHO METHOD PATH [options of curl]: a request that no client would send, as that person. Prints the status; the body goes to
# $work/answer.
raw() {
    local who=$1 method=$2 path=$3 token
    token=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["profiles"][sys.argv[2]]["token"])' \
        "$MUNIMENT_CONFIG_DIR/client.json" "$who")
    curl -sk -o "$work/answer" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $token" "${@:4}" "$server_url/api/v1$path"
}

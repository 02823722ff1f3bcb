# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
# For scripts that play with a strongroom: the demo, the promises, the README's test, the benchmark. To be sourced after setting
#
#   muniment, muniment_cli   the programs
#   work                     a folder of one's own: the home lies in $work/home, sign-ins in $work/people
#
# Every person's password, TOTP secret and invitation lie in files there: it is for sample firms only.

export MUNIMENT_CONFIG_DIR="$work/config"
home=$work/home
people=$work/people
server_pid=
server_port=
server_url=
fingerprint=
mkdir -p "$work" "$people"

client() { "$muniment_cli" "$@"; }
as() { local who=$1; shift; "$muniment_cli" "$@" --profile "$who"; }

# The text of one key in the JSON on standard input; the first, where it stands there several times. For ids, codes and states,
# which hold no escapes.
json_text() { tr -d '\n' | grep -oE "\"$1\" *: *\"[^\"]*\"" | head -n 1 | sed -E 's/^"[^"]*" *: *"(.*)"$/\1/'; }

# found_firm NAME ADMINISTRATOR [OPTION…]: a firm whose first administrator `admin` still has to accept; the invitation lies in
# $people/admin.invitation. The options are those of `muniment init`. Its rows are in PostgreSQL where $MUNIMENT_DATABASE says where that is.
found_firm() {
    "$muniment" init --home "$home" --firm "$1" --admin admin --admin-name "$2" --trial --json "${@:3}" \
        ${MUNIMENT_DATABASE:+--database "$MUNIMENT_DATABASE"} |
        json_text invitation >"$people/admin.invitation"
}

# Starts the server in the background, on a free port where none is given, and waits until it is open. What it says goes to $work/server.log.
start_server() {
    : >"$work/server.log"
    "$muniment" serve --home "$home" --port "${server_port:-0}" "$@" >>"$work/server.log" 2>&1 &
    server_pid=$!
    local tries
    for ((tries = 0; tries < 300; ++tries)); do
        server_url=$(sed -nE 's/^Muniment .* at (https:[^ ]*)$/\1/p' "$work/server.log")
        fingerprint=$(sed -n 's/^Certificate fingerprint (SHA-256): //p' "$work/server.log")
        if [ -n "$server_url" ] && [ -n "$fingerprint" ]; then
            # People's sign-ins name this port: another start takes it again.
            server_port=${server_url##*:}
            return 0
        fi
        if ! kill -0 "$server_pid" 2>/dev/null; then break; fi
        sleep 0.1
    done
    cat "$work/server.log" >&2
    echo "strongroom.sh: the server did not start" >&2
    return 1
}

# SIGTERM: what is under way may end. Gives the server's exit code.
stop_server() {
    [ -n "$server_pid" ] || return 0
    local pid=$server_pid code=0
    server_pid=
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || code=$?
    return "$code"
}

# One code per secret and 30 seconds: a code is taken once.
totp() { oathtool --totp -b "$(cat "$people/$1.totp")" "${@:2}"; }

# The person's invitation becomes an account, signed in as the profile of that name.
accept_invitation() {
    local who=$1 password=$2
    local invitation
    invitation=$(cat "$people/$who.invitation")
    (umask 077; printf '%s\n' "$password" >"$people/$who.password")
    client accept --profile "$who" --server "$server_url" --fingerprint "$fingerprint" --sign-in "$who" --invitation "$invitation" \
        --password-file "$people/$who.password" --totp-secret-file "$people/$who.totp" 2>/dev/null
    client accept --profile "$who" --confirm --invitation "$invitation" --password-file "$people/$who.password" \
        --code "$(totp "$who")" >/dev/null
}

# add_person SIGN-IN NAME PASSWORD ROLE…: invited by the administrator, and accepted.
add_person() {
    local who=$1 name=$2 password=$3 role roles=()
    for role in "${@:4}"; do roles+=(--role "$role"); done
    as admin user add "$who" --name "$name" "${roles[@]}" --json | json_text invitation >"$people/$who.invitation"
    accept_invitation "$who" "$password"
}

# For the scenarios of tests/promises: what was promised does not hold. Any other exit code but 0 means that the scenario itself
# could not be played.
broken_promise() {
    echo "PROMISE BROKEN: $*" >&2
    exit 10
}

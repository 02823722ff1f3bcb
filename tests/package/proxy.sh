#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The nginx of docs/operate/install.md in front of a server: papers go through it and back, and none of them lies in a file of nginx.
#
#   proxy.sh MUNIMENT MUNIMENT-CLI
set -euo pipefail
muniment=$(readlink -f "$1")
muniment_cli=$(readlink -f "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
nginx=
# shellcheck source=tools/strongroom.sh
. "$root/tools/strongroom.sh"
trap '[ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true; stop_server 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; cat "$work/error.log" >&2; exit 1; }

found_firm 'Hartmann & Vale' 'Ada Okafor' --name muniment.example.org
start_server
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x -addext 'subjectAltName=DNS:localhost' \
    -keyout "$work/proxy.key" -out "$work/proxy.pem" 2>/dev/null
proxy_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
{
    echo "pid $work/nginx.pid; error_log $work/error.log; daemon off;"
    [ "$(id -u)" != 0 ] || echo "user root;"
    echo "events {} http { access_log off;"
    for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/temporary-$kind;"; done
    # The block of the page, on this test's ports and files.
    sed -n '/^```nginx$/,/^```$/{/^```/d;p}' "$root/docs/operate/install.md" |
        sed "s|listen 443 |listen 127.0.0.1:$proxy_port |; s|127.0.0.1:8443|127.0.0.1:$server_port|
             s|/etc/nginx/muniment-authority.pem|$home/tls/authority.pem|
             s|/etc/nginx/muniment.pem|$work/proxy.pem|; s|/etc/nginx/muniment.key|$work/proxy.key|"
    echo '}'
} >"$work/nginx.conf"
"$(command -v nginx || echo /usr/sbin/nginx)" -c "$work/nginx.conf" 2>"$work/error.log" &
nginx=$!

server_url=https://localhost:$proxy_port
fingerprint=$(openssl x509 -in "$work/proxy.pem" -noout -fingerprint -sha256 | cut -d= -f2)
for _ in $(seq 100); do
    if curl -sk -o /dev/null "$server_url/"; then break; fi
    sleep 0.1
done
accept_invitation admin 'ochre-lantern-tugboat-19' || fail 'nobody comes in through the proxy'
as admin user roles admin --give partner >/dev/null
client login --profile admin --server "$server_url" --fingerprint "$fingerprint" --sign-in admin \
    --password-file "$people/admin.password" --code "$(totp admin --now '+30 seconds')" >/dev/null
as admin client add 'Bergmann Medical' --number 10432 >/dev/null
as admin matter open 10432 'Supply of kits' --number 10432.0001 >/dev/null

# A paper that is under way for seconds, so that what nginx keeps of it meanwhile is seen.
mkdir "$work/papers"
head -c 40000000 /dev/urandom >"$work/papers/large.bin"
echo 'a short one' >"$work/papers/short.txt"
as admin put "$work/papers/." 10432.0001 >/dev/null &
sending=$!
kept=0
while kill -0 "$sending" 2>/dev/null; do
    # Files that were opened and unlinked count as well.
    now=$(for process in "$nginx" $(pgrep -P "$nginx"); do readlink /proc/"$process"/fd/* 2>/dev/null; done |
        grep -c "$work/temporary" || true)
    kept=$((kept + now))
    sleep 0.02
done
wait "$sending" || fail 'the papers do not go through'
[ "$kept" = 0 ] || fail 'nginx keeps papers in temporary files'
as admin get 10432.0001 -o "$work/out" >/dev/null || fail 'the papers do not come back'
diff -r "$work/papers" "$work/out" || fail 'the papers came back changed'
echo 'Papers go through nginx and back, and none of them lies there.'

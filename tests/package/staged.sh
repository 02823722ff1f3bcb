#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, without a package: layout, manual, completion, unit, maintainer scripts.
#
#   staged.sh SOURCE-FOLDER BUILD-FOLDER
set -euo pipefail
source=$(readlink -f "$1")
build=$(readlink -f "$2")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

said=$(DESTDIR="$stage" cmake --install "$build" --prefix /usr 2>&1) || fail "cmake --install: $said"
for file in usr/bin/muniment usr/bin/muniment-cli etc/muniment/muniment.toml usr/lib/systemd/system/muniment.service \
    usr/lib/sysusers.d/muniment.conf usr/share/man/man1/muniment.1.gz usr/share/man/man1/muniment-keys.1.gz \
    usr/share/man/man1/muniment-cli-put.1.gz usr/share/doc/muniment/operate/configuration.md; do
    [ -s "$stage/$file" ] || fail "$file was not installed"
done
others=$(cd "$stage" && find . -mindepth 1 -maxdepth 2 -not -path './etc/muniment' -not -path './etc' -not -path './usr' \
    -not -path './usr/bin' -not -path './usr/lib' -not -path './usr/share')
[ -z "$others" ] || fail "something lies outside of FHS: $others"
cmp -s "$stage/etc/muniment/muniment.toml" "$source/packaging/muniment.toml" || fail 'another configuration was installed'

# A configuration that is there is somebody's work.
echo '# mine' >"$stage/etc/muniment/muniment.toml"
DESTDIR="$stage" cmake --install "$build" --prefix /usr >/dev/null
[ "$(cat "$stage/etc/muniment/muniment.toml")" = '# mine' ] || fail 'a configuration was written over'

unit="$stage/usr/lib/systemd/system/muniment.service"
grep -q '^ExecStart=/usr/bin/muniment serve$' "$unit" || fail 'the unit starts another program'
score=$(systemd-analyze security --offline=true --threshold=15 "$unit") || fail "the unit is exposed: ${score##*→}"
echo "${score##*→}"
# Were nothing looked at, nobody would notice: the same unit without two of its lines must not pass.
sed '/^CapabilityBoundingSet=$/d; /^SystemCallFilter/d' "$unit" >"$stage/muniment.service"
! systemd-analyze security --offline=true --threshold=15 "$stage/muniment.service" >/dev/null || fail 'the score does not notice anything'

for script in postinst prerm postrm; do sh -n "$source/packaging/debian/$script" || fail "$script is no shell script"; done
! grep -n 'rm -r\|userdel\|deluser' "$source"/packaging/debian/p* || fail 'a maintainer script deletes'
exec python3 "$(dirname "$0")/completion.py" "$stage/usr"

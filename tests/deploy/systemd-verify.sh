#!/usr/bin/env bash
# The units are accepted by systemd without a word and leave little exposed; the configuration
# beside them is accepted by the program and names the token that the service hands over; the socket
# is where applications find the program without it.
#
#   systemd-verify.sh PATH-OF-GATEPOST
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
units=$here/../../systemd
binary=$(realpath "$1")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/all"
failed=0
fail() { printf 'FAILED: %s\n' "$*"; failed=1; }

command -v systemd-analyze >/dev/null || { fail "systemd-analyze is not installed (package systemd)"; exit 1; }

# `verify` wants the program to be there.
ln -s "$binary" "$work/gatepost"
sed "s#^ExecStart=/usr/bin/gatepost #ExecStart=$work/gatepost #" "$units/gatepost.service" >"$work/gatepost.service"
grep -q "^ExecStart=$work/gatepost serve --config /etc/gatepost/gatepost.yaml\$" "$work/gatepost.service" ||
  fail "ExecStart does not read: /usr/bin/gatepost serve --config /etc/gatepost/gatepost.yaml"

# It exits 0 on keys it does not know and only says so.
cp "$units/gatepost.socket" "$work/gatepost.socket"
systemd-analyze verify --man=no "$work/gatepost.service" "$work/gatepost.socket" 2>"$work/said" || fail "verify exits with $?"
[ ! -s "$work/said" ] || fail "verify says: $(cat "$work/said")"

# In tenths: what is left is the network, the host's files, its users and the Unix socket.
systemd-analyze security --offline=true --threshold=13 --no-pager "$work/gatepost.service" >"$work/security" 2>&1 ||
  fail "exposed by more than 1.3: $(cat "$work/security")"
grep 'Overall exposure' "$work/security" || fail "security prints no figure"

grep -q '^LimitCORE=0$' "$units/gatepost.service" || fail "the unit lets core dumps be written"
# Examples that are commented out are read by systemd, too, once somebody takes them over.
sed 's/^#LoadCredential=/LoadCredential=/' "$work/gatepost.service" >"$work/all/gatepost.service"
systemd-analyze verify --man=no "$work/all/gatepost.service" 2>"$work/said" && [ ! -s "$work/said" ] ||
  fail "verify of the examples says: $(cat "$work/said")"
token_file=$(sed -n 's/^ *access_token_file: *//p' "$units/gatepost.yaml")
credential=$(sed -n 's/^LoadCredential=\([^:]*\):.*/\1/p' "$units/gatepost.service")
[ "$token_file" = "/run/credentials/gatepost.service/$credential" ] ||
  fail "gatepost.yaml reads the token from $token_file, the unit hands over $credential"
echo token >"$work/token"
sed "s#$token_file#$work/token#" "$units/gatepost.yaml" >"$work/gatepost.yaml"
"$binary" check --config "$work/gatepost.yaml" >"$work/checked" 2>&1 || fail "check says: $(cat "$work/checked")"

# One name, and no Accept=yes, which would start a daemon for each connection.
grep -q '^FileDescriptorName=ingest$' "$units/gatepost.socket" || fail "the socket is not named ingest"
grep -q '^ListenStream=127\.0\.0\.1:8787$' "$units/gatepost.socket" || fail "the socket is not at the daemon's default address"
! grep -q '^Accept=' "$units/gatepost.socket" || fail "the socket has Accept="
# More than the daemon needs for the connections it allows by default, or it would warn at start.
limit=$(sed -n 's/^LimitNOFILE=//p' "$units/gatepost.service")
[ "$limit" -ge 4096 ] || fail "LimitNOFILE=$limit is too low"
grep -q '^WatchdogSec=' "$units/gatepost.service" || fail "nobody watches the daemon"

exit $failed

#!/usr/bin/env bash
# What the release's flags do, seen from a small program that is built with them, twice, in different folders:
# its bytes are the same, it holds no path of either, and it is hardened. `./dev reproduce` does the same with
# the program itself, which takes an hour.
#
#   release.sh COMPILER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
compiler=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { printf 'FAILED: %s\n' "$*"; failed=1; }

export CCACHE_DISABLE=1
build() { # directory
  mkdir -p "$1"
  cp -r "$root/cmake" "$root/include" "$root/src" "$here"/probe/* "$1"
  cmake -S "$1" -B "$1/build/release" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$compiler" >"$work/log" &&
    cmake --build "$1/build/release" >>"$work/log" || { cat "$work/log"; fail "the probe does not build"; exit 1; }
}
(umask 022; TZ=UTC build "$work/a")
(umask 077; TZ=Asia/Tokyo build "$work/another/and/deeper/folder")
first=$work/a/build/release/probe second=$work/another/and/deeper/folder/build/release/probe

cmp "$first" "$second" || fail "the same code in another folder gives other bytes"
! grep --binary-files=text -oE ".{0,60}$work.{0,60}" "$first" || fail "the program holds a path of the machine it was built on"
! strings "$first" | grep -E '[A-Z][a-z]{2} [ 0-9][0-9] 20[0-9]{2}|[0-9]{2}:[0-9]{2}:[0-9]{2}' || fail "the program holds a time"
"$here/hardening.sh" "$first" || failed=1
[ "$("$first" "{'a': 1}")" = "{'a': 1}: read" ] || fail "the program does not run"
status=0
("$first" "$(printf '%0100d' 0)") >/dev/null 2>&1 || status=$?
[ "$status" = 134 ] || fail "a write past an array ends with $status, not with SIGABRT"

# The checks fail where there is something to find.
c++() { "$compiler" -x c++ "$work/plain.cpp" -o "$work/plain" "$@"; }
echo 'int main() { return 0; }' >"$work/plain.cpp"
c++ -no-pie -Wl,-z,lazy,-z,norelro,-z,execstack
! "$here/hardening.sh" "$work/plain" >"$work/said" || fail "a program without hardening passes"
for what in position-independent writable "stack is executable" "stack protector" FORTIFY; do
  grep -q "$what" "$work/said" || fail "a program without hardening is not told of: $what"
done
exit $failed

#!/usr/bin/env bash
# Builds the release twice from this checkout and compares the bytes: in folders of different depth, with
# other permissions, another language and time zone, one compiler at a time and several, without a cache of
# compiled objects. `./dev reproduce` calls it.
#
#   reproduce.sh [DIRECTORY]       (a new one below /tmp; about 1 GB)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=${1:-$(mktemp -d /tmp/gatepost-reproduce.XXXXXX)}
trap 'rm -rf --one-file-system "$work"' EXIT

# Neither has a repository around it, so both are told what is built.
export CCACHE_DISABLE=1
GATEPOST_COMMIT=$(git rev-parse --short=12 HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export GATEPOST_COMMIT SOURCE_DATE_EPOCH

build() { # directory jobs
  local directory=$1 jobs=$2 began=$SECONDS
  mkdir -p "$directory"
  git ls-files -z | tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory "$directory"
  (cd "$directory" && cmake --preset release >/dev/null && cmake --build build/release -j "$jobs" >/dev/null)
  printf '%s: %d seconds\n' "$directory" $((SECONDS - began))
}

first=$work/a second=$work/another/and/deeper/folder
(umask 022; LC_ALL=C TZ=UTC build "$first" "$(nproc)")
(umask 077; LC_ALL=C.UTF-8 TZ=Asia/Tokyo build "$second" 1)

result=0
for file in gatepost gatepost.spdx.json gatepost.notices.txt; do
  a=$(sha256sum <"$first/build/release/$file") b=$(sha256sum <"$second/build/release/$file")
  printf '%s  %s\n' "${a%% *}" "$file"
  if [ "$a" != "$b" ]; then
    printf '%s  %s\nFAILED: %s differs\n' "${b%% *}" "$file" "$file"
    result=1
  fi
done
exit $result

#!/usr/bin/env bash
# campaign.sh BUILD SECONDS TARGET...: runs fuzz targets, as many at once as there are cores, each
# for its share of the seconds, and prints a table of what they did. Corpora and whatever was found
# stay in BUILD. Fails when a target crashed, leaked, hung or used too much memory.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# What libFuzzer said last of a number, as in "cov: 1234"; a dash when it said nothing.
last_of() { # name log
  local said
  said=$(grep -o "$1 *[0-9][0-9/KMGb]*" "$2" | tail -n 1 | sed 's/.*[: ]//' || true)
  echo "${said:-–}"
}

# A row of the table, and whether all was well.
run_target() { # build seconds target
  local build=$1 seconds=$2 target=$3
  local corpus=$build/corpus/$target found=$build/found/$target log=$build/logs/$target.log
  mkdir -p "$corpus" "$found" "$build/logs"
  local result=ok
  # shellcheck disable=SC2046 # options are words
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -print_final_stats=1 \
    $("$here/options.sh" "$target") -artifact_prefix="$found/" \
    "$corpus" "$here/seeds/$target" "$here/corpus/$target" >"$log" 2>&1 || result=$(what_is_wrong "$log")
  printf '| `%s` | %s | %s | %s | %s | %s |\n' "$target" \
    "$(last_of 'stat::number_of_executed_units:' "$log")" \
    "$(last_of 'stat::average_exec_per_sec:' "$log")" \
    "$(last_of 'cov:' "$log")" "$(last_of 'corp:' "$log")" "$result"
}

# The kind of the input that libFuzzer kept: crash, leak, timeout or oom.
what_is_wrong() { # log
  local kept
  kept=$(grep -o 'Test unit written to .*' "$1" | tail -n 1)
  kept=${kept##*/}
  echo "**${kept:-it did not run}**"
}

if [ "$1" = --one ]; then
  run_target "${@:2}"
  exit
fi

build=$1 seconds=$2
shift 2
each=$((seconds / $#))
printf '%d targets, %d s each, %d at once\n' $# "$each" "$(nproc)" >&2
rm -rf "$build/found" "$build/logs"
mkdir -p "$build/logs"
table=$build/logs/summary.md
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} "$here/campaign.sh" --one "$build" "$((each > 0 ? each : 1))" {} |
  sort >"$build/logs/rows"
{
  echo '| target | inputs tried | a second | coverage | corpus | result |'
  echo '|---|---:|---:|---:|---:|---|'
  cat "$build/logs/rows"
} | tee "$table"
! grep -v '| ok |$' "$build/logs/rows" | grep -q .

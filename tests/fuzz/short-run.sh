#!/bin/sh
# short-run.sh PROGRAM TARGET DIRECTORY RUNS SECONDS: a fuzz target as a test. The same inputs and the
# same random numbers every time, for at most RUNS inputs beside the seeds and about SECONDS. What it
# finds stays in the directory, which is emptied first.
set -eu
program=$1 target=$2 directory=$3 runs=$4 seconds=$5
here=$(dirname "$0")
rm -rf "$directory"
mkdir -p "$directory/corpus"
seeds=$(find "$here/seeds/$target" "$here/corpus/$target" -type f | wc -l)
# shellcheck disable=SC2046 # options are words
exec "$program" -seed=1 -runs=$((runs + seeds)) -max_total_time="$seconds" -verbosity=0 \
  $("$here/options.sh" "$target") -artifact_prefix="$directory/" \
  "$directory/corpus" "$here/seeds/$target" "$here/corpus/$target"

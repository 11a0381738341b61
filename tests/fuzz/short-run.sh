#!/bin/sh
# short-run.sh PROGRAM SEEDS DIRECTORY: a fuzz target as a test. The same seeds and the same random
# numbers every time, and what it finds on the way stays in the directory, which is emptied first.
set -eu
rm -rf "$3"
mkdir -p "$3/corpus"
exec "$1" -seed=1 -runs=20000 -max_total_time=5 -max_len=4096 -timeout=10 \
  -artifact_prefix="$3/" "$3/corpus" "$2"

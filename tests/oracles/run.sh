#!/usr/bin/env bash
# Compares Gatepost's reader of a string format with the IAB's own library.
#
#   run.sh PATH-OF-CONSENT_ORACLE BUILD-DIRECTORY tcf|gpp SEED COUNT
#
# Ends with 77, which means skipped, where there is no Node.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
oracle=$1 build=$2 format=$3 seed=$4 count=$5

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "skipped: node and npm are needed for the IAB's libraries"
  exit 77
fi

# The libraries come into the build directory, and the generators with them, as Node looks for
# libraries beside the script that asks. Once for all tests that run at the same time: nothing that
# is up to date is written again.
mkdir -p "$build"
{
  flock 9
  for generator in "$here"/*.mjs; do
    cmp --silent "$generator" "$build/${generator##*/}" || cp "$generator" "$build/"
  done
  if ! cmp --silent "$here/package-lock.json" "$build/installed.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$build/"
    npm ci --prefix "$build" --no-audit --no-fund --ignore-scripts >&2
    cp "$here/package-lock.json" "$build/installed.json"
  fi
} 9>"$build/lock"

node "$build/$format.mjs" "$seed" "$count" | "$oracle" "$format" "$count"

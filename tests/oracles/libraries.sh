#!/usr/bin/env bash
# Installs the npm libraries that Gatepost is compared with, and this folder's scripts beside them:
#
#   libraries.sh DIRECTORY
#
# Ends with 77, which means skipped, where there is no Node.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
directory=$1

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "skipped: node and npm are needed for the libraries to compare with"
  exit 77
fi

# Node looks for libraries beside the script that asks. Once for all tests that run at the same time:
# nothing that is up to date is written again.
mkdir -p "$directory"
{
  flock 9
  for script in "$here"/*.mjs; do
    cmp --silent "$script" "$directory/${script##*/}" || cp "$script" "$directory/"
  done
  if ! cmp --silent "$here/package-lock.json" "$directory/installed.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$directory/"
    npm ci --prefix "$directory" --no-audit --no-fund --ignore-scripts >&2
    cp "$here/package-lock.json" "$directory/installed.json"
  fi
} 9>"$directory/lock"

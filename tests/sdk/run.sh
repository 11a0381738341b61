#!/bin/sh
# usage: run.sh WORK_DIRECTORY
# Installs the packages of package-lock.json into WORK_DIRECTORY and runs the tests there. GATEPOST is
# the program under test.
# Exit 77: node, npm or flock is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1

for tool in node npm flock; do
  command -v "$tool" >/dev/null || { echo "$tool is missing"; exit 77; }
done

mkdir -p "$work"
(
  flock 9
  cp -u "$here"/*.mjs "$here/package.json" "$work"
  if ! cmp -s "$here/package-lock.json" "$work/installed-lock.json"; then
    cp "$here/package-lock.json" "$work"
    (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)
    cp "$here/package-lock.json" "$work/installed-lock.json"
  fi
) 9>"$work/lock"
cd "$work"
exec node --test sdk.test.mjs

#!/bin/sh
# usage: run.sh WORK_DIRECTORY TEST_FILE
# Installs the packages of package-lock.json into WORK_DIRECTORY and runs one file of tests there.
# GATEPOST is the program to ask; CHROMIUM the browser, if not the one on the path.
# Exit 77: node, npm or chromium is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1 file=$2

for tool in node npm flock; do
  command -v "$tool" >/dev/null || { echo "$tool is missing"; exit 77; }
done
CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
[ -x "$CHROMIUM" ] || { echo "chromium is missing"; exit 77; }
export CHROMIUM
GATEPOST_SOURCE_DIR=$(cd "$here/../.." && pwd)
export GATEPOST_SOURCE_DIR

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
exec node --test "$file"

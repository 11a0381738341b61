#!/usr/bin/env bash
# Fails when the checked-in numbering plans are not what `./dev phone-data` writes:
#
#   phone_data.sh BUILD-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 numbering=$here/../../src/identity/numbering

"$here/libraries.sh" "$build"
node "$numbering/generate.mjs" "$build/node_modules/libphonenumber-js" | cmp - "$numbering/data.cpp"

#!/usr/bin/env bash
# The bill of materials is right (bill.mjs says what that is), and writing it again gives the same bytes.
#
#   bill.sh PROGRAM BUILD-DIRECTORY LIBRARIES
#
# Ends with 77, which means skipped, where there is no Node.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 build=$2 libraries=$3

"$here/../oracles/libraries.sh" "$libraries"
node --test-reporter=spec "$here/bill.mjs" "$program" "$build/gatepost.spdx.json" "$build/gatepost.notices.txt" "$libraries"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
written=$(ninja -C "$build" -t commands gatepost.spdx.json | tail -1)
again=${written//"$build/gatepost.spdx.json"/$work/gatepost.spdx.json}
bash -c "${again//"$build/gatepost.notices.txt"/$work/gatepost.notices.txt}"
cmp "$build/gatepost.spdx.json" "$work/gatepost.spdx.json"
cmp "$build/gatepost.notices.txt" "$work/gatepost.notices.txt"

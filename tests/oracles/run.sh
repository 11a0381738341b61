#!/usr/bin/env bash
# Compares what Gatepost reads with what an npm library, or JavaScript itself, reads:
#
#   run.sh PATH-OF-ORACLE BUILD-DIRECTORY FORMAT SEED COUNT
#
# FORMAT is the name of a script in this folder. Ends with 77, which means skipped, where there is no
# Node.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
oracle=$1 build=$2 format=$3 seed=$4 count=$5

"$here/libraries.sh" "$build"
node "$build/$format.mjs" "$seed" "$count" | "$oracle" "$format" "$count"

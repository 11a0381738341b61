#!/usr/bin/env bash
# The image installs exactly the packages whose libraries the program links.
#
#   image-libraries.sh PATH-OF-GATEPOST
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=$1

# In every Debian: the C library and the compiler's part of it.
everywhere='^(libc6|libgcc-s1)$'

linked=$(
  resolved=$(ldd "$binary")
  readelf --dynamic "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r library; do
    file=$(awk -v library="$library" '$1 == library { print $3 }' <<<"$resolved")
    [ -n "$file" ] || continue # the dynamic loader itself
    # /lib is a link to /usr/lib; dpkg knows a file by one of the two, and fails for the other.
    real=$(realpath "$file")
    { dpkg-query --search "$real" "${real#/usr}" 2>/dev/null || true; } | sed 's/:.*//'
  done | grep -Ev "$everywhere" | sort -u
)
listed=$(
  sed -n '/apt-get install/,/>\/dev\/null/p' "$here/../../docker/Dockerfile" |
    grep -oE '\b(lib[a-z0-9.+-]+|zlib1g)\b' | sort -u
)
[ -n "$linked" ] || { echo "FAILED: no library found in $binary"; exit 1; }
diff <(echo "$listed") <(echo "$linked") ||
  { echo "FAILED: < only docker/Dockerfile names it, > only the program links it"; exit 1; }

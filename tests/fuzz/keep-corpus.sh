#!/bin/sh
# keep-corpus.sh BUILD TARGET...: makes tests/fuzz/corpus/TARGET anew, of small inputs by which those
# before, and what a campaign left in BUILD, reach more than the seeds: where there are many of them, of
# some of every size. Inputs of bugs that were found are seeds: a merge would drop them once they are
# mended.
set -eu
most=80 # a target, so that all corpora together stay below a megabyte
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
for target; do
  kept=$here/corpus/$target
  merged=$build/merged/$target
  rm -rf "$merged"
  mkdir -p "$merged" "$kept" "$build/corpus/$target"
  "$build/tests/fuzz/fuzz_$target" -set_cover_merge=1 -max_len=1024 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
    "$merged" "$here/seeds/$target" "$kept" "$build/corpus/$target" 2>"$build/merged/$target.log"
  rm -rf "$kept"
  mkdir -p "$kept"
  (cd "$here/seeds/$target" && sha1sum -- *) | cut -d ' ' -f 1 | sort >"$merged.seeds"
  # libFuzzer names an input by its SHA-1.
  (cd "$merged" && ls -Sr) | grep -vxFf "$merged.seeds" >"$merged.names" || true
  awk -v most="$most" -v all="$(wc -l <"$merged.names")" \
    'int(NR * most / all) > int((NR - 1) * most / all) || all <= most' "$merged.names" |
    while read -r name; do cp "$merged/$name" "$kept"; done
  echo "$target: $(find "$kept" -type f | wc -l) inputs, $(du -bs "$kept" | cut -f1) bytes"
done

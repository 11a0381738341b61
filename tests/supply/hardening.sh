#!/usr/bin/env bash
# A program has what cmake/compiler.cmake asks the compiler and the linker for; read from the program.
#
#   hardening.sh PROGRAM
set -euo pipefail
program=$1
failed=0
fail() { printf 'FAILED: %s: %s\n' "${program##*/}" "$*"; failed=1; }

segments=$(readelf --segments --wide "$program")
dynamic=$(readelf --dynamic --wide "$program")
symbols=$(readelf --dyn-syms --wide "$program")
notes=$(readelf --notes --wide "$program")

grep -q 'FLAGS_1.*\bPIE\b' <<<"$dynamic" || fail "not position-independent"
grep -q 'GNU_RELRO' <<<"$segments" || fail "relocations stay writable"
grep -q 'FLAGS_1.*\bNOW\b' <<<"$dynamic" || fail "functions are bound late, so their table stays writable"
grep -Eq 'GNU_STACK .* RW +0' <<<"$segments" || fail "the stack is executable"
! grep -Eq 'LOAD .* RWE ' <<<"$segments" || fail "a segment is writable and executable"
! grep -q 'TEXTREL' <<<"$dynamic" || fail "code is changed when it is loaded"
! grep -Eq 'R(UN)?PATH' <<<"$dynamic" || fail "libraries are looked for in a folder of its own"
grep -q '__stack_chk_fail' <<<"$symbols" || fail "no stack protector"
grep -Eq '__[a-z]+_chk@GLIBC' <<<"$symbols" || fail "no checked functions of the C library (_FORTIFY_SOURCE)"
grep -q 'Build ID: [0-9a-f]\{40\}$' <<<"$notes" || fail "no build id made of its content"
exit $failed

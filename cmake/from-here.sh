#!/bin/sh
# Runs a compiler with the paths below a folder written from here:
#
#   from-here.sh FOLDER COMPILER ARGUMENT...
#
# Clang 16 names a lambda by the file it stands in, and in the names of some functions (__PRETTY_FUNCTION__, and
# constructors and destructors in debug information) it does so without looking at -ffile-prefix-map. With paths
# from the build directory the names are the same wherever the checkout is.
folder=$1
shift
here=$(realpath --relative-to=. "$folder")
for argument do
  shift
  case $argument in
    "$folder"/*) argument=$here/${argument#"$folder"/} ;;
    -I"$folder"/*) argument=-I$here/${argument#-I"$folder"/} ;;
  esac
  set -- "$@" "$argument"
done
exec "$@"

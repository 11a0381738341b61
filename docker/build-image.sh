#!/usr/bin/env bash
# Builds and tries the image: docker/build-image.sh [NAME[:TAG]]. `./dev image` calls it.
#
# With Docker or Podman their own build is used. Without either, on Debian 12, buildah builds it as
# root on a base made from Debian's packages, and leaves it as build/gatepost-image.tar; no daemon
# and no registry are asked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

image=${1:-gatepost:latest}
commit=${GATEPOST_COMMIT:-$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)}
made=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'build-image: %s\n' "$*" >&2; exit 1; }

# What must be true of every image. The argument runs a command in it, as its user.
try() {
  local in_image=$1 version uid
  version=$("$in_image" gatepost version) || die "gatepost does not start in the image"
  uid=$("$in_image" id -u) || die "the image's user cannot be asked for"
  [ "$uid" != 0 ] || die "the image runs as root"
  [ "$("$in_image" sh -c 'touch /var/lib/gatepost/probe && rm /var/lib/gatepost/probe && echo writable')" = writable ] ||
    die "the image's user cannot write to /var/lib/gatepost"
  [ "$("$in_image" sh -c 'cd /usr/share/doc/gatepost && ls gatepost.notices.txt gatepost.spdx.json | wc -l')" = 2 ] ||
    die "the image does not say what it is made of"
  "$in_image" sh -c '! touch /usr/bin/gatepost 2>/dev/null' || die "the image's user can change the program"
  echo "$version, user $uid"
}

build_with_engine() { # docker or podman
  local engine=$1
  say "Building $image with $engine"
  "$engine" build --file docker/Dockerfile --build-arg "GATEPOST_COMMIT=$commit" \
    --build-arg "SOURCE_DATE_EPOCH=$made" --tag "$image" .
  in_image() { "$engine" run --rm --network none --entrypoint "$1" "$image" "${@:2}"; }
  try in_image
  echo "$image: $("$engine" images --format '{{.Size}}' "$image")"
}

# Without an engine.

install_tools() {
  local missing=() tool
  for tool in buildah mmdebstrap; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} = 0 ] && return
  say "Installing: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Debian's own lines of this machine's package sources, checked against Debian's own keys.
debian_sources() {
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  apt-get indextargets --format "deb [signed-by=$keys] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
    'Created-By: Packages' 'Origin: Debian' | grep -E ' bookworm[^ ]* ' | sort -u
}

# Writes to a directory what apt needs to fetch packages from where this machine does. It is mounted
# over /etc/apt while commands run, so nothing of it gets into the image.
apt_settings() {
  local settings=$1
  mkdir -p "$settings"/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d}
  debian_sources >"$settings/sources.list" ||
    { apt-get update -qq && debian_sources >"$settings/sources.list"; } ||
    die "this machine has no package sources of Debian 12; install Docker or Podman instead"
  apt-config dump |
    grep -iE '^Acquire::(https?::(Proxy|Verify-Peer)|Check-(Valid-Until|Date)|Retries|ForceIPv[46])[: ]' \
      >"$settings/apt.conf.d/machine" || true
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$settings/ca.crt"
    echo 'Acquire::https::CAInfo "/etc/apt/ca.crt";' >"$settings/apt.conf.d/ca"
  fi
}

# The root of a small Debian, as a tar archive. Like Debian's own small images it has no manuals.
make_base() { # settings archive
  local settings=$1 archive=$2
  mmdebstrap --quiet --mode=root --variant=apt --format=tar \
    --aptopt="$settings/apt.conf.d/machine" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='rm -f "$1/etc/apt/sources.list" "$1/etc/apt/apt.conf.d/99mmdebstrap"' \
    --customize-hook='rm -f "$1/etc/hostname" "$1/etc/resolv.conf"' \
    bookworm "$archive" - <"$settings/sources.list"
}

build_without_engine() {
  [ "$(id -u)" = 0 ] || exec sudo env GATEPOST_COMMIT="$commit" SOURCE_DATE_EPOCH="$made" "$PWD/docker/build-image.sh" "$image"
  install_tools
  mkdir -p build
  work=$(mktemp -d "$PWD/build/image.XXXXXX")
  trap 'rm -rf --one-file-system "$work"' EXIT
  # vfs and chroot need nothing of the kernel, so this works inside a container too. The storage is
  # this build's own: what remains is the archive.
  store() { buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"; }
  export BUILDAH_ISOLATION=chroot
  local base=localhost/debian:bookworm archive=build/gatepost-image.tar container

  say "Making a base of Debian 12"
  apt_settings "$work/apt"
  make_base "$work/apt" "$work/base.tar"
  container=$(store from scratch)
  store add --quiet "$container" "$work/base.tar" / >/dev/null
  store config --cmd bash "$container"
  store commit --quiet --rm "$container" "$base" >/dev/null
  rm "$work/base.tar"

  say "Building $image"
  # Docker's format, because the other one has no HEALTHCHECK.
  store bud --pull-never --format docker --volume "$work/apt:/etc/apt:ro" --file docker/Dockerfile \
    --build-arg "BUILD_BASE=$base" --build-arg "RUN_BASE=$base" --build-arg "GATEPOST_COMMIT=$commit" \
    --build-arg "SOURCE_DATE_EPOCH=$made" --tag "localhost/$image" .

  container=$(store from --pull-never "localhost/$image")
  in_image() { store run "$container" -- "$@"; }
  try in_image
  rm -f "$archive"
  store push --quiet "localhost/$image" "docker-archive:$archive:$image"
  echo "$image: $(store images --format '{{.Size}}' "localhost/$image"), in $archive (docker load --input $archive)"
}

for engine in docker podman; do
  if "$engine" info >/dev/null 2>&1; then
    build_with_engine "$engine"
    exit
  fi
done
build_without_engine

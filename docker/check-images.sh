#!/usr/bin/env bash
# Builds all images without an engine, over a base made here, looks into them, and runs them on a root
# file system that cannot be written. Needs root, Debian or Ubuntu, Go, and what `npm ci` installed.
# Ends non-zero when anything is not as it should be.
# usage: docker/check-images.sh [--report-starts] [DIRECTORY]
#   --report-starts   a late start is told, and no failure: for machines that others slow down
#   DIRECTORY         keeps the base and all layers there for the next time
set -euo pipefail

starts=()
if [ "${1:-}" = --report-starts ]; then
  starts=("$1")
  shift
fi

cd "$(dirname "$0")/.."
node=$(node_modules/.bin/node -p process.execPath)
work=$(mktemp -d)
# Images are many small files: memory takes them, where it has room, in KiB.
if [ "$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)" -gt 8000000 ]; then
  mount -t tmpfs -o size=6g tmpfs "$work"
fi
store=${1:-$work}
base=localhost/triad-check/base:local
# The base is made of this machine's Node, and what is built must run here.
platform=linux/$(dpkg --print-architecture)

step() { printf '\n=== %s (%s s)\n' "$*" "$SECONDS"; }

close() {
  buildah rm --all > /dev/null 2>&1 || true
  if mountpoint --quiet "$work"; then umount --recursive --lazy "$work"; fi
  # What is still mounted is the machine's, or its own: neither is to be walked into.
  rm -rf --one-file-system "$work"
}

step 'tools'
missing=()
command -v buildah > /dev/null || missing+=(buildah)
command -v mmdebstrap > /dev/null || missing+=(mmdebstrap)
command -v ip > /dev/null || missing+=(iproute2)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -q > /dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" > /dev/null
fi
# Of Pub/Sub and Cloud Storage, with the Go toolchain: built once, while there is a network.
"$node" docker/check/build-stand-ins.ts

# A store of its own. Copying whole images, as vfs does, takes minutes; overlay is not allowed everywhere.
mkdir -p "$work/probe/lower" "$work/probe/upper" "$work/probe/work" "$work/probe/merged"
driver=vfs
if mount -t overlay overlay "$work/probe/merged" \
  -o "lowerdir=$work/probe/lower,upperdir=$work/probe/upper,workdir=$work/probe/work" 2> /dev/null; then
  umount "$work/probe/merged"
  driver=overlay
fi
# With vfs each layer is a copy of the image.
BUILDAH_LAYERS=$([ "$driver" = overlay ] && echo true || echo false)
export BUILDAH_LAYERS
export CONTAINERS_STORAGE_CONF=$work/storage.conf
printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
  "$driver" "$store/store" "$store/run" > "$CONTAINERS_STORAGE_CONF"
trap close EXIT

step "base image from this machine's Node ($driver)"
make_base() {
  mkdir "$work/base"
  # As its own container: no file of this machine but the programs and the certificates it trusts.
  mmdebstrap --quiet --variant=minbase --include=ca-certificates,libstdc++6 \
    --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$work/base/root.tar"
  cp "$node" "$work/base/node"
  cp -r "$(npm root --global)/npm" "$work/base/npm"
  cp /etc/ssl/certs/ca-certificates.crt "$work/base/"
  cat > "$work/base/Dockerfile" << 'DOCKERFILE'
FROM scratch
ADD root.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
DOCKERFILE
  buildah build --quiet --layers=false --isolation chroot --format docker --tag "$base" "$work/base" > /dev/null
  rm -rf "$work/base"
}
if ! buildah inspect --type image "$base" > /dev/null 2>&1; then make_base; fi
digest=$(buildah inspect --type image --format '{{.FromImageDigest}}' "$base")

step 'images'
revision=$(git rev-parse HEAD)
# A secret of the build that must be found in no image.
secret=check-$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
{
  printf 'registry=%s\n' "$(npm config get registry)"
  printf 'cafile=/etc/ssl/certs/ca-certificates.crt\n'
  printf '//triad.invalid/:_authToken=%s\n' "$secret"
} > "$work/npmrc"
names=()
for dockerfile in docker/*/Dockerfile; do names+=("$(basename "$(dirname "$dockerfile")")"); done
build() {
  docker/build.sh --engine buildah --chroot --platform "$platform" \
    --prefix localhost/triad-check --revision "$revision" \
    --node-image "$base" --node-digest "$digest" --cuda-image "$base" --cuda-digest "$digest" \
    --npmrc "$work/npmrc" --sbom "$work/sbom" "$1" > "$work/$1.log" 2>&1 || {
    tail -40 "$work/$1.log"
    return 1
  }
  printf 'built %s after %s s\n' "$1" "$SECONDS"
}
# What all have in common is then built once.
buildah build --quiet --isolation chroot --platform "$platform" --format docker --target init \
  --file docker/invoker/Dockerfile --build-arg "NODE_IMAGE=$base" --build-arg "NODE_DIGEST=$digest" . \
  > "$work/init.log" 2>&1 ||
  { cat "$work/init.log" && exit 1; }
# Two at a time, each the next that nobody has begun. The trainers share packages, so one follows the other.
lane() {
  local name
  for name; do
    mkdir "$work/begun-$name" 2> /dev/null || continue
    build "$name" || return 1
    [ "$name" != trainer ] || build trainer-gpu || return 1
  done
}
mkdir "$work/begun-trainer-gpu"
lane trainer "${names[@]}" &
lane "${names[@]}" || { wait; exit 1; }
wait $!
for name in "${names[@]}"; do
  [ -s "$work/sbom/$name.cdx.json" ] || { echo "no bill of materials of $name" && exit 1; }
done

step 'what is in them, and whether they run'
"$node" docker/check/main.ts --prefix localhost/triad-check --revision "$revision" \
  --base "$base" --secret "$secret" "${starts[@]}"

step 'the compose files'
# On a network of their own, where the ports of the files are free.
unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
  "$node" docker/check/compose.ts --prefix localhost/triad-check --revision "$revision"
step 'done'

#!/usr/bin/env bash
# Builds Triad's images and tags them with the git revision. See --help.
set -euo pipefail

usage() {
  cat << 'USAGE'
usage: docker/build.sh [option…] [image…]

Builds the images that are named, or all, as PREFIX/IMAGE:REVISION, and writes the bill of materials
(CycloneDX) of each to a file beside them.

  --engine NAME        docker, podman or buildah; by default the first that is installed and answers
  --chroot             with buildah: build without namespaces or cgroups, as some build machines must
  --platform OS/ARCH   what the images are for (linux/amd64, as Cloud Run wants), whatever this machine is
  --prefix NAME        what comes before the image's name (localhost/triad)
  --revision NAME      the tag (the git commit, with -dirty when there are changes)
  --node-image NAME    the base image; --node-digest sha256:… pins it
  --cuda-image NAME    the base of trainer-gpu; --cuda-digest sha256:… pins it
  --npmrc FILE         settings of npm for the build; it is in no image
  --sbom DIRECTORY     where the bills of materials go (.triad/sbom)
  --push               pushes each image once all are built

A base image without a digest is pulled, and the build is pinned to the digest that came; `none` as the
digest leaves it to the tag, for images that only this machine has.
USAGE
}

fail() {
  printf '%s\n' "docker/build.sh: $*" >&2
  exit 1
}

cd "$(dirname "$0")/.."
engine='' isolation=() platform=linux/amd64 prefix=localhost/triad revision='' npmrc='' sbom=.triad/sbom push=false
node_image=docker.io/library/node:24-bookworm-slim node_digest=''
cuda_image=docker.io/nvidia/cuda:12.8.1-base-ubuntu24.04 cuda_digest=''
images=()
while [ $# -gt 0 ]; do
  case $1 in
    --help) usage && exit ;;
    --chroot) isolation=(--isolation chroot) && shift && continue ;;
    --push) push=true && shift && continue ;;
    --*) [ $# -ge 2 ] || fail "$1 needs a value" ;;
  esac
  case $1 in
    --engine) engine=$2 ;;
    --platform) platform=$2 ;;
    --prefix) prefix=$2 ;;
    --revision) revision=$2 ;;
    --node-image) node_image=$2 ;;
    --node-digest) node_digest=$2 ;;
    --cuda-image) cuda_image=$2 ;;
    --cuda-digest) cuda_digest=$2 ;;
    --npmrc) npmrc=$2 ;;
    --sbom) sbom=$2 ;;
    --*) fail "unknown option $1; see --help" ;;
    *) images+=("$1") && shift && continue ;;
  esac
  shift 2
done

if [ -z "$engine" ]; then
  for candidate in docker podman buildah; do
    if "$candidate" info > /dev/null 2>&1; then engine=$candidate && break; fi
  done
fi
case $engine in
  docker | podman | buildah) ;;
  '') fail 'needs docker, podman or buildah' ;;
  *) fail "knows no engine $engine" ;;
esac
[ ${#isolation[@]} -eq 0 ] || [ "$engine" = buildah ] || fail '--chroot is for buildah'

if [ ${#images[@]} -eq 0 ]; then
  for dockerfile in docker/*/Dockerfile; do images+=("$(basename "$(dirname "$dockerfile")")"); done
fi
for image in "${images[@]}"; do
  [ -f "docker/$image/Dockerfile" ] || fail "there is no docker/$image/Dockerfile"
done

if [ -z "$revision" ]; then
  revision=$(git rev-parse HEAD)
  [ -z "$(git status --porcelain)" ] || revision+=-dirty
fi

# The digest that an image has where it was pulled from.
digest_of() {
  case $engine in
    docker | podman)
      "$engine" pull --quiet --platform "$platform" "$1" > /dev/null
      "$engine" image inspect --format '{{index .RepoDigests 0}}' "$1" | sed 's/.*@//'
      ;;
    buildah)
      buildah pull --quiet --platform "$platform" "$1" > /dev/null
      buildah inspect --type image --format '{{.FromImageDigest}}' "$1"
      ;;
  esac
}

pinned() {
  case $2 in
    none) ;;
    '') digest_of "$1" ;;
    *) printf '%s\n' "$2" ;;
  esac
}

build() {
  local image=$1 tag=$2
  local arguments=(
    --platform "$platform" --file "docker/$image/Dockerfile" --tag "$tag"
    --build-arg "NODE_IMAGE=$node_image" --build-arg "NODE_DIGEST=$node_digest"
    --build-arg "REVISION=$revision"
  )
  if [ "$image" = trainer-gpu ]; then
    arguments+=(--build-arg "CUDA_IMAGE=$cuda_image" --build-arg "CUDA_DIGEST=$cuda_digest")
  fi
  if [ -n "$npmrc" ]; then arguments+=(--secret "id=npmrc,src=$npmrc"); fi
  case $engine in
    docker) docker build "${arguments[@]}" . ;;
    # The format of OCI knows no health check.
    podman) podman build --format docker "${arguments[@]}" . ;;
    buildah) BUILDAH_LAYERS=${BUILDAH_LAYERS:-true} buildah build --format docker "${isolation[@]}" "${arguments[@]}" . ;;
  esac
}

# Writes the bill of materials that is in an image to standard output.
bill_of() {
  local container status=0
  case $engine in
    docker | podman)
      container=$("$engine" create --platform "$platform" "$1")
      "$engine" cp "$container:/triad/sbom.cdx.json" - | tar --extract --to-stdout || status=$?
      "$engine" rm "$container" > /dev/null
      ;;
    buildah)
      container=$(buildah from --pull=never --platform "$platform" "$1")
      buildah run "${isolation[@]}" "$container" -- cat /triad/sbom.cdx.json || status=$?
      buildah rm "$container" > /dev/null
      ;;
  esac
  return "$status"
}

node_digest=$(pinned "$node_image" "$node_digest")
case " ${images[*]} " in
  *' trainer-gpu '*) cuda_digest=$(pinned "$cuda_image" "$cuda_digest") ;;
esac

mkdir -p "$sbom"
for image in "${images[@]}"; do
  tag=$prefix/$image:$revision
  printf '=== %s\n' "$tag"
  build "$image" "$tag"
  bill_of "$tag" > "$sbom/$image.cdx.json"
done
if $push; then
  for image in "${images[@]}"; do "$engine" push "$prefix/$image:$revision"; done
fi

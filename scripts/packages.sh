#!/bin/sh
# Installs the Debian packages of the named groups that are missing: packages.sh build [test] [lint]
set -eu

build="g++ cmake ninja-build ccache mold pkg-config libboost1.81-dev libssl-dev libsimdjson-dev rapidjson-dev
       libzstd-dev zlib1g-dev libxxhash-dev libfmt-dev libcli11-dev libtomlplusplus-dev libcurl4-openssl-dev libjemalloc-dev
       libsqlite3-dev libprotozero-dev libnghttp2-dev libre2-dev"
test="doctest-dev libbenchmark-dev python3 python3-venv awscli nodejs npm curl nghttp2-client"
lint="clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev"

# A program that is already there by another way than apt (a newer Node, a Python of one's own) will do.
have() {
    case "$1" in
        nodejs) command -v node > /dev/null ;;
        npm) command -v npm > /dev/null ;;
        python3) command -v python3 > /dev/null ;;
        python3-venv) python3 -c 'import ensurepip' 2> /dev/null ;;
        *) dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null | grep -qx installed ;;
    esac
}

missing=""
for group in "$@"; do
    eval "packages=\$$group"
    for package in $packages; do
        have "$package" || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || { echo "missing:$missing; install them as root: apt-get install$missing" >&2; exit 1; }
    root="sudo"
fi
echo "installing from Debian:$missing"
$root apt-get update -qq
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null

#!/bin/sh
# Runs every fuzz target for a while; new inputs stay in the build: run.sh BUILD_DIRECTORY SECONDS
set -eu
build=$(cd "$1" && pwd)
seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
for target in "$build"/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    mkdir -p "$build/found/$name" "$here/corpus/$name"
    echo "== $name, $seconds s"
    (cd "$build" && "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        "$build/found/$name" "$here/corpus/$name" 2> "$build/$name.log") \
        || { tail -n 40 "$build/$name.log"; exit 1; }
    grep stat:: "$build/$name.log"
done

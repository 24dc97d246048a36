#!/bin/sh
# Every figure of docs/performance.md: run.sh BUILD_DIRECTORY
set -eu
build=$1
here=$(cd "$(dirname "$0")" && pwd)
uname -mr
sed -n 's/^model name.*: /processor: /p' /proc/cpuinfo | head -n 1
for bench in "$build"/bench/*_bench; do
    echo "== $(basename "$bench")"
    "$bench" --benchmark_min_time=0.5
done
echo "== end to end"
python3 "$here/e2e.py" "$build"

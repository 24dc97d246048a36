#!/bin/sh
# Every figure of docs/performance.md: run.sh BUILD_DIRECTORY [what ...]
#
#   a group of table.py   engine recovery exactness summary w2 http memory rocksdb sqlite clickhouse
#   floors                Google Benchmark of every floor
#   e2e                   the lines of e2e.py that are not in the table
#
# Nothing named: all of it. SPANS=10000000 makes the full table.
set -eu
build=$1
shift
here=$(cd "$(dirname "$0")" && pwd)

floors() {
    uname -mr
    sed -n 's/^model name.*: /processor: /p' /proc/cpuinfo | head -n 1
    for bench in "$build"/bench/*_bench; do
        echo "== $(basename "$bench")"
        "$bench" --benchmark_min_time=0.2
    done
}

e2e() {
    echo "== end to end"
    python3 "$here/e2e.py" "$build" idle http udp graph restart
}

if [ $# -eq 0 ]; then
    python3 "$here/table.py" "$build"
    floors
    e2e
    exit
fi
for what in "$@"; do
    case "$what" in
        floors | e2e) "$what" ;;
        *) python3 "$here/table.py" "$build" "$what" ;;
    esac
done

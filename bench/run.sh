#!/bin/sh
# Every figure of docs/performance.md: run.sh BUILD_DIRECTORY [what ...]
#
#   a group of table.py   engine recovery exactness summary w2 http memory rocksdb sqlite clickhouse
#   floors                Google Benchmark of every floor
#   e2e                   the lines of e2e.py that are not in the table
#   sampling              dividing a reservoir, how much of it a fleet uses, and GetSamplingTargets over HTTP
#   reads                 reads.py on W1 of SPANS spans: X-Ray's and our own reads on the wire
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

sampling() {
    echo "== sampling"
    "$build/bench/service_bench" --benchmark_filter='report_of_a_program|use_of_a_reservoir'
    python3 "$here/e2e.py" "$build" sampling
}

reads() {
    echo "== reads on the wire"
    store=$build/reads-w1
    "$build/bench/engine/engine_bench" "$store" --spans "${SPANS:-1000000}" size
    python3 "$here/reads.py" "$build" "$store"
}

if [ $# -eq 0 ]; then
    python3 "$here/table.py" "$build"
    floors
    e2e
    reads
    exit
fi
for what in "$@"; do
    case "$what" in
        floors | e2e | reads | sampling) "$what" ;;
        *) python3 "$here/table.py" "$build" "$what" ;;
    esac
done

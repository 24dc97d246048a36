"""One table of what a span costs and how long answers take, here and in other stores, on the same data.

    bench/table.py BUILD_DIRECTORY [group ...]

Groups: engine recovery exactness summary w2 http memory rocksdb sqlite clickhouse. Without any: all of them.
SPANS=10000000 in the environment makes the full table; the default fits into a coffee break. Each program checks its
answers against the generator's own count and prints cells as lines of JSON; a wrong answer ends the bench.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SPANS = os.environ.get("SPANS", "1000000")
HERE = pathlib.Path(__file__).resolve().parent

COLUMNS = {"tomograph": "Tomograph", "rocksdb": "RocksDB", "sqlite": "SQLite", "clickhouse": "ClickHouse",
           "clickstack": "ClickStack schema"}

# name of the cell: what it says, and how it is shown
ROWS = {
    "http_spans_per_second": "HTTP, durable: spans/s, generator beside it",
    "http_cpu_us": "HTTP to settled parts: CPU-us a span",
    "http_intake_cpu_us": "of it until the last answer",
    "http_p50_ms": "p50 of 50 documents, ms",
    "http_p99_ms": "p99 of 50 documents, ms",
    "http_generator_cpu_us": "the generator's own CPU-us a span, not counted",
    "http_settle_seconds": "settled after, s",
    "http_bytes_per_span": "bytes a span then",
    "load_cpu_us": "loaded in process: CPU-us a span",
    "load_wall_us": "the same, wall us a span",
    "bytes_per_span": "bytes a span after settling",
    "id_warm_ms": "trace by id, warm p50, ms",
    "id_warm_p95_ms": "trace by id, warm p95, ms",
    "id_cold_ms": "trace by id, cold p50, ms",
    "id_cold_p95_ms": "trace by id, cold p95, ms",
    "search_common_ms": "attribute search, in 13 % of the traces, ms",
    "search_rare_ms": "attribute search, in 0.013 %, ms",
    "filter_ms": "trace-level filter, two conditions, ms",
    "group_ms": "group by annotation, ms",
    "graph_first_ms": "service graph of 6 h, first, ms",
    "graph_ms": "service graph of 6 h, ms",
    "idle_rss_mb": "resident when idle, MB",
    "rss_20k_mb": "resident after 60 s of 20,000 spans/s, MB",
    "rss_20k_peak_mb": "its peak, MB",
    "rss_20k_spans_per_second": "spans/s that were really sent",
    "recovery_log_mib": "recovery: MiB of log",
    "recovery_seconds": "recovery: s",
    "recovery_cpu_seconds": "recovery: CPU-s",
    "recovery_peak_mb": "recovery: peak resident, MB",
    "w4_documents": "W4: documents in progress, late, twice, out of order",
    "w4_cpu_us": "W4: CPU-us a document",
    "w4_traces_checked": "W4: traces compared after it, graph exact",
    "summary_cpu_us": "cut to summaries: CPU-us a span",
    "summary_bytes_per_span": "bytes a span as summaries",
    "w2_load_cpu_us": "W2: loaded in process, CPU-us a span",
    "w2_bytes_per_span": "W2: bytes a span",
    "w2_id_warm_ms": "W2: trace by id, warm p50, ms",
    "w2_id_warm_p95_ms": "W2: trace by id, warm p95, ms",
}


class Skipped(Exception):
    pass


def run(*command) -> list[dict]:
    """The cells that a program prints; what else it says goes on to the standard error."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"column"')]


def program(build: pathlib.Path, name: str) -> pathlib.Path:
    path = build / "bench" / name
    if not path.exists():
        raise Skipped(f"{path.name} was not built: its library is not installed")
    return path


def engine(build, data):
    return run(program(build, "engine/engine_bench"), data / "w1", "--spans", SPANS, "size", "id_warm", "id_cold",
               "graph", "scan", "group")


def recovery(build, data):
    return run(program(build, "engine/engine_bench"), data / "w1", "recovery")


def exactness(build, data):
    return run(program(build, "engine/engine_bench"), data / "w1", "--spans", int(SPANS) // 4, "exactness")


def summary(build, data):
    cells = run(program(build, "engine/engine_bench"), data / "w1", "--spans", SPANS, "summary")
    return [cell for cell in cells if cell["row"].startswith("summary")]


def w2(build, data):
    return run(program(build, "engine/engine_bench"), data / "w2", "--w2", "--spans", SPANS, "size", "id_warm")


def rocksdb(build, data):
    return run(program(build, "peers/rocksdb_bench"), data / "rocksdb", SPANS)


def sqlite(build, data):
    return run(program(build, "peers/sqlite_bench"), data / "sqlite", SPANS)


def clickhouse(build, data):
    prefix = build.parent / "chdb"
    if shutil.which("node") is None or not (prefix / "node_modules/chdb").exists():
        raise Skipped(f"not installed: npm install --prefix {os.path.relpath(prefix)} chdb  (550 MB)")
    export, expected = data / "w1.rowbinary", data / "expected.json"
    with open(expected, "w") as file:
        subprocess.run([program(build, "peers/w1_export"), export, SPANS], stdout=file, check=True)
    return run("node", HERE / "peers/clickhouse_bench.js", export, expected, data / "chdb", prefix)


def http(build, data):
    return run(sys.executable, HERE / "e2e.py", build, "w1")


def memory(build, data):
    return run(sys.executable, HERE / "e2e.py", build, "memory")


GROUPS = {function.__name__: function
          for function in (engine, recovery, exactness, summary, w2, http, memory, rocksdb, sqlite, clickhouse)}


def fdatasync_ms(directory: pathlib.Path) -> float:
    """Median of writing 4 KiB into a file that has its blocks, and syncing it."""
    path = directory / "fdatasync"
    took = []
    with open(path, "wb+", buffering=0) as file:
        file.write(bytes(4096 * 200))
        os.fsync(file.fileno())
        for i in range(200):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), os.urandom(4096), i * 4096)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    path.unlink()
    return statistics.median(took)


def machine(directory: pathlib.Path) -> str:
    cpu = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} cores ({cpu}), {memory_gib:.0f} GiB, Linux {os.uname().release}; 4 KiB + fdatasync p50 "
            f"{fdatasync_ms(directory):.2f} ms; load average {os.getloadavg()[0]:.1f}")


def shown(cell: dict) -> str:
    def number(value):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
    return number(cell["value"]) + (f" ({number(cell['cpu'])})" if cell.get("cpu") is not None else "")


def print_table(cells: list[dict]):
    by_place = {(cell["row"], cell["column"]): shown(cell) for cell in cells}
    unknown = {row for row, _ in by_place} - set(ROWS)
    assert not unknown, f"rows without a name: {unknown}"
    columns = [column for column in COLUMNS if any((row, column) in by_place for row in ROWS)]
    print("| figure | " + " | ".join(COLUMNS[column] for column in columns) + " |")
    print("|---|" + "---|" * len(columns))
    for row, name in ROWS.items():
        if any((row, column) in by_place for column in columns):
            print(f"| {name} | " + " | ".join(by_place.get((row, column), "–") for column in columns) + " |")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:] or list(GROUPS)
    cells, skipped = [], []
    with tempfile.TemporaryDirectory(dir=build) as directory:
        data = pathlib.Path(directory)
        print(machine(data))
        print(f"W1 and W2 of {int(SPANS):,} spans; times as wall (CPU of the process); HTTP rows: e2e.py's own number\n",
              flush=True)
        for name in names:
            begun = time.monotonic()
            try:
                cells += GROUPS[name](build, data)
            except Skipped as why:
                skipped.append(f"{name}: {why}")
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print_table(cells)
    for line in skipped:
        print(line)


main()

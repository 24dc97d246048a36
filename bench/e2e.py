"""The end-to-end figures of docs/performance.md: a real server, a load generator beside it.

    bench/e2e.py BUILD_DIRECTORY [idle] [w1] [memory] [http] [otlp] [logs] [grpc] [grpc-tls] [udp] [graph] [restart] [sampling]

Prints a line for each figure; cells of bench/table.py's table as lines of JSON. CPU time is the server's own (user and system, from /proc), so a busy machine
disturbs it less than rates and latencies.
"""
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from server import Server, cell, load, report


def bench_http(build, data):
    server = Server(build, data)
    server.wait_ready()
    load(build, "http", server.api, 2, 4, 50)
    costs, rates = [], []
    for _ in range(3):
        cpu = server.cpu_seconds()
        result = load(build, "http", server.api, 6, 4, 50)
        costs.append((server.cpu_seconds() - cpu) * 1e6 / result["documents"])
        rates.append(result["documents_per_second"])
    full = statistics.median(rates)
    report(f"put, full load: {full:,.0f} documents/s, {statistics.median(costs):.2f} CPU-us a document "
          f"(runs: {', '.join(f'{c:.2f}' for c in costs)})")
    half = [load(build, "http", server.api, 6, 4, 50, full / 2) for _ in range(3)]
    report(f"put, half load: {statistics.median(r['documents_per_second'] for r in half):,.0f} documents/s, "
          f"p50 {statistics.median(r['p50_ms'] for r in half):.2f} ms, "
          f"p99 {statistics.median(r['p99_ms'] for r in half):.2f} ms; resident {server.resident_mb():.0f} MB")
    server.end()


def bench_otlp(build, data, protocol="http", with_tls=False):
    """Batches of 500 spans of some 400 bytes over OTLP, with all work on them: sealing and merging too."""
    name = f"otlp/{protocol}{' over tls' if with_tls else ''}"
    flags = (("--grpc",) if protocol == "grpc" else ()) + (("--tls",) if with_tls else ())
    server = Server(build, data, with_tls=with_tls)
    server.wait_ready()
    address = server.otlp_grpc if protocol == "grpc" else server.otlp_http

    def offer(seconds, *rate):
        return load(build, "otlp", address, seconds, 4, 500, *rate, flags=flags)

    def run(seconds, *rate):
        result = offer(seconds, *rate)
        assert result["refused_requests"] == 0, f"{result['refused_requests']} requests were refused"
        return result

    offer(2)
    settle(server)
    full = ()  # as fast as it is taken; where that is more than is sealed, what is sealed without a refusal
    costs, intakes, rates = [], [], []
    while len(costs) < 3:
        cpu = server.cpu_seconds()
        result = offer(6, *full)
        intake = server.cpu_seconds() - cpu
        settle(server)
        if result["refused_requests"] > 0:
            full = (0.9 * result["spans_per_second"],)
            costs, intakes, rates = [], [], []
            continue
        costs.append((server.cpu_seconds() - cpu) * 1e6 / result["spans"])
        intakes.append(intake * 1e6 / result["spans"])
        rates.append(result["spans_per_second"])
    cost = statistics.median(costs)
    report(f"{name}, full load: {statistics.median(rates):,.0f} spans/s, {cost:.2f} CPU-us a span with all work, "
           f"{1e6 / cost:,.0f} spans a CPU-second (runs: {', '.join(f'{c:.2f}' for c in costs)}; "
           f"until the last answer {statistics.median(intakes):.2f})")
    half = [run(6, statistics.median(rates) / 2) for _ in range(3)]
    report(f"{name}, half load: p50 {statistics.median(r['p50_ms'] for r in half):.2f} ms, "
           f"p99 {statistics.median(r['p99_ms'] for r in half):.2f} ms; resident {server.resident_mb():.0f} MB")
    server.end()


def bench_grpc(build, data):
    bench_otlp(build, data, "grpc")


def bench_grpc_tls(build, data):
    bench_otlp(build, data, "grpc", True)


def bench_logs(build, data):
    """Lines alone: what one costs, and how large it is in parts. Then 10,000 a second beside 20,000 spans a second."""
    server = Server(build, data)
    server.wait_ready()
    before = server.resident_mb()
    costs, rates, lines = [], [], 0
    for _ in range(3):
        cpu = server.cpu_seconds()
        result = load(build, "logs", server.otlp_http, 6, 4, 500)
        time.sleep(1)  # what is due is written to parts
        costs.append((server.cpu_seconds() - cpu) * 1e6 / result["lines"])
        rates.append(result["lines_per_second"])
        lines += result["lines"]
    report(f"logs, full load: {statistics.median(rates):,.0f} lines/s, {statistics.median(costs):.2f} CPU-us a line "
           f"(runs: {', '.join(f'{c:.2f}' for c in costs)}); resident {before:.0f} MB before, "
           f"{server.resident_mb():.0f} MB then")
    raw = server.metric("tomograph_api_log_bytes_total")
    for query in ("limit=100", "limit=100&severity=error", "limit=100&text=declined", "limit=100&text=nowhere", "limit=100&text=4711"):
        times = []
        for _ in range(5):
            at = time.monotonic()
            server.get(f"/api/v1/logs?{query}")
            times.append((time.monotonic() - at) * 1000)
        report(f"logs, {query} of {lines:,} lines: {statistics.median(times):.1f} ms")
    server.end()
    parts = sum(f.stat().st_size for f in (pathlib.Path(data) / "logs" / "parts").rglob("*.part"))
    report(f"logs, size: {parts / lines:.1f} bytes a line in parts of {raw / lines:.0f} as OTLP")

    server = Server(build, data)
    server.wait_ready()
    results = {}

    def run(name, rate):
        results[name] = load(build, name, server.otlp_http, 20, 4, 500, rate)

    cpu = server.cpu_seconds()
    threads = [threading.Thread(target=run, args=each) for each in (("otlp", 20_000), ("logs", 10_000))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spans, lines = results["otlp"], results["logs"]
    report(f"logs beside traces: {lines['lines_per_second']:,.0f} lines/s (p50 {lines['p50_ms']:.1f}, p99 "
           f"{lines['p99_ms']:.1f} ms) beside {spans['spans_per_second']:,.0f} spans/s (p50 {spans['p50_ms']:.1f}, p99 "
           f"{spans['p99_ms']:.1f} ms); {(server.cpu_seconds() - cpu) / 20:.2f} CPUs, resident {server.resident_mb():.0f} MB")
    server.end()


def settle(server) -> float:
    """Waits until everything is in parts and nothing more is merged; how long that took."""
    begun, last = time.monotonic(), None
    quiet_since = begun
    while time.monotonic() - quiet_since < 3:
        time.sleep(0.25)
        now = [server.metric(f"tomograph_store_{name}") for name in
               ("open_traces", "parts", "flushes_total", "merges_total")]
        if now != last or now[0] > 0:
            last, quiet_since = now, time.monotonic()
        assert time.monotonic() - begun < 180, f"the store does not settle: {now}"
    return quiet_since - begun


# Members that say where an entity belongs: an answer nests subsegments that came on their own.
PLACE = ("trace_id", "parent_id", "type", "subsegments")


def entities(documents: list[dict]) -> dict[str, dict]:
    """Each segment and subsegment by its id, without its place."""
    found = {}
    for document in documents:
        found[document["id"]] = {key: value for key, value in document.items() if key not in PLACE}
        found |= entities(document.get("subsegments", []))
    return found


def check_w1(server, result: dict):
    """The server says of W1 what the generator sent; a wrong answer is not a figure."""
    graph = server.post("/ServiceGraph", {"StartTime": result["start"], "EndTime": result["end"]})
    got = {}
    for service in graph["Services"]:
        if service.get("Type") != "AWS::ECS::Container":
            continue
        sums = service["SummaryStatistics"]
        errors = sums["ErrorStatistics"]
        got[service["Name"]] = {"ok": sums["OkCount"], "error": errors["OtherCount"],
                                "throttle": errors["ThrottleCount"], "fault": sums["FaultStatistics"]["TotalCount"]}
    assert got == result["services"], f"the service graph is wrong: {got} instead of {result['services']}"
    for trace, documents in result["samples"].items():
        [answer] = server.post("/Traces", {"TraceIds": [trace]})["Traces"]
        kept = entities([json.loads(segment["Document"]) for segment in answer["Segments"]])
        sent = entities([json.loads(document) for document in documents])
        for span, entity in sent.items():  # the answer has inferred segments beside them
            assert kept.get(span) == entity, f"trace {trace}: {kept.get(span)} instead of {entity}"


def w1(build, server, documents: int, *rate) -> dict:
    result = load(build, "w1", server.api, documents, 4, 50, *rate)
    assert result["refused_requests"] == 0, f"{result['refused_requests']} requests were refused"
    return result


def bench_w1(build, data, documents=400_000):
    """Documents of one span (W1) as fast as they are taken, and all work that they cause until the store is quiet."""
    server = Server(build, data)
    server.wait_ready()
    cpu = server.cpu_seconds()
    result = w1(build, server, documents)
    intake = server.cpu_seconds() - cpu
    seconds = settle(server)
    check_w1(server, result)
    spans = result["documents"]
    cell("http_spans_per_second", result["documents_per_second"])
    cell("http_cpu_us", (server.cpu_seconds() - cpu) * 1e6 / spans)
    cell("http_intake_cpu_us", intake * 1e6 / spans)
    cell("http_p50_ms", result["p50_ms"])
    cell("http_p99_ms", result["p99_ms"])
    cell("http_generator_cpu_us", result["generator_cpu_us"])
    cell("http_settle_seconds", seconds)
    cell("http_bytes_per_span", server.metric("tomograph_store_part_bytes") / spans)
    server.end()


def bench_memory(build, data, rate=20_000, seconds=60):
    """Resident memory at a steady rate; the generator's own is beside it, not in it."""
    server = Server(build, data)
    server.wait_ready()
    time.sleep(2)
    cell("idle_rss_mb", server.resident_mb())
    result = w1(build, server, rate * seconds, rate)
    cell("rss_20k_mb", server.resident_mb())
    cell("rss_20k_peak_mb", server.resident_mb("VmHWM"))
    cell("rss_20k_spans_per_second", result["documents_per_second"])
    settle(server)
    check_w1(server, result)
    server.end()


def bench_udp(build, data, rate=40_000, seconds=60):
    server = Server(build, data)
    server.wait_ready()
    cpu = server.cpu_seconds()
    result = load(build, "udp", server.xray, seconds, rate)
    time.sleep(2)
    received = server.metric("tomograph_net_datagrams_received_total", 'listener="udp"')
    lost = server.metric("tomograph_net_datagrams_dropped_total", 'listener="udp"')
    stored = server.metric("tomograph_api_segments_received_total", 'source="udp"')
    refused = server.metric("tomograph_api_segments_rejected_total", 'source="udp"')
    report(f"udp: sent {result['sent']:,} at {result['segments_per_second']:,.0f}/s; received {received:,.0f}, "
          f"dropped {lost:,.0f}, difference {result['sent'] - received - lost:,.0f}; segments {stored:,.0f}, "
          f"rejected {refused:,.0f}; {(server.cpu_seconds() - cpu) * 1e6 / max(1, received):.2f} CPU-us each; "
          f"resident {server.resident_mb():.0f} MB, peak {server.resident_mb('VmHWM'):.0f} MB")
    server.end()


def bench_graph(build, data):
    server = Server(build, data)
    server.wait_ready()
    address = ":".join(server.api)
    subprocess.run([build / "tomo", "demo", "--backfill", "6h", "--rate", "2", "--endpoint", f"http://{address}"],
                   check=True, stdout=subprocess.DEVNULL)
    server.end()
    server = Server(build, data)
    server.wait_ready()
    now = time.time()
    window = {"StartTime": now - 6 * 3600, "EndTime": now}
    ids = []
    page = server.post("/TraceSummaries", window)
    ids += [summary["Id"] for summary in page["TraceSummaries"]]

    def timed(path, body, runs=20):
        took = []
        for i in range(runs):
            begun = time.perf_counter()
            answer = server.post(path, body(i))
            took.append((time.perf_counter() - begun) * 1000)
        return took, answer

    graph, answer = timed("/ServiceGraph", lambda _: window)
    report(f"service graph over 6 h: {len(answer['Services'])} nodes, first {graph[0]:.1f} ms, "
          f"median {statistics.median(graph):.1f} ms on the wire")
    one, _ = timed("/Traces", lambda i: {"TraceIds": [ids[i * 7 % len(ids)]]}, 100)
    report(f"trace by id from disk: first {one[0]:.2f} ms, median {statistics.median(one):.2f} ms, "
          f"p99 {sorted(one)[98]:.2f} ms on the wire")
    pages, answer = timed("/TraceSummaries", lambda _: window, 5)
    report(f"summaries, newest page of {len(answer['TraceSummaries'])}: median {statistics.median(pages):.1f} ms")
    server.end()


def bench_restart(build, data):
    server = Server(build, data)
    server.wait_ready()
    # Fill the log faster than traces are sealed, then kill.
    while server.metric("tomograph_store_wal_file_bytes") < (256 << 20):
        load(build, "http", server.api, 1, 2, 50)
    live = server.metric("tomograph_store_wal_file_bytes")
    server.end(signal.SIGKILL)
    server = Server(build, data)
    ready = server.wait_ready()
    report(f"restart after kill -9 with {live / (1 << 20):.0f} MiB of log: {ready:.2f} s, "
          f"peak memory {server.resident_mb('VmHWM'):.0f} MB")
    server.end()


def bench_sampling(build, data):
    """A thousand programs ask for the target of one rule, as fast as four connections go."""
    server = Server(build, data)
    server.wait_ready()
    load(build, "sampling", server.api, 2, 4, 1)
    costs, rates = [], []
    for _ in range(3):
        cpu = server.cpu_seconds()
        result = load(build, "sampling", server.api, 5, 4, 1)
        assert result["refused_requests"] == 0, result
        costs.append((server.cpu_seconds() - cpu) * 1e6 / result["documents"])
        rates.append(result["documents_per_second"])
    cost = statistics.median(costs)
    report(f"GetSamplingTargets: {statistics.median(rates):,.0f} calls/s, {cost:.1f} CPU-us a call: {1e6 / cost:,.0f} "
           f"calls/s a core (runs: {', '.join(f'{c:.1f}' for c in costs)}), p50 {result['p50_ms']:.2f} ms, "
           f"p99 {result['p99_ms']:.2f} ms")
    server.end()


def bench_idle(build, data):
    server = Server(build, data)
    server.wait_ready()
    time.sleep(3)
    report(f"start on an empty directory: {server.start_seconds * 1000:.0f} ms; idle resident {server.resident_mb():.0f} MB")
    server.end()


BENCHES = {"idle": bench_idle, "w1": bench_w1, "memory": bench_memory, "http": bench_http, "otlp": bench_otlp, "logs": bench_logs, "grpc": bench_grpc, "grpc-tls": bench_grpc_tls, "udp": bench_udp, "graph": bench_graph, "restart": bench_restart, "sampling": bench_sampling}


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or BENCHES:
        with tempfile.TemporaryDirectory(dir=build) as data:
            try:
                BENCHES[name](build, data)
            finally:
                Server.end_all()


main()

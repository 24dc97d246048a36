"""How long reads of W1 take on the wire: the store that engine_bench prepared, a real server, one client.

    bench/reads.py BUILD_DIRECTORY PREPARED_STORE [page] [newest] [graph] [series] [heatmap] [differences] [cancel] [ingest]

PREPARED_STORE is the directory of `engine_bench PREPARED_STORE --spans N size`; the server runs on a copy.
Each line: the first call, then the median of the next ones, in ms; a page in bytes.
"""
import http.client
import json
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from server import Server, load, report

BUILD = pathlib.Path(sys.argv[1]).resolve()
START = 1_795_000_000  # bench/workload/w1.h
SECONDS = 6 * 3600
WINDOW = {"StartTime": START, "EndTime": START + SECONDS}
RUNS = 7
# Every trace is looked at, and nothing but the documents tells.
WORST = 'rootcause.json = #[{"Services": [{"Name": "nobody"}]}]'


class Client:
    """One connection that is kept, as SDKs keep theirs."""

    def __init__(self, server):
        self.connection = http.client.HTTPConnection(*server.api, timeout=600)

    def ask(self, method: str, path: str, body: dict | None = None) -> tuple[bytes, float]:
        text = None if body is None else json.dumps(body)
        begun = time.perf_counter()
        self.connection.request(method, path, text)
        answer = self.connection.getresponse()
        data = answer.read()
        took = (time.perf_counter() - begun) * 1000
        assert answer.status == 200, data[:500]
        return data, took

    def times(self, what: str, method: str, path: str, body: dict | None = None, runs: int = RUNS) -> dict:
        data, first = self.ask(method, path, body)
        took = [self.ask(method, path, body)[1] for _ in range(runs)]
        report(f"{what}: first {first:.1f} ms, median {statistics.median(took):.1f} ms; {len(data):,} bytes")
        return json.loads(data)


def own(path: str, **parameters) -> str:
    parameters = {"start": START, "end": START + SECONDS, "budget": 60} | parameters
    return f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}"


def page(server, client):
    """A page of 1,000 summaries, newest first, of a service and an annotation."""
    answer = client.times("page of summaries with a service and an annotation", "POST", "/TraceSummaries", WINDOW | {
        "FilterExpression": 'service("cart") AND annotation[tenant] = "tenant-0003"'})
    report(f"  {len(answer['TraceSummaries'])} summaries of {answer['TracesProcessedCount']:,} traces")


def newest(server, client):
    answer = client.times("newest page of summaries", "POST", "/TraceSummaries", WINDOW)
    report(f"  {len(answer['TraceSummaries'])} summaries")


def graph(server, client):
    answer = client.times("service graph of 6 h", "POST", "/ServiceGraph", WINDOW, 20)
    report(f"  {len(answer['Services'])} nodes")


def series(server, client):
    answer = client.times("time series of 6 h by minute", "POST", "/TimeSeriesServiceStatistics", WINDOW | {"Period": 60})
    report(f"  {len(answer['TimeSeriesServiceStatistics'])} points")
    answer = client.times("time series of 6 h by minute, one service", "POST", "/TimeSeriesServiceStatistics", WINDOW | {
        "Period": 60, "EntitySelectorExpression": 'service("cart")'})
    report(f"  {len(answer['TimeSeriesServiceStatistics'])} points")


def heatmap(server, client):
    answer = client.times("latency heatmap of all traces", "GET", own("latency"))
    report(f"  {answer['Count']:,} traces, coverage {answer['Coverage']}")
    client.times("latency heatmap of a filter", "GET", own("latency", filter="fault"))


def differences(server, client):
    for budget in (0.4, 60):
        path = own("differences", filter="fault", budget=budget)
        answer = client.times(f"what differs, faults and the rest, budget {budget} s", "GET", path, runs=3)
        share = answer["A"]["Coverage"]["Share"]
        report(f"  {answer['Compared']} of {answer['Candidates']} subjects, {share:.1%} of the traces")


def cancel(server, client):
    """From the client's going until no thread works for reads any more; CPU time is read every 5 ms."""
    for what, path in [("what differs", own("differences", filter="fault", budget=300)),
                       ("a filter on documents", own("groups-by", by="service", filter=WORST, budget=300)),
                       ("a streamed search", own("search", filter=WORST, budget=300))]:
        ends = []
        for _ in range(RUNS):
            with socket.create_connection((server.api[0], int(server.api[1]))) as wire:
                wire.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
                time.sleep(0.5)
            gone, last, busy = time.perf_counter(), server.read_seconds(), time.perf_counter()
            while time.perf_counter() - busy < 0.5:
                time.sleep(0.005)
                if (now := server.read_seconds()) > last + 0.001:
                    last, busy = now, time.perf_counter()
            ends.append((busy - gone) * 1000)
        report(f"cancelled, {what}: median {statistics.median(ends):.0f} ms, longest {max(ends):.0f} ms")


def ingest(server, client, rate=40_000):
    """p99 of PutTraceSegments at a steady rate, by turns alone, beside the worst query, and beside a program that only
    keeps a processor busy at the lowest priority: what any third task costs on this machine, whatever it does.
    Takes spans into the store."""
    beside = {"alone": lambda end: end.wait(), "a filter on documents": lambda end: ask_until(server, end), "a busy loop": busy_until}
    p99 = {what: [] for what in beside}
    for _ in range(3):
        for what, work in beside.items():
            end = threading.Event()
            worker = threading.Thread(target=work, args=(end,))
            worker.start()
            p99[what].append(load(BUILD, "http", server.api, 6, 4, 50, rate)["p99_ms"])
            end.set()
            worker.join()
    for what, times in p99.items():
        report(f"p99 of PutTraceSegments at {rate:,} documents/s, {what}: {statistics.median(times):.2f} ms "
               f"({', '.join(f'{t:.1f}' for t in times)})")


def busy_until(end: threading.Event):
    with subprocess.Popen(["nice", "-n", "19", "sh", "-c", "while :; do :; done"]) as loop:
        end.wait()
        loop.kill()


def ask_until(server, end: threading.Event):
    client = Client(server)
    while not end.is_set():
        client.ask("GET", own("groups-by", by="service", filter=WORST, budget=2))


BENCHES = {each.__name__: each for each in (page, newest, graph, series, heatmap, differences, cancel, ingest)}


def main():
    with tempfile.TemporaryDirectory(dir=BUILD) as data:
        shutil.copytree(sys.argv[2], data, dirs_exist_ok=True)
        server = Server(BUILD, data)
        try:
            server.wait_ready()
            client = Client(server)
            for name in sys.argv[3:] or BENCHES:
                BENCHES[name](server, client)
            report(f"resident {server.resident_mb():.0f} MB, peak {server.resident_mb('VmHWM'):.0f} MB")
        finally:
            Server.end_all()


main()

"""The real OpenTelemetry Collector between an SDK and Tomograph: what goes in comes out, whole and once, through every
exporter that speaks OTLP, and when the server is killed or its answers are lost in between."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest
import requests

from tests.conftest import eventually, xray_client
from tests.e2e.otel.story import ALL_SIGNALS, Story
from tests.e2e.otel.surfaces import check_everywhere, is_whole, run_story, window
from tests.interop.builds import collector
from tests.interop.withheld_replies import Relay

SOURCE = pathlib.Path(__file__).parent / "collector"
SDK = [sys.executable, str(pathlib.Path(__file__).parents[1] / "e2e/otel/python_sdk.py")]
EXCEPTION = "__main__.CardError"


@pytest.fixture(scope="session")
def otelcol(tmp_path_factory) -> str:
    return collector(SOURCE, tmp_path_factory.mktemp("collector"))


class Collector:
    """A pipeline of each signal: OTLP in by gRPC and HTTP, batches, one exporter out."""

    def __init__(self, binary: str, folder: pathlib.Path, exporter: str, settings: dict, **extensions: dict):
        config = {
            "extensions": extensions,
            "receivers": {"otlp": {"protocols": {way: {"endpoint": "127.0.0.1:0"} for way in ("grpc", "http")}}},
            "processors": {"batch": {"timeout": "100ms"}},
            "exporters": {exporter: settings},
            "service": {"extensions": list(extensions), "telemetry": {"metrics": {"level": "none"},
                                                                      "logs": {"encoding": "json"}},
                        "pipelines": {signal: {"receivers": ["otlp"], "processors": ["batch"], "exporters": [exporter]}
                                      for signal in ("traces", "logs", "metrics")}}}
        self.path = folder / "collector.json"  # YAML, as all JSON is
        self.path.write_text(json.dumps(config))
        self.log_path = folder / "collector.log"
        environment = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([binary, "--config", str(self.path)], stdout=log, stderr=log, env=environment)
        eventually(lambda: self.process.poll() is None and len(self.endpoints()) == 2 or self.process.poll())
        assert self.process.poll() is None, self.log_path.read_text()

    def said(self) -> list[dict]:
        return [json.loads(line) for line in self.log_path.read_text().splitlines() if line.startswith("{")]

    def endpoints(self) -> dict[str, str]:
        names = {"Starting GRPC server": "grpc", "Starting HTTP server": "http"}
        return {names[line["msg"]]: f"http://{line['endpoint']}" for line in self.said() if line["msg"] in names}

    def retries(self) -> int:
        return sum("Will retry" in line["msg"] for line in self.said())

    def complaints(self) -> list[str]:
        """Of what it gave up on, or was refused."""
        return [line["msg"] for line in self.said() if line["level"] == "error" or "artial success" in line["msg"]]

    def stop(self):
        """Delivers what it has, then ends."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(timeout=60) == 0


@pytest.fixture
def collect(otelcol, tmp_path):
    """Starts a Collector with one exporter; ends it with the test."""
    with contextlib.ExitStack() as stack:
        def start(exporter: str, settings: dict, **extensions: dict) -> Collector:
            made = Collector(otelcol, tmp_path, exporter, settings, **extensions)
            stack.callback(made.stop)
            return made

        yield start


def grpc_to(address: str, **more) -> tuple[str, dict]:
    return "otlp_grpc", {"endpoint": address, "tls": {"insecure": True}, **more}


def http_to(address: str, **more) -> tuple[str, dict]:
    return "otlp_http", {"endpoint": f"http://{address}", **more}


SIGV4 = {"sigv4auth": {"region": "eu-west-1", "service": "xray"}}
WAYS = {  # to which listener, and by what exporter
    "gRPC": ("otlp_grpc", grpc_to, {}, {}),
    "gRPC, zstd": ("otlp_grpc", grpc_to, {"compression": "zstd"}, {}),
    "HTTP, protobuf": ("otlp_http", http_to, {}, {}),
    "HTTP, JSON, zstd": ("otlp_http", http_to, {"encoding": "json", "compression": "zstd"}, {}),
    "HTTP, plain": ("otlp_http", http_to, {"compression": "none"}, {}),
    "X-Ray's own endpoint, signed": ("api", http_to, {"auth": {"authenticator": "sigv4auth"}}, SIGV4),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_goes_into_a_collector_comes_out_whole(server, tmp_path, collect, way):
    listener, exporter, settings, extensions = WAYS[way]
    running = collect(*exporter(server.addresses[listener], **settings), **extensions)
    ends = running.endpoints()
    signals = ALL_SIGNALS if listener != "api" else ("traces",)  # as X-Ray's own endpoint takes them
    sent = [run_story(SDK, server, protocol, tmp_path, EXCEPTION, Story(signals=signals), ends[protocol.split("/")[0]])
            for protocol in ("grpc", "http/protobuf")]
    running.stop()
    assert (running.complaints(), running.retries()) == ([], 0)
    check_everywhere(server, *sent)


RETRY = {"retry_on_failure": {"initial_interval": "200ms", "max_interval": "1s"}}


def seen(server) -> int:
    """Traces in all."""
    pages = xray_client(server.endpoint).get_paginator("get_trace_summaries").paginate(**window())
    return sum(len(page["TraceSummaries"]) for page in pages)


def received(server) -> int:
    """Documents that came since the server started, those that came twice twice."""
    page = requests.get(f"{server.endpoint}/metrics", timeout=10).text
    return sum(int(float(line.split()[-1])) for line in page.splitlines()
               if line.startswith("tomograph_api_segments_received_total"))


@pytest.mark.parametrize("listener, exporter", [("otlp_grpc", grpc_to), ("otlp_http", http_to)])
def test_a_server_that_is_killed_in_between_gets_all_of_it_once(server, tmp_path, collect, listener, exporter):
    relay = Relay(server.addresses[listener])
    try:
        running = collect(*exporter(relay.address, timeout="5s", **RETRY))

        def send():
            return run_story(SDK, server, "grpc", tmp_path, EXCEPTION, Story(2), endpoint=running.endpoints()["grpc"])

        before = send()
        eventually(lambda: is_whole(server, before))
        server.kill()
        relay.cut()
        during = send()  # the Collector acknowledges it, and has nobody to give it to
        eventually(running.retries)
        server.start()
        relay.target = server.addresses[listener]
        after = send()
        eventually(lambda: is_whole(server, during) and is_whole(server, after))
        running.stop()  # which would drop what it is still trying
        assert running.complaints() == []
        check_everywhere(server, before, during, after)
    finally:
        relay.close()


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("listener, exporter", [("otlp_grpc", grpc_to), ("otlp_http", http_to)])
def test_what_was_stored_and_not_acknowledged_comes_twice_and_shows_once(server, tmp_path, collect, listener, exporter,
                                                                         is_killed):
    relay = Relay(server.addresses[listener])
    try:
        running = collect(*exporter(relay.address, timeout="30s", **RETRY))
        relay.is_withholding = True
        sent = run_story(SDK, server, "grpc", tmp_path, EXCEPTION, endpoint=running.endpoints()["grpc"])
        spans = len(sent.ids)
        eventually(lambda: seen(server) == 8 and relay.withheld > 0)
        if is_killed:
            server.kill()
            server.start()
            relay.target = server.addresses[listener]
        assert received(server) == (0 if is_killed else spans)
        relay.is_withholding = False
        relay.cut()
        eventually(lambda: received(server) == (spans if is_killed else 2 * spans))
        running.stop()
        assert running.complaints() == []
        check_everywhere(server, sent)
        assert server.stop() == 0  # what is sealed twice shows once as well
        server.start()
        check_everywhere(server, sent)
    finally:
        relay.close()

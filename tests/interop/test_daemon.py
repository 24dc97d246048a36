"""The real X-Ray daemon in front of us, and our port 2000 in its place: programs must not be able to tell.

XRAY_DAEMON names the daemon's binary; it is in no package registry (its Go module is not served either), so that what
needs it is skipped where there is none, while our own port is held to the same expectations everywhere.

Where the two differ, and why it stays so, is said in DIFFERENCES. Beyond them: our port takes several documents in a
datagram, one a line or as a JSON array; the daemon sends those on as one document, which the server refuses.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request

import pytest

from tests.conftest import eventually, xray_client
from tests.e2e.documents import checkout, trace_id
from tests.interop.builds import python_program
from tests.interop.daemon_calls import DATAGRAMS, REFUSED, ask, calls, send_datagrams

DAEMON = os.environ.get("XRAY_DAEMON") or shutil.which("xray")

CLOSES = "our port closes the connection after what it could not read to its end; the daemon read it for us"
NO_HTTP = "the daemon's HTTP library answers in text what never becomes a request; ours has one form for all errors"
DIFFERENCES = {
    "segments, 8 MB": CLOSES,
    "a body in what is no gzip": CLOSES,
    "a body in a coding that nobody knows": CLOSES,
    "no host": NO_HTTP,
    "HTTP/2.0 in words": NO_HTTP,
    "what is no HTTP": NO_HTTP,
    "a header that is none": NO_HTTP,
    "a length that is none": NO_HTTP,
    "two lengths": NO_HTTP,
    "an address of another host than Host": "the daemon believes the address; we believe neither",
    "the root": "in front of our API port the daemon shows the operator's page; X-Ray has nothing there",
    "no path": "the daemon's HTTP library answers OPTIONS * itself",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_daemon(server, folder, more: str = ""):
    """The port of a daemon, which is told to end when the block does.

    more  lines for its configuration
    """
    if not DAEMON:
        pytest.skip("no X-Ray daemon: set XRAY_DAEMON to its binary")
    port = free_port()
    config = folder / "cfg.yaml"
    config.write_text(f"Version: 2\nRegion: eu-west-1\nLocalMode: true\nEndpoint: {server.endpoint}\n{more}"
                      f"Socket:\n  UDPAddress: 127.0.0.1:{port}\n  TCPAddress: 127.0.0.1:{port}\n")
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
                   "AWS_HOSTNAME": "the-host"}
    with open(folder / "daemon.log", "wb") as log:
        process = subprocess.Popen([DAEMON, "-c", str(config)], env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


@pytest.fixture
def daemon(server, tmp_path):
    with running_daemon(server, tmp_path) as port:
        yield port


@pytest.fixture(params=["our port", "the daemon"])
def port(request, server) -> int:
    """Where a program would find the daemon."""
    return int(server.daemon.rsplit(":", 1)[1]) if request.param == "our port" else request.getfixturevalue("daemon")


def test_the_daemon_forwards_and_is_content(server, daemon):
    now = time.time()
    traces = [trace_id(now) for _ in range(20)]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for trace in traces:
        for document in checkout(trace, now):
            sender.sendto(b'{"format":"json","version":1}\n' + document.encode(), ("127.0.0.1", daemon))
    xray = xray_client(server.endpoint)

    def stored():
        found = xray.get_trace_summaries(StartTime=now - 60, EndTime=now + 60)["TraceSummaries"]
        return len(found) == len(traces) and found

    assert {s["Id"] for s in eventually(stored)} == set(traces)

    through = xray_client(f"http://127.0.0.1:{daemon}")
    [trace] = through.batch_get_traces(TraceIds=traces[:1])["Traces"]
    assert {json.loads(s["Document"])["name"] for s in trace["Segments"]} == {"front", "back", "DynamoDB"}


def test_the_daemon_delivers_by_tls_and_http2(make_server, tmp_path):
    """It asks for h2, and pings a connection that says nothing for a second."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)], check=True,
                   capture_output=True)
    server = make_server("--tls-cert", str(certificate), "--tls-key", str(key))
    xray = xray_client(server.endpoint, verify=str(certificate))
    wanted = [name for name, (_, is_stored) in DATAGRAMS.items() if is_stored]
    with running_daemon(server, tmp_path, "NoVerifySSL: true\n") as port:
        for _ in range(2):
            traces = send_datagrams(port)
            for name in wanted:
                eventually(lambda: xray.batch_get_traces(TraceIds=[traces[name]])["Traces"])  # noqa: B023
            time.sleep(3.5)  # an idle second, and the two that a ping may take
        rules = urllib.request.Request(f"http://127.0.0.1:{port}/GetSamplingRules", b"{}", method="POST")
        assert json.load(urllib.request.urlopen(rules, timeout=10))["SamplingRuleRecords"]
    assert "Sending segment batch failed" not in (tmp_path / "daemon.log").read_text()
    trusting = ssl.create_default_context(cafile=str(certificate))
    metrics = urllib.request.urlopen(f"{server.endpoint}/metrics", context=trusting, timeout=10).read().decode()
    [spoken] = re.findall(r'^tomograph_net_connections_http2_total\{listener="api"\} (\d+)', metrics, re.MULTILINE)
    print(f"connections of HTTP/2: {spoken}")
    assert 1 <= int(spoken) <= 8  # as many as the daemon has senders: none is lost by a ping that nobody answers


def test_the_same_datagrams_are_stored(server, port):
    traces = send_datagrams(port)
    wanted = {name for name, (_, is_stored) in DATAGRAMS.items() if is_stored}
    xray, ids = xray_client(server.endpoint), list(traces.values())

    def stored():
        found = {each["Id"] for at in range(0, len(ids), 5)
                 for each in xray.batch_get_traces(TraceIds=ids[at:at + 5])["Traces"]}
        return {name for name, trace in traces.items() if trace in found}

    eventually(lambda: wanted <= stored())
    assert stored() == wanted


def test_spans_of_adot_come_by_udp(server, port, tmp_path):
    """Sampled ones are stored; unsampled ones and metrics, which ADOT sends the same way, are not, and do no harm."""
    program = python_program(
        pathlib.Path(__file__).parent / "adot", tmp_path, "udp_spans.py",
        ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-common"], ["aws-opentelemetry-distro==0.21.0"])
    done = subprocess.run([*program, f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    sampled, unsampled = done.stdout.split()
    xray = xray_client(server.endpoint)

    def documents():
        traces = xray.batch_get_traces(TraceIds=[sampled])["Traces"]
        whole = [json.loads(s["Document"]) for each in traces for s in each["Segments"]]
        return whole if whole and whole[0].get("subsegments") else None

    [segment] = eventually(documents)
    assert segment["name"] == "adot-shop" and segment["http"]["response"]["status"] == 200
    assert [each["name"] for each in segment["subsegments"]] == ["rate"]
    later = send_datagrams(port)["as SDKs send it"]
    eventually(lambda: xray.batch_get_traces(TraceIds=[later])["Traces"])
    assert xray.batch_get_traces(TraceIds=[unsampled])["Traces"] == []


def test_programs_see_the_statuses_that_they_expect(server, port):
    seen = {call.name: {each.get("status") for each in ask(("127.0.0.1", port), call)} for call in calls()}
    assert {name: statuses for name, statuses in seen.items()
            if statuses != {REFUSED.get(name, 200)} and name not in DIFFERENCES} == {}


def test_our_port_answers_as_the_daemon_does(server, daemon):
    ours = ("127.0.0.1", int(server.daemon.rsplit(":", 1)[1]))
    differing = {}
    for call in calls():
        here, there = ask(ours, call), ask(("127.0.0.1", daemon), call)
        if here != there:
            differing[call.name] = {"our port": here, "the daemon": there}
    print(json.dumps({name: both for name, both in differing.items() if name not in DIFFERENCES}, indent=2))
    assert differing.keys() == DIFFERENCES.keys()


def test_sampling_goes_through_unsigned(server, port):
    def post(path: str, body: dict) -> dict:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), method="POST")
        return json.load(urllib.request.urlopen(asked, timeout=10))

    xray = xray_client(server.endpoint)
    xray.create_sampling_rule(SamplingRule={
        "RuleName": "pay", "ResourceARN": "*", "Priority": 5, "FixedRate": 0.25, "ReservoirSize": 3, "ServiceName": "*",
        "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "/pay/*", "Version": 1})
    rules = [each["SamplingRule"]["RuleName"] for each in post("/GetSamplingRules", {})["SamplingRuleRecords"]]
    assert sorted(rules) == ["Default", "pay"]
    document = {"RuleName": "pay", "ClientID": "ab" * 12, "Timestamp": time.time(), "RequestCount": 100,
                "SampledCount": 3, "BorrowCount": 1}
    answer = post("/SamplingTargets", {"SamplingStatisticsDocuments": [document]})
    [target] = answer["SamplingTargetDocuments"]
    assert (target["RuleName"], target["FixedRate"]) == ("pay", 0.25)
    assert 1 <= target["ReservoirQuota"] <= 3 and target["ReservoirQuotaTTL"] > time.time()
    assert answer["UnprocessedStatistics"] == [] and answer["LastRuleModification"] > time.time() - 60


def test_the_daemon_reports_of_itself(server, tmp_path):
    with running_daemon(server, tmp_path) as port:
        traces = send_datagrams(port)
        xray = xray_client(server.endpoint)
        eventually(lambda: xray.batch_get_traces(TraceIds=[traces["60 kB"]])["Traces"])
    # It flushes its counters when it ends.
    told = json.load(urllib.request.urlopen(f"{server.endpoint}/api/v1/telemetry", timeout=10))["TelemetryRecords"]
    assert sum(record["SegmentsReceivedCount"] for record in told) == len(DATAGRAMS) - 1  # of "nothing" it sees nothing
    assert sum(record["SegmentsRejectedCount"] for record in told) >= 7
    assert {record["Hostname"] for record in told} == {"the-host"}

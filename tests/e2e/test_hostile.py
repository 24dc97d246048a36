"""What no client of ours would send: each gets a clear answer or a counted drop, and the server lives."""
import gzip
import http.client
import json
import socket
import time
import zlib

import pytest

from tests.conftest import eventually, xray_client
from tests.e2e.documents import segment, trace_id

HEADER = b'{"format": "json", "version": 1}\n'


def metrics(server) -> dict[str, float]:
    connection = http.client.HTTPConnection(server.addresses["api"], timeout=10)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    return {name: float(value) for name, value in (l.rsplit(" ", 1) for l in lines if l and l[0] != "#")}


def post(server, path: str, body: bytes, **headers) -> tuple[int, dict, dict]:
    connection = http.client.HTTPConnection(server.addresses["api"], timeout=10)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), json.loads(answer.read())


@pytest.fixture(autouse=True)
def still_serves(server):
    yield
    trace = trace_id()
    xray = xray_client(server.endpoint)
    assert xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment(trace))])["UnprocessedTraceSegments"] == []
    assert xray.batch_get_traces(TraceIds=[trace])["Traces"][0]["Id"] == trace


@pytest.mark.parametrize("path, body, status, kind", [
    ("/TraceSegments", b"null", 400, "SerializationException"),
    ("/TraceSegments", b"[]", 400, "SerializationException"),
    ("/TraceSegments", b'{"TraceSegmentDocuments":', 400, "SerializationException"),
    ("/TraceSegments", b"\xef\xbb\xbf{}", 400, None),
    ("/TraceSegments", b"{}", 400, "InvalidRequestException"),
    ("/TraceSegments", b'{"TraceSegmentDocuments":[1]}', 400, "SerializationException"),
    ("/TraceSummaries", b'{"StartTime":1e999,"EndTime":2}', 400, None),
    ("/NoSuchThing", b"{}", 404, "UnknownOperationException"),
    ("/%54raceSegments", b"{}", 404, "UnknownOperationException"),
    ("//TraceSegments", b"{}", 404, "UnknownOperationException"),
])
def test_bad_bodies_and_paths_get_a_named_error(server, path, body, status, kind):
    got, headers, answer = post(server, path, body)
    assert got == status, answer
    if kind:
        assert answer["__type"] == kind and headers["x-amzn-ErrorType"] == kind
    assert answer["message"] and headers["x-amzn-RequestId"]


def test_a_compression_bomb_is_refused(server):
    bomb = gzip.compress(b" " * (100 << 20))
    status, _, answer = post(server, "/TraceSegments", bomb, **{"Content-Encoding": "gzip"})
    assert status == 413, answer


def test_gzip_and_deflate_bodies_are_read(server):
    trace = trace_id()
    body = json.dumps({"TraceSegmentDocuments": [json.dumps(segment(trace))]}).encode()
    for coding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        status, _, answer = post(server, "/TraceSegments", packed, **{"Content-Encoding": coding})
        assert (status, answer) == (200, {"UnprocessedTraceSegments": []})


def test_an_oversized_body_is_refused_before_it_is_sent(server):
    host, port = server.addresses["api"].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(b"POST /TraceSegments HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000\r\n\r\n")
        assert b" 413 " in client.recv(4096)


def test_every_bad_datagram_is_counted_by_its_cause(server):
    host, port = server.daemon.split(":")
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    good = trace_id()
    bad = [b"", b"{", b"\n", HEADER, b"no header\n{}", b'{"format":"json","version":2}\n{}',
           HEADER + b"\xff\xfe", HEADER + b"[" * 60000, HEADER + b'{"id":"1"}']
    for datagram in [*bad, HEADER + json.dumps(segment(good)).encode()]:
        sender.sendto(datagram, (host, int(port)))
    xray = xray_client(server.endpoint)
    eventually(lambda: xray.batch_get_traces(TraceIds=[good])["Traces"])

    def settled():
        now = metrics(server)
        received = sum(v for k, v in now.items() if k.startswith("tomograph_net_datagrams_received_total"))
        return now if received == len(bad) + 1 else None

    assert eventually(settled)


def test_slow_and_half_open_clients_hold_nobody_up(server):
    host, port = server.addresses["api"].split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(100)]
    for client in slow:
        client.sendall(b"POST /TraceSegments HTTP/1.1\r\nHost: x\r\nContent-Le")
    begun = time.monotonic()
    assert post(server, "/TraceSegments", b'{"TraceSegmentDocuments":[]}')[0] in (200, 400)
    assert time.monotonic() - begun < 5
    for client in slow:
        client.close()


def test_health_metrics_and_a_welcome(server):
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/", 200), ("/nothing", 404)):
        connection = http.client.HTTPConnection(server.addresses["api"], timeout=10)
        connection.request("GET", path)
        assert connection.getresponse().status == status, path

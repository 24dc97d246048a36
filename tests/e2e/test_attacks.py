"""The attacks on HTTP/2 and OTLP that the server is built for, a row each: bounded memory and processor, an answer or a
GOAWAY that says why, and a server that lives. The unit tests of tests/net/http2 have the same floods with a clock of
their own.
"""
import base64
import contextlib
import gzip
import json
import socket
import ssl
import struct
import subprocess
import time

import grpc
import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from tests.conftest import Server, eventually, xray_client
from tests.e2e.attacks import http2, wire
from tests.e2e.attacks.http2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, PING,
                                     PRIORITY, RST_STREAM, SETTINGS, WINDOW_UPDATE, Connection, block, frame, head,
                                     message, setting, u32)
from tests.e2e.attacks.victim import bounded, memory_mb, metrics
from tests.e2e.attacks.wire import BYTES, GROUP, VARINT, field, key, request, span, spans, varint

SIGNALS = {"traces": "trace.v1.Trace", "logs": "logs.v1.Logs", "metrics": "metrics.v1.Metrics"}
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS")  # of a certificate made here
MANY = 8_000_000  # messages of nothing: 2 bytes each, as many as a request may be large


@pytest.fixture(scope="module")
def server(tomo, tmp_path_factory):
    """One for all rows."""
    folder = tmp_path_factory.mktemp("attacked") / "data"
    folder.mkdir()
    started = Server(tomo, folder).start()
    yield started
    assert started.stop() == 0, started.log()


@pytest.fixture(scope="module")
def stalled(server):
    """A client that never opens its window, from the first row on."""
    with Connection(server.addresses["api"], setting(4, 0)) as connection:
        connection.send(head(1, method="GET", path="/metrics", ends=True))
        yield connection


@pytest.fixture(autouse=True)
def still_serves(server, stalled):
    process = server.process.pid
    yield
    trace = f"{time.time_ns():032x}"
    good = spans(span(trace=bytes.fromhex(trace)))
    assert export(server, "traces", good) == (grpc.StatusCode.OK, b"")
    assert xray_client(server.endpoint).batch_get_traces(TraceIds=[trace])["Traces"]
    assert server.process.pid == process and server.process.poll() is None


def export(server, signal: str, body: bytes) -> tuple[grpc.StatusCode, bytes | str]:
    """By gRPC: the status, and the answer or its sentence."""
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(server.addresses["otlp_grpc"], options=options) as channel:
        call = channel.unary_unary(f"/opentelemetry.proto.collector.{SIGNALS[signal]}Service/Export")
        try:
            return grpc.StatusCode.OK, call(body, timeout=60)
        except grpc.RpcError as refused:
            return refused.code(), refused.details()


def post(server, signal: str, body: bytes, kind: str = "application/x-protobuf", **headers) -> requests.Response:
    return requests.post(f"http://{server.addresses['otlp_http']}/v1/{signal}", body,
                         headers={"Content-Type": kind, **headers}, timeout=60)


def rejected(answer: requests.Response) -> tuple[int, str]:
    assert answer.status_code == 200, answer.content
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    return partial.rejected_spans, partial.error_message


# --- 35: bytes that are no protobuf


NO_MESSAGE = {
    "a varint of 11 bytes": key(1, VARINT) + b"\xff" * 10 + b"\x01",
    "a length beyond the end": key(1, BYTES) + varint(100) + b"x",
    "a negative length": key(1, BYTES) + varint(2**64 - 1) + b"x",
    "a packed field of 2 GiB": key(6, BYTES) + varint(1 << 31) + b"x",
    "field 0": key(0, BYTES) + varint(0),
    "wire type 6": key(1, 6) + b"x",
    "wire type 7": key(1, 7) + b"x",
}


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("what", NO_MESSAGE)
def test_35_bytes_that_are_no_protobuf(server, signal, what):
    nested = {"traces": spans(span(NO_MESSAGE[what])), "logs": request(field(2, NO_MESSAGE[what])),
              "metrics": wire.metric(9, NO_MESSAGE[what])}[signal]
    for body in (NO_MESSAGE[what], nested):
        with bounded(server, 16, 1):
            status, sentence = export(server, signal, body)
            answer = post(server, signal, body)
        assert status == grpc.StatusCode.INVALID_ARGUMENT and sentence.startswith("not an Export")
        assert answer.status_code == 400 and b"not an Export" in answer.content


# --- 36: depth


def deep_value(depth: int) -> bytes:
    value = field(1, b"bottom")
    for _ in range(depth):
        value = field(6, field(1, field(1, b"k") + field(2, value)))
    return value


def test_36_nested_groups_are_refused(server):
    for signal in SIGNALS:
        with bounded(server, 32, 1):
            assert export(server, signal, key(100, GROUP) * 1_000_000)[0] == grpc.StatusCode.INVALID_ARGUMENT
            entry = field(9, field(1, b"k") + key(5, GROUP) * 1000)
            assert export(server, "traces", spans(span(entry)))[0] == grpc.StatusCode.INVALID_ARGUMENT


def test_36_values_are_cut_at_16_levels(server):
    """Not refused, as the row has it: the span is kept, and what is deeper is null."""
    trace = f"{time.time_ns():032x}"
    attribute = field(1, b"deep") + field(2, deep_value(10_000))
    with bounded(server, 32, 1):
        assert rejected(post(server, "traces", spans(span(field(9, attribute), bytes.fromhex(trace))))) == (0, "")
        assert post(server, "logs", request(field(2, field(5, deep_value(10_000))))).status_code == 200
        assert post(server, "metrics", wire.metric(5, wire.fixed64(3, time.time_ns()) + wire.fixed64(6, 1)
                                                   + field(7, attribute))).status_code == 200
    [its] = xray_client(server.endpoint).batch_get_traces(TraceIds=[trace])["Traces"]
    value, depth = json.loads(its["Segments"][0]["Document"])["otel"]["attributes"]["deep"], 0
    while value is not None:
        value, depth = value["k"], depth + 1
    assert depth == 16


# --- 37: amplification


TOO_MANY = (400, "more than 262144 messages in one request")


def point(tag: int, of: bytes) -> bytes:
    return wire.metric(tag, of * MANY)


def large_resource(size: int) -> bytes:
    return field(1, wire.text_attribute(b"k", b"v" * size))


AMPLIFIED = {  # the signal, its bytes, and what is answered
    "resources": ("traces", lambda: field(1, b"") * MANY, TOO_MANY),
    "scopes": ("traces", lambda: field(1, field(2, b"") * MANY), TOO_MANY),
    "spans": ("traces", lambda: request(field(2, b"") * MANY), TOO_MANY),
    "attributes": ("traces", lambda: spans(span(field(9, b"") * MANY)), (200, "the span has more than 262144 bytes")),
    "events": ("traces", lambda: spans(span(field(11, b"") * MANY)), (200, "the span has more than 262144 bytes")),
    "events, just few enough": ("traces", lambda: spans(span(field(11, b"") * 100_000)), (200, "8192 events")),
    "links": ("traces", lambda: spans(span(field(13, b"") * MANY)), (200, "the span has more than 262144 bytes")),
    "values": ("traces", lambda: spans(span(field(9, field(1, b"k") + field(2, field(5, field(1, b"") * 120_000))))),
               (200, "SegmentTooLarge")),
    "attributes of a resource": ("traces", lambda: spans(span(), resource=field(1, b"") * MANY),
                                 (200, "its resource has more than 65536 bytes")),
    "a large resource": ("traces", lambda: spans(*[span()] * 100_000, resource=large_resource(8_000_000)),
                         (200, "its resource has more than 65536 bytes")),
    "a resource in each document": ("traces", lambda: spans(*[span()] * 100_000, resource=large_resource(60_000)),
                                    (400, "134217728 bytes of documents")),
    "streams of lines": ("logs", lambda: field(1, field(2, b"") * MANY), TOO_MANY),
    "a resource in each stream": ("logs", lambda: field(1, field(1, large_resource(60_000))
                                                        + field(2, field(2, b"")) * 80_000),
                                  (400, "lines of more than 41943040 bytes at once")),
    "lines": ("logs", lambda: request(field(2, b"") * MANY), TOO_MANY),
    "attributes of a line": ("logs", lambda: request(field(2, field(6, b"") * MANY)), (200, "at most 524288")),
    "metrics": ("metrics", lambda: request(field(2, b"") * MANY), TOO_MANY),
    "points": ("metrics", lambda: request(field(2, field(1, b"m") + field(5, field(1, b"") * MANY))), TOO_MANY),
    "attributes of a point": ("metrics", lambda: point(5, field(7, b"")), (200, "the point is too large")),
    "exemplars": ("metrics", lambda: point(9, field(8, b"")), (200, "the point is too large")),
    "quantiles": ("metrics", lambda: point(11, field(6, b"")), (200, "the point is too large")),
    "buckets": ("metrics", lambda: wire.metric(10, field(8, field(2, bytes(MANY)))), (200, "the point is too large")),
    "labels in each bucket": ("metrics", lambda: request(field(2, field(1, b"m") + field(9, wide_histograms()))),
                              (200, "too many bytes of labels")),
}


def wide_histograms() -> bytes:
    """Points of 1,000 buckets with 15 kB of labels each."""
    bounds = field(7, b"".join(struct.pack("<d", i) for i in range(1000)))
    counts = field(6, bytes(8 * 1001))
    labels = b"".join(field(9, wire.text_attribute(b"k%d" % i, b"v" * 3000)) for i in range(5))
    points = (field(9, wire.text_attribute(b"n", b"%d" % i)) + labels + bounds + counts + wire.fixed64(3, time.time_ns())
              for i in range(100))
    return b"".join(field(1, each) for each in points) + key(2, VARINT) + varint(2)


@pytest.mark.parametrize("what", AMPLIFIED)
def test_37_what_is_small_on_the_wire_and_large_in_memory(server, what):
    signal, make, (status, sentence) = AMPLIFIED[what]
    body = make()
    assert len(body) <= 16 << 20
    with bounded(server, 384, 4):
        answer = post(server, signal, body)
    assert answer.status_code == status and sentence.encode() in answer.content, answer.content[:300]


@pytest.mark.parametrize("signal, member", [("traces", "spans"), ("logs", "logRecords"), ("metrics", "metrics")])
def test_37_the_same_in_json(server, signal, member):
    names = {"spans": ("resourceSpans", "scopeSpans"), "logRecords": ("resourceLogs", "scopeLogs"),
             "metrics": ("resourceMetrics", "scopeMetrics")}[member]
    body = '{"%s":[{"%s":[{"%s":[%s]}]}]}' % (*names, member, ",".join(["{}"] * 5_000_000))
    with bounded(server, 256, 8):
        answer = post(server, signal, body.encode(), "application/json")
    assert (answer.status_code, "more than 262144 messages" in answer.json()["message"]) == (400, True)


def test_37_the_same_in_a_document_of_put_trace_segments(server):
    document = "T1S" + base64.b64encode(request(field(2, b"") * 1_500_000)).decode()
    with bounded(server, 256, 4):
        answer = xray_client(server.endpoint).put_trace_segments(TraceSegmentDocuments=[document])
    refused = answer["UnprocessedTraceSegments"]  # the first of them
    assert len(refused) == 5000 and {each["Message"] for each in refused} == {"trace_id has 0 bytes, not 16"}


def test_37_the_same_in_a_message_of_fluent(server):
    name = 'tomograph_api_log_requests_refused_total{cause="invalid",source="fluent"}'
    entries = b"\x92\x00\x80" * 5_000_000
    before = metrics(server)[name]
    with bounded(server, 256, 4), dial(server.addresses["fluent"]) as connection:
        assert said(connection, b"\x92\xa1t\xc6" + u32(len(entries)) + entries) == b""
    assert metrics(server)[name] == before + 1


# --- 38: gRPC's frames


BOMB = gzip.compress(bytes(100 << 20))
FRAMES = {  # headers, frames behind them, status, sentence
    "a length of 4 GiB": ((), lambda: frame(DATA, 0, 1, message(b"x", length=2**32 - 1)), 8, "bytes"),
    "compressed, nobody says how": ((), lambda: frame(DATA, END_STREAM, 1, message(b"x", flag=1)), 3,
                                    "grpc-encoding does not say how"),
    "a flag that is none": ((), lambda: frame(DATA, END_STREAM, 1, message(b"x", flag=2)), 3, "neither 0 nor 1"),
    "a bomb": ((("grpc-encoding", "gzip"),), lambda: b"".join(
        frame(DATA, END_STREAM if at + 16000 >= len(BOMB) + 5 else 0, 1, message(BOMB, flag=1)[at:at + 16000])
        for at in range(0, len(BOMB) + 5, 16000)), 8, ""),
    "two messages": ((), lambda: frame(DATA, END_STREAM, 1, message(b"") + message(b"")), 3, "more than one message"),
    "a message cut short": ((), lambda: frame(DATA, END_STREAM, 1, message(b"x", length=2)), 3, "shorter than"),
    "no message": ((), lambda: frame(DATA, END_STREAM, 1), 3, "without a message"),
    "no end of the stream": ((), lambda: frame(DATA, 0, 1, message(b"")), 4, ""),
}


@pytest.mark.parametrize("what", FRAMES)
def test_38_frames_of_grpc(server, what):
    headers, frames, status, sentence = FRAMES[what]
    with bounded(server, 96, 1), Connection(server.addresses["otlp_grpc"]) as client:
        answer = client.call(1, head(1, *headers), frames())
    assert (answer.headers["grpc-status"], client.goaway) == (str(status), None), answer
    assert sentence in answer.headers["grpc-message"] and answer.headers["grpc-message"]


# --- 39: HTTP/2


def streams(*behind: tuple[int, bytes]):
    """A request after the other, with frames of their streams behind each."""
    for number in range(1, 200_001, 2):
        yield head(number, ends=True) + b"".join(frame(kind, 0, number, payload) for kind, payload in behind)


def slower(pieces):
    """So that no more streams are open at once than may be."""
    for i, piece in enumerate(pieces):
        if i % 50 == 0:
            time.sleep(0.05)
        yield piece


def repeated(piece: bytes):
    """Behind a request that goes on."""
    yield head(1)
    for _ in range(100_000):
        yield piece


def endless_header():
    yield frame(HEADERS, 0, 1, block())
    for _ in range(100_000):
        yield frame(CONTINUATION, 0, 1, http2.literal(b"x", b"y"))


def hpack_bomb():
    yield frame(HEADERS, END_HEADERS | END_STREAM, 1, block() + http2.literal(b"x", b"y" * 3900, remembered=True))
    yield frame(HEADERS, END_HEADERS | END_STREAM, 3, block() + b"\xbe" * 16_000)


NOTHING = "too many frames that ask for nothing"
FLOODS = {  # frames, the cause that is counted, the reason that is told; the code where it is another
    "rapid reset": (lambda: streams((RST_STREAM, u32(8))), "reset_flood", "too many streams reset"),
    "made to reset by a window too large": (lambda: slower(streams((WINDOW_UPDATE, u32(2**31 - 1)))),
                                            "reset_flood", "too many streams reset"),
    "made to reset by a window of nothing": (lambda: streams((WINDOW_UPDATE, u32(0))), "protocol_error",
                                             "WINDOW_UPDATE: window_size_increment == 0", 1),
    "CONTINUATION without end": (endless_header, "header_flood", "a header block without end"),
    "an HPACK bomb": (hpack_bomb, "header_flood", "a header block without end"),
    "SETTINGS": (lambda: repeated(frame(SETTINGS)), "control_flood", NOTHING),
    "table sizes": (lambda: repeated(frame(SETTINGS, payload=setting(1, 0))
                                     + frame(SETTINGS, payload=setting(1, 4096))), "control_flood", NOTHING),
    "PING": (lambda: repeated(frame(PING, payload=bytes(8))), "control_flood", NOTHING),
    "PRIORITY": (lambda: repeated(frame(PRIORITY, 0, 3, u32(0) + b"x")), "control_flood", NOTHING),
    "empty DATA": (lambda: repeated(frame(DATA, 0, 1)), "control_flood", NOTHING),
    "windows of one": (lambda: repeated(frame(WINDOW_UPDATE, 0, 0, u32(1))), "control_flood", NOTHING),
    "unknown frames": (lambda: repeated(frame(0x42, 0, 0, b"x")), "control_flood", NOTHING),
}


@pytest.mark.parametrize("listener", ["otlp_grpc", "api"])
@pytest.mark.parametrize("what", FLOODS)
def test_39_floods_end_their_connection(server, what, listener):
    pieces, cause, reason, wanted = (*FLOODS[what], ENHANCE_YOUR_CALM)[:4]
    name = f'tomograph_net_connections_refused_total{{cause="{cause}",listener="{listener}"}}'
    before, resident = metrics(server)[name], memory_mb(server, "VmRSS")
    with bounded(server, 32, 1), Connection(server.addresses[listener]) as client:
        begun = time.monotonic()
        client.flood(pieces())
        code, told = client.read(5) or (None, None)
        assert time.monotonic() - begun < 3  # a second, and what a busy machine adds
        assert code == wanted and told.startswith(reason) and told, (code, told)
        assert client.is_ended(5)
    assert metrics(server)[name] == before + 1
    assert memory_mb(server, "VmRSS") - resident < 16


def test_39_who_is_flooded_beside_others_serves_them(server):
    """A client that behaves, while another one floods."""
    with Connection(server.addresses["otlp_grpc"]) as good, Connection(server.addresses["otlp_grpc"]) as bad:
        bad.flood(streams((RST_STREAM, u32(8))))
        assert bad.read(5)
        answer = good.call(1, head(1), frame(DATA, END_STREAM, 1, message(spans(span()))))
        assert (answer.headers["grpc-status"], good.goaway) == ("0", None)


# --- 40: which protocol


@pytest.fixture(scope="module")
def tls_server(tomo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    files = [str(folder / "cert.pem"), str(folder / "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=localhost", "-days", "2", "-keyout", files[1], "-out", files[0]], check=True,
                   capture_output=True)
    data = folder / "data"
    data.mkdir()
    started = Server(tomo, data, "--tls-cert", files[0], "--tls-key", files[1]).start()
    yield started
    assert started.stop() == 0, started.log()


def tls(*protocols: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    return context


def said(connection: socket.socket, data: bytes) -> bytes:
    """All that is answered until the connection ends."""
    connection.settimeout(15)
    connection.sendall(data)
    heard = b""
    with contextlib.suppress(ConnectionResetError):  # it had not read all of ours
        while piece := connection.recv(1 << 16):
            heard += piece
    return heard


def dial(address: str) -> socket.socket:
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=15)


@pytest.mark.parametrize("listener", ["otlp_grpc", "otlp_http", "api"])
def test_40_nobody_is_upgraded(server, listener):
    upgrade = (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
               b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
    with dial(server.addresses[listener]) as connection:
        heard = said(connection, upgrade + http2.PREFACE + frame(SETTINGS))
    assert heard.startswith(b"HTTP/1.1 ") and heard.count(b"HTTP/1.1 ") == 1 and b" 101 " not in heard


@pytest.mark.parametrize("listener", ["otlp_grpc", "otlp_http", "api"])
def test_40_prior_knowledge_is_no_tls(tls_server, listener):
    name = f'tomograph_net_connections_refused_total{{cause="tls_failed",listener="{listener}"}}'
    before = metrics(tls_server)[name]
    with dial(tls_server.addresses[listener]) as connection:
        heard = said(connection, http2.PREFACE + frame(SETTINGS))
    assert heard[:1] in (b"", b"\x15")  # nothing, or an alert of TLS
    assert metrics(tls_server)[name] == before + 1


@pytest.mark.parametrize("listener", ["otlp_grpc", "otlp_http", "api"])
def test_40_what_the_handshake_chose_is_spoken(tls_server, listener):
    address = tls_server.addresses[listener]
    with pytest.raises(ssl.SSLError), dial(address) as connection:
        tls("spdy/3").wrap_socket(connection)
    with dial(address) as connection, tls("http/1.1").wrap_socket(connection) as chosen:
        assert said(chosen, http2.PREFACE + frame(SETTINGS)).startswith(b"HTTP/1.1 505 ")
    with dial(address) as connection, tls("h2").wrap_socket(connection) as chosen:
        assert chosen.selected_alpn_protocol() == "h2"
        assert b"HTTP/1.1" not in said(chosen, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    with Connection(address, tls=tls("h2")) as client:
        answer = client.call(1, head(1), frame(DATA, END_STREAM, 1, message(spans(span()))))
        assert answer.headers[":status"] == ("200" if listener == "otlp_grpc" else answer.headers[":status"])


# --- 41: spans that are wrong among spans that are not


def test_41_one_bad_span_costs_no_other(server):
    now = time.time_ns()
    trace = now.to_bytes(16, "big")
    times = wire.fixed64(7, now) + wire.fixed64(8, now - 10**9)
    many = b"".join(field(9, wire.text_attribute(b"a%d" % i, b"")) for i in range(100_000))
    bad = [span(trace=trace[:15]), span(trace=bytes(16)), span(many, trace, 50),
           span(field(9, wire.text_attribute(b"k" * 1_000_000, b"v")), trace, 51), span(wire.fixed64(7, 0), trace, 52)]
    kept = [span(trace=trace, number=1), span(times, trace, 2),
            span(field(9, wire.text_attribute(b"text", b"\xff\xfe\xc0")) + field(11, field(2, b"no time")), trace, 3),
            span(field(13, field(1, trace) + field(2, (4).to_bytes(8, "big"))), trace, 4)]
    body = spans(kept[0], *bad, *kept[1:])
    with bounded(server, 64, 2):
        count, sentence = rejected(post(server, "traces", body))
        assert count == len(bad) and f"{len(bad)} of the spans" in sentence and "15 bytes, not 16" in sentence
        status, answer = export(server, "traces", body)
    assert status == grpc.StatusCode.OK
    assert ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans == len(bad)
    [its] = xray_client(server.endpoint).batch_get_traces(TraceIds=[trace.hex()])["Traces"]
    documents = {int(s["Id"], 16): json.loads(s["Document"]) for s in its["Segments"]}
    assert sorted(documents) == [1, 2, 3, 4]
    assert documents[2]["end_time"] == documents[2]["start_time"]
    assert documents[2]["otel"]["end"] == str(now - 10**9)
    assert documents[3]["annotations"]["text"] == "\ufffd\ufffd\ufffd" and documents[3]["otel"]["events"][0]["time"] == 0
    assert documents[4]["otel"]["links"][0]["trace_id"] == trace.hex()


# --- 42: JSON


def json_request(trace: str, **members) -> dict:
    now = time.time_ns()
    one = {"traceId": trace, "spanId": "00000000000000a1", "name": "j", "startTimeUnixNano": str(now),
           "endTimeUnixNano": now + 1000, **members}
    return {"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}


def test_42_json_as_otlp_has_it(server):
    trace = f"{time.time_ns():032x}"
    attributes = [{"key": "text", "value": {"intValue": "-9223372036854775808"}},
                  {"key": "number", "value": {"intValue": 7}}, {"key": "far", "value": {"doubleValue": "Infinity"}}]
    members = {"kind": "SPAN_KIND_SERVER", "attributes": attributes, "later": {"a": [None, {}]}, "parentSpanId": None}
    answer = requests.post(f"http://{server.addresses['otlp_http']}/v1/traces", json=json_request(trace, **members))
    assert (answer.status_code, answer.json()) == (200, {})
    [its] = xray_client(server.endpoint).batch_get_traces(TraceIds=[trace])["Traces"]
    document = json.loads(its["Segments"][0]["Document"])
    assert document["otel"]["kind"] == "SERVER"
    assert (document["annotations"]["text"], document["annotations"]["number"]) == (-2**63, 7)
    assert "far" in json.dumps(document)


@pytest.mark.parametrize("members, sentence", [
    ({"traceId": base64.b64encode(bytes(range(16))).decode()}, "hexadecimal"),
    ({"spanId": base64.b64encode(bytes(range(8))).decode()}, "hexadecimal"),
    ({"startTimeUnixNano": "1e999"}, "integer"),
    ({"startTimeUnixNano": 2**64}, "integer"),
    ({"attributes": [{"key": "k", "value": {"intValue": "Infinity"}}]}, "integer"),
    ({"kind": "SPAN_KIND_FUTURE"}, ""),
    ({"attributes": {"key": 7}}, ""),
    ({"events": "none"}, ""),
])
def test_42_json_that_is_wrong_is_refused_with_its_place(server, members, sentence):
    answer = requests.post(f"http://{server.addresses['otlp_http']}/v1/traces",
                           json=json_request(f"{time.time_ns():032x}", **members))
    assert answer.status_code == 400 and answer.json()["code"] == 3
    assert "byte " in answer.json()["message"] and sentence in answer.json()["message"]


# --- 43: cardinality


def test_43_names_without_end(server):
    """20,000 services in one request, then 20,000 operations of one: what counts by name folds them together."""
    now = time.time_ns()
    services = b"".join(spans(span(trace=(now + i).to_bytes(16, "big")),
                              resource=field(1, wire.text_attribute(b"service.name", b"service-%d" % i)))
                        for i in range(20_000))
    operations = spans(*(span(field(5, b"operation-%d" % i) + key(6, VARINT) + varint(2), (now + i).to_bytes(16, "big"),
                              2) for i in range(20_000)),
                       resource=field(1, wire.text_attribute(b"service.name", b"one")))
    with bounded(server, 384, 30):  # which the traces are, while they are open
        for body in (services, operations):
            assert rejected(post(server, "traces", body)) == (0, "")
        page = requests.get(f"{server.endpoint}/metrics/spans", timeout=30).text
        graph = xray_client(server.endpoint).get_service_graph(StartTime=time.time() - 60, EndTime=time.time() + 60)
        assert graph["Services"]
    calls = [line for line in page.splitlines() if line.startswith("traces_span_metrics_calls_total")]
    assert len(calls) <= 10_000 + 100 and any('"(other)"' in line for line in calls)
    assert sum(float(line.rsplit(" ", 1)[1]) for line in calls) >= 40_000
    assert metrics(server)["tomograph_service_span_metrics_folded_total"] > 10_000


# --- 44: the same batch again


def test_44_a_batch_that_is_sent_again_counts_once(server):
    now = time.time_ns()
    trace = now.to_bytes(16, "big")
    service = field(1, wire.text_attribute(b"service.name", b"again-%d" % now))
    batch = spans(*(span(key(6, VARINT) + varint(2), trace, i) for i in range(1, 11)), span(trace=bytes(16)),
                  resource=service)
    for _ in range(3):
        assert rejected(post(server, "traces", batch))[0] == 1
    xray = xray_client(server.endpoint)
    [its] = xray.batch_get_traces(TraceIds=[trace.hex()])["Traces"]
    assert sorted(int(s["Id"], 16) for s in its["Segments"]) == list(range(1, 11))
    window = {"StartTime": time.time() - 60, "EndTime": time.time() + 60}

    def counted() -> list[int]:
        services = xray.get_trace_graph(TraceIds=[trace.hex()])["Services"]
        return [s["SummaryStatistics"]["TotalCount"] for s in services
                if s["Name"] == f"again-{now}" and s.get("Type") != "client"]

    assert counted() == [10]
    [summary] = xray.get_trace_summaries(**window, FilterExpression=f'service("again-{now}")')["TraceSummaries"]
    assert summary["Id"].replace("-", "")[1:] == trace.hex()


# --- 39 again, which takes its time


def test_39_a_window_that_never_opens(server, stalled):
    """Half a minute after the first row."""
    assert stalled.read(45) == (ENHANCE_YOUR_CALM, "no window was opened for an answer")
    assert stalled.is_ended(5)
    eventually(lambda: metrics(server)['tomograph_net_connections_refused_total{cause="window_stall",listener="api"}'] == 1)

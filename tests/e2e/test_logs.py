"""Log lines from programs that no one here wrote: OpenTelemetry's SDK for Python and Fluent's logger; kept, found, followed."""
import gzip
import json
import logging
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import grpc
import msgpack
import pytest
from fluent import sender
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogExporter
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from tests.conftest import eventually

TRACE = "1-6553f100-0123456789abcdef01234567"


def get(server, path: str, **parameters) -> dict:
    query = urllib.parse.urlencode(parameters, doseq=True)
    with urllib.request.urlopen(f"{server.endpoint}/api/v1/{path}?{query}") as answer:
        return json.load(answer)


def bodies(server, **parameters) -> list:
    return [line["Body"] for line in get(server, "logs", **parameters)["Lines"]]


def otlp_logger(name: str, exporter) -> logging.Logger:
    provider = LoggerProvider(resource=Resource.create({"service.name": name, "deployment.environment": "test"}))
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logger = logging.Logger(name)
    logger.addHandler(LoggingHandler(logger_provider=provider))
    return logger


def http_exporter(server):
    return OTLPLogExporter(endpoint=f"http://{server.addresses['otlp_http']}/v1/logs")


def a_request(body: str = "hello", count: int = 1, **fields) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "made"
    lines = resource.scope_logs.add()
    for i in range(count):
        line = lines.log_records.add(time_unix_nano=time.time_ns(), severity_number=9, **fields)
        line.body.string_value = f"{body} {i}" if count > 1 else body
    return request


def post(server, body: bytes, listener="otlp_http", **headers):
    request = urllib.request.Request(f"http://{server.addresses[listener]}/v1/logs", data=body, headers={
        "Content-Type": "application/x-protobuf", **headers})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


@pytest.mark.parametrize("kind", ["http", "grpc"])
def test_the_sdk_for_python_delivers_lines_with_their_trace(server, kind):
    exporter = http_exporter(server) if kind == "http" else GrpcLogExporter(
        endpoint=f"http://{server.addresses['otlp_grpc']}", insecure=True)
    logger = otlp_logger("cart", exporter)
    tracer = TracerProvider().get_tracer("tests")
    with tracer.start_as_current_span("checkout") as span:
        logger.warning("basket of %s is empty", "ana", extra={"basket": 17})
        context = span.get_span_context()
    try:
        raise ValueError("card declined")
    except ValueError:
        logger.exception("payment failed")
    found = get(server, "logs")["Lines"]
    assert [line["Body"] for line in found] == ["payment failed", "basket of ana is empty"]
    newest, first = found
    assert (first["Service"], first["Severity"], first["SeverityNumber"]) == ("cart", "WARN", 13)
    assert first["W3CTraceId"] == f"{context.trace_id:032x}" and first["SpanId"] == f"{context.span_id:016x}"
    assert first["Attributes"]["basket"] == 17 and first["Resource"]["deployment.environment"] == "test"
    assert newest["Severity"] == "ERROR" and newest["Attributes"]["exception.type"] == "ValueError"
    # By the trace, in both spellings, and as the trace's own lines.
    hexadecimal = f"{context.trace_id:032x}"
    for spelling in (hexadecimal, f"1-{hexadecimal[:8]}-{hexadecimal[8:]}"):
        assert bodies(server, trace=spelling, start=time.time() - 60) == ["basket of ana is empty"]
        assert [line["Body"] for line in get(server, f"traces/{spelling}/logs")["Lines"]] == ["basket of ana is empty"]
    assert bodies(server, severity="error") == ["payment failed"]
    assert bodies(server, service="cart", text="BASKET OF") == ["basket of ana is empty"]
    assert bodies(server, attribute="basket=17") == ["basket of ana is empty"]
    assert bodies(server, attribute="service.name=cart", text="declined") == ["payment failed"]
    assert bodies(server, service="front") == []


def test_otlp_is_answered_as_its_specification_says(server):
    assert post(server, a_request("plain").SerializeToString()) == (200, b"")
    assert post(server, a_request("api port").SerializeToString(), "api") == (200, b"")
    zipped = gzip.compress(a_request("zipped").SerializeToString())
    assert post(server, zipped, **{"Content-Encoding": "gzip"}) == (200, b"")
    document = {"resourceLogs": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "js"}}]},
                                  "scopeLogs": [{"logRecords": [{
                                      "timeUnixNano": str(time.time_ns()), "severityNumber": "SEVERITY_NUMBER_FATAL",
                                      "body": {"kvlistValue": {"values": [{"key": "a", "value": {"intValue": "7"}}]}},
                                      "traceId": "6553F1000123456789ABCDEF01234567"}]}]}]}
    status, answer = post(server, json.dumps(document).encode(), **{"Content-Type": "application/json"})
    assert (status, json.loads(answer)) == (200, {})
    line = get(server, "logs", trace=TRACE, start=time.time() - 60)["Lines"][0]
    assert (line["Body"], line["Severity"], line["Service"]) == ({"a": 7}, "FATAL", "js")
    # A line that cannot be kept is told, once; the others are kept.
    request = a_request("fits")
    request.resource_logs[0].scope_logs[0].log_records.add().body.string_value = "x" * 600_000
    status, answer = post(server, request.SerializeToString())
    partial = ExportLogsServiceResponse.FromString(answer).partial_success
    assert status == 200 and partial.rejected_log_records == 1 and "at most 524288" in partial.error_message
    assert "fits" in bodies(server)
    assert post(server, b"\xff\xff")[0] == 400
    assert post(server, b"{", **{"Content-Type": "application/json"})[0] == 400
    assert post(server, b"", **{"Content-Type": "text/plain"})[0] == 415
    with grpc.insecure_channel(server.addresses["otlp_grpc"]) as channel:
        answer = LogsServiceStub(channel).Export(request)
        assert answer.partial_success.rejected_log_records == 1
        with pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export")(b"\xff\xff")
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_ids_in_the_text_are_found(server):
    texts = [f"AWS-XRAY-TRACE-ID: {TRACE}@53995c3f42cd8ad8 done", 'trace_id=6553f1000123456789abcdef01234567 slow',
             '{"otelTraceID":"6553f1000123456789abcdef01234567","msg":"json"}']
    for text in texts:
        assert post(server, a_request(text).SerializeToString())[0] == 200
    assert post(server, a_request("another line 6553f1000123456789abcdef01234567").SerializeToString())[0] == 200
    found = get(server, "logs", trace=TRACE, start=time.time() - 60)["Lines"]
    assert [line["Body"] for line in found] == texts[::-1]
    assert all(line["IsTraceFoundInText"] for line in found) and found[-1]["SpanId"] == "53995c3f42cd8ad8"


def test_pages_are_stable_and_a_wrong_parameter_is_refused(server):
    for i in range(7):
        post(server, a_request(f"batch {i}", count=10).SerializeToString())
    seen, token = [], ""
    while True:
        page = get(server, "logs", limit=9, **({"token": token} if token else {}))
        seen += [line["Body"] for line in page["Lines"]]
        post(server, a_request("meanwhile").SerializeToString())
        token = page.get("NextToken")
        if not token:
            break
    assert seen == [f"batch {i} {k}" for i in reversed(range(7)) for k in reversed(range(10))]
    for parameters in ({"token": "none"}, {"severity": "loud"}, {"trace": "1-2"}, {"attribute": "x"}, {"colour": "1"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(server, "logs", **parameters)
        assert refused.value.code == 400, parameters


class Forward:
    """A sender of Fluent's forward protocol that waits for acknowledgements."""

    def __init__(self, server):
        host, port = server.addresses["fluent"].split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.unpacker = msgpack.Unpacker()

    def send(self, message, chunk: str | None = "c1"):
        options = {"chunk": chunk} if chunk else {}
        self.socket.sendall(msgpack.packb([*message, options]))
        return self.ack() if chunk else None

    def ack(self):
        while True:
            for answer in self.unpacker:
                return answer
            some = self.socket.recv(4096)
            if not some:
                return None
            self.unpacker.feed(some)


def event_time(seconds: float):
    return msgpack.ExtType(0, int(seconds).to_bytes(4, "big") + int(seconds % 1 * 1e9).to_bytes(4, "big"))


def test_forward_takes_every_mode_and_acknowledges(server):
    forward, now = Forward(server), time.time()
    firelens = {"log": "level=error trace_id=6553f1000123456789abcdef01234567 out of stock\n", "source": "stdout",
                "container_id": "0af7651916cd43dd-1", "container_name": "/shop-cart-1", "ecs_cluster": "prod",
                "ecs_task_arn": "arn:aws:ecs:eu-west-1:1:task/prod/abc", "ecs_task_definition": "cart:7"}
    assert forward.send(["cart-firelens-1", event_time(now), firelens], "one") == {"ack": "one"}
    entries = [[int(now), {"message": f"listed {i}"}] for i in range(3)]
    assert forward.send(["app.list", entries], "two") == {"ack": "two"}
    packed = b"".join(msgpack.packb([event_time(now), {"log": f"packed {i}", "n": i}]) for i in range(3))
    assert forward.send(["app.pack", packed], "x" * 40) == {"ack": "x" * 40}
    message = ["app.zip", gzip.compress(packed.replace(b"packed", b"zipped")),
               {"chunk": "four", "compressed": "gzip", "size": 3}]
    forward.socket.sendall(msgpack.packb(message))
    assert forward.ack() == {"ack": "four"}
    # In pieces, as a network has it.
    for byte in msgpack.packb(["slow", int(now), {"log": "piece by piece"}, {"chunk": "five"}]):
        forward.socket.sendall(bytes([byte]))
    assert forward.ack() == {"ack": "five"}
    found = get(server, "logs", trace=TRACE, start=now - 60)["Lines"]
    assert len(found) == 1
    line = found[0]
    assert line["Service"] == "shop-cart-1" and line["Severity"] == "ERROR"
    assert line["Body"] == firelens["log"].rstrip()
    assert line["Attributes"] == {"source": "stdout"}
    assert line["Resource"] == {
        "aws.ecs.cluster.name": "prod", "aws.ecs.task.arn": firelens["ecs_task_arn"],
        "aws.ecs.task.definition": "cart:7", "container.id": "0af7651916cd43dd-1", "container.name": "/shop-cart-1",
        "fluent.tag": "cart-firelens-1"}
    assert abs(line["Time"] - now) < 0.001
    for text, count in {"listed": 3, "packed": 3, "zipped": 3, "piece": 1}.items():
        assert len(bodies(server, text=text)) == count, text
    # What is no message, or asks for a handshake, ends the connection; the server goes on.
    for broken in (b"\xc1", msgpack.packb("hello"), msgpack.packb(["PING", "a", "b", "c", "d", "e"]),
                   msgpack.packb(["tag", b"\x93\x01", {"chunk": "c"}])):
        other = Forward(server)
        other.socket.sendall(broken)
        assert other.ack() is None, broken
    assert forward.send(["again", int(now), {"log": "still there"}], "six") == {"ack": "six"}


def test_fluents_own_logger_delivers(server):
    host, port = server.addresses["fluent"].split(":")
    logger = sender.FluentSender("app", host=host, port=int(port), nanosecond_precision=True)
    assert logger.emit("follow", {"message": "from a logger", "user": "ana"})
    logger.close()
    eventually(lambda: bodies(server) == ["from a logger"])
    line = get(server, "logs")["Lines"][0]
    assert line["Service"] == "app.follow" and line["Attributes"] == {"user": "ana"}


@pytest.mark.parametrize("key", [False, True])
def test_every_acknowledged_line_is_there_after_kill(make_server, tmp_path, key):
    flags = []
    if key:
        path = tmp_path / "key"
        path.write_bytes(bytes(range(32)))
        path.chmod(0o400)
        flags = ["--key-file", str(path)]
    server = make_server(*flags)
    answered, stop = [], threading.Event()

    def send(name: str):
        number = 0
        while not stop.is_set():
            number += 1
            text = f"{name}-{number}-end"
            try:
                if post(server, a_request(text).SerializeToString())[0] == 200:
                    answered.append(text)
            except (OSError, urllib.error.URLError):
                return

    def forward(name: str):
        sender, number = Forward(server), 0
        while not stop.is_set():
            number += 1
            text = f"{name}-{number}-end"
            try:
                if sender.send([name, time.time_ns() // 10**9, {"log": text}], text) == {"ack": text}:
                    answered.append(text)
                else:
                    return
            except OSError:
                return

    threads = [threading.Thread(target=send, args=(f"otlp{i}",)) for i in range(3)]
    threads += [threading.Thread(target=forward, args=(f"fluent{i}",)) for i in range(2)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(answered) > 300)
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    server.start()
    kept, token = [], ""
    while True:
        page = get(server, "logs", limit=1000, **({"token": token} if token else {}))
        kept += [line["Body"] for line in page["Lines"]]
        token = page.get("NextToken")
        if not token:
            break
    assert len(kept) == len(set(kept))
    assert set(answered) <= set(kept)
    if key:
        for file in (server.data_dir / "logs").rglob("*"):
            assert not file.is_file() or b"-end" not in file.read_bytes(), file
    # In order: what is open goes into parts, and is the same afterwards.
    assert server.stop() == 0
    server.start()
    assert len(get(server, "logs", limit=10_000)["Lines"]) == len(kept)


def test_the_verb_shows_finds_and_follows(server, tomo):
    def run(*words):
        done = subprocess.run([tomo, "logs", "--endpoint", server.endpoint, *words], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    post(server, a_request(f"old news about {TRACE}").SerializeToString())
    post(server, a_request("bad\x1b[31m news", severity_text="ERROR").SerializeToString())
    code, out, err = run()
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0 and [row[4] for row in rows] == [f"old news about {TRACE}", "bad\\x1b[31m news"], err
    assert rows[0][2] == "made" and rows[0][3] == TRACE
    assert run("NEWS", "old")[1].count("\n") == 1
    code, out, _ = run("-o", "ndjson", "--trace", f"a line with {TRACE} in it", "-t", "5m")
    assert [json.loads(line)["TraceId"] for line in out.splitlines()] == [TRACE]
    assert run("--trace", "nothing")[0] == 2
    assert run("--severity", "loud")[0] == 2
    code, out, err = run("nowhere to be found")
    assert (code, out) == (0, "") and "no lines" in err
    follow = subprocess.Popen([tomo, "logs", "--endpoint", server.endpoint, "-f", "-n", "1", "--service", "made",
                               "fresh"], stdout=subprocess.PIPE, text=True)

    def count() -> int:
        with urllib.request.urlopen(f"{server.endpoint}/metrics") as text:
            return text.read().decode().count('operation="TailLogs",outcome="ok"} 1')

    eventually(lambda: count() == 1)
    post(server, a_request("stale").SerializeToString())
    post(server, a_request("a fresh line").SerializeToString())
    out = follow.communicate(timeout=20)[0]
    assert follow.returncode == 0 and out.endswith("a fresh line\n")


def test_a_backup_holds_the_lines(server, tomo, make_server, tmp_path):
    post(server, a_request("kept twice").SerializeToString())
    assert server.stop() == 0
    backup = tmp_path / "backup"
    assert subprocess.run([tomo, "backup", str(backup), "--data-dir", str(server.data_dir)]).returncode == 0
    assert subprocess.run([tomo, "verify", str(backup)]).returncode == 0
    restored = make_server(name="restored")
    restored.stop()
    subprocess.run(["rm", "-r", str(restored.data_dir)], check=True)
    assert subprocess.run([tomo, "restore", str(backup), "--data-dir", str(restored.data_dir)]).returncode == 0
    restored.start()
    assert bodies(restored) == ["kept twice"]

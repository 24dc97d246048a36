"""The real X-Ray daemon in front of us: XRAY_DAEMON names its binary; skipped where there is none."""
import json
import os
import shutil
import socket
import subprocess
import time

import pytest

from tests.conftest import eventually, xray_client
from tests.e2e.documents import checkout, trace_id

DAEMON = os.environ.get("XRAY_DAEMON") or shutil.which("xray")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def daemon(server, tmp_path):
    if not DAEMON:
        pytest.skip("no X-Ray daemon: set XRAY_DAEMON to its binary")
    port = free_port()
    config = tmp_path / "cfg.yaml"
    config.write_text(f"Version: 2\nRegion: eu-west-1\nLocalMode: true\nEndpoint: {server.endpoint}\n"
                      f"Socket:\n  UDPAddress: 127.0.0.1:{port}\n  TCPAddress: 127.0.0.1:{port}\n")
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    log = open(tmp_path / "daemon.log", "wb")
    process = subprocess.Popen([DAEMON, "-c", str(config)], env=environment, stdout=log, stderr=log)
    eventually(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    yield port
    process.terminate()
    process.wait(timeout=15)


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

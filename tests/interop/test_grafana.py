"""The calls of Grafana's X-Ray data source, replayed with the SDK of Go that it uses (see grafana/main.go). It is neither
the plugin nor Grafana: those are in no package registry."""
import json
import pathlib
import subprocess
import time

from tests.conftest import eventually, xray_client
from tests.e2e.documents import checkout, segment, trace_id
from tests.e2e.test_insights import ON, now_minute, send_past, summaries
from tests.interop.builds import go_program

SOURCE = pathlib.Path(__file__).parent / "grafana"


def test_the_data_source_gets_what_its_code_reads(server, tmp_path):
    replay = go_program(SOURCE, tmp_path)
    xray, now = xray_client(server.endpoint), time.time() - 5
    xray.create_group(GroupName="faults", FilterExpression="fault")
    failed = [trace_id(now) for _ in range(3)]
    fine = [segment(trace_id(now), "front", now, 0.1, **more) for more in (
        {}, {"http": {"request": {"method": "GET", "url": "http://shop/"}, "response": {"status": 200}}},
        {"error": True, "http": {"response": {"status": 404}}, "cause": {"exceptions": [{"id": "a" * 16}]}})]
    documents = [d for trace in failed for d in checkout(trace, now)] + [json.dumps(d) for d in fine]
    assert xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"] == []
    done = subprocess.run([*replay, server.endpoint, failed[0]], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_list_of_insights_gets_what_its_code_reads(server, xray, tmp_path):
    end = now_minute() - 1
    send_past(xray, end - 110, end, lambda minute: end - 60 <= minute < end - 40 or minute >= end - 8)
    xray.update_group(GroupName="Default", InsightsConfiguration=ON)
    eventually(lambda: len(summaries(xray)) == 2)
    done = subprocess.run([*go_program(SOURCE, tmp_path), server.endpoint, "insights"], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

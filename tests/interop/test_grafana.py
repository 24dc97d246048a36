"""The calls of Grafana's X-Ray data source, replayed with the SDK of Go that it uses (see grafana/main.go). It is neither
the plugin nor Grafana: those are in no package registry."""
import json
import pathlib
import subprocess
import sys
import time

import requests

from tests.conftest import eventually, xray_client
from tests.e2e.documents import checkout, segment, trace_id
from tests.e2e.otel.surfaces import run_story
from tests.e2e.test_insights import ON, now_minute, send_past, summaries
from tests.interop.builds import go_program

SOURCE = pathlib.Path(__file__).parent / "grafana"
STORY = [sys.executable, str(pathlib.Path(__file__).parents[1] / "e2e/otel/python_sdk.py")]


def send_segments(xray) -> list[str]:
    """Six traces of X-Ray's own: three checkouts that fail, whose ids are given, and three of the front alone."""
    now = time.time() - 5
    failed = [trace_id(now) for _ in range(3)]
    fine = [segment(trace_id(now), "front", now, 0.1, **more) for more in (
        {}, {"http": {"request": {"method": "GET", "url": "http://shop/"}, "response": {"status": 200}}},
        {"error": True, "http": {"response": {"status": 404}}, "cause": {"exceptions": [{"id": "a" * 16}]}})]
    documents = [d for trace in failed for d in checkout(trace, now)] + [json.dumps(d) for d in fine]
    assert xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"] == []
    return failed


def replay(program: list[str], server, trace: str, counts: dict):
    done = subprocess.run([*program, server.endpoint, trace, json.dumps(counts)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_data_source_gets_what_its_code_reads(server, xray, tmp_path):
    program = go_program(SOURCE, tmp_path)
    xray.create_group(GroupName="faults", FilterExpression="fault")
    [trace, *_] = send_segments(xray)
    replay(program, server, trace, {
        "traces": 6, "filters": {"": 6, 'fault AND service("front")': 3, 'user = "nobody"': 0},
        # The last: the filter of a group and AND before it, which the plugin puts there as it stands.
        "selectors": {"": 6, 'service("front")': 6, 'edge("front", "back")': 3, 'fault AND service("front")': 3}})


def test_data_of_both_worlds_counts_the_same_for_every_tool(server, xray, tmp_path):
    """Segments beside spans of OpenTelemetry: Grafana's X-Ray, Jaeger and Tempo data sources and jaeger-ui, each by its
    own calls."""
    program = go_program(SOURCE, tmp_path)
    xray.create_group(GroupName="faults", FilterExpression="fault")
    send_segments(xray)
    sent = run_story(STORY, server, "grpc", tmp_path, "__main__.CardError")
    rounds, failed = sent.story.rounds, len(sent.story.failed())
    trace = sent.ids[f"{sent.story.failed()[0]}/root"][0]
    replay(program, server, f"1-{trace[:8]}-{trace[8:]}", {
        "traces": 6 + 2 * rounds,
        "filters": {"": 6 + 2 * rounds, "fault": 3 + failed, 'fault AND service("payment")': failed,
                    'annotation[tier] = "gold"': 3 + rounds, 'user = "ana"': 3 + rounds, 'service("worker")': rounds},
        "selectors": {"": 6 + 2 * rounds, 'service("storefront")': rounds, 'edge("storefront", "payment")': rounds,
                      'service("front")': 6, 'fault AND service("payment")': failed}})
    services = {"front": (6, 4), "back": (3, 3), "storefront": (rounds, failed), "payment": (rounds, failed),
                "worker": (rounds, 0)}  # traces of each, and those with an error of its own
    check_jaeger_tools(server, services)
    check_tempo_tools(server, services)


def get(server, path: str, **asked) -> dict:
    answer = requests.get(server.endpoint + path, asked, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def check_jaeger_tools(server, services: dict[str, tuple[int, int]]):
    """jaeger-ui's search page, trace page and architecture page, then the calls of Grafana's Jaeger data source."""
    assert sorted(get(server, "/jaeger/api/services")["data"]) == sorted(services)
    now = time.time_ns() // 1000
    for name, (count, failed) in services.items():
        operations = get(server, "/jaeger/api/operations", service=name)["data"]
        assert {o["name"] for o in operations} == set(get(server, f"/jaeger/api/services/{name}/operations")["data"])
        page = {"service": name, "limit": 1500, "lookback": "1h", "start": now - 3600 * 10**6, "end": now + 10**6,
                "maxDuration": "", "minDuration": ""}
        traces = get(server, "/jaeger/api/traces", **page)["data"]
        faulty = get(server, "/jaeger/api/traces", **page, tags=json.dumps({"error": "true"}))["data"]
        assert (len(traces), len(faulty)) == (count, failed), name
        for trace in traces[:3]:
            assert get(server, f"/jaeger/api/traces/{trace['traceID']}")["data"] == [trace]
    calls = get(server, "/jaeger/api/dependencies", endTs=now // 1000, lookback=7 * 86_400_000)["data"]
    calls = {(call["parent"], call["child"]): call["callCount"] for call in calls}
    assert calls["storefront", "payment"] == services["payment"][0] and calls["front", "back"] == services["back"][0]


def check_tempo_tools(server, services: dict[str, tuple[int, int]]):
    """What Grafana's Tempo data source asks for its query builder, its search and its trace view."""
    now = int(time.time())
    values = get(server, "/tempo/api/v2/search/tag/resource.service.name/values", start=now - 3600, end=now + 60)
    assert sorted(v["value"] for v in values["tagValues"]) == sorted(services)
    for name, (count, failed) in services.items():
        for query, wanted in ((f'{{resource.service.name="{name}"}}', count),
                              (f'{{resource.service.name="{name}" && status=error}}', failed)):
            found = get(server, "/tempo/api/search", q=query, limit=1500, spss=3, start=now - 3600, end=now + 60)["traces"]
            assert len(found) == wanted, query
            for trace in found[:3]:
                shown = get(server, f"/tempo/api/v2/traces/{trace['traceID']}")["trace"]["resourceSpans"]
                spans = sum(len(scope["spans"]) for resource in shown for scope in resource["scopeSpans"])
                assert spans == sum(its["spanCount"] for its in trace["serviceStats"].values())


def test_its_list_of_insights_gets_what_its_code_reads(server, xray, tmp_path):
    end = now_minute() - 1
    send_past(xray, end - 110, end, lambda minute: end - 60 <= minute < end - 40 or minute >= end - 8)
    xray.update_group(GroupName="Default", InsightsConfiguration=ON)
    eventually(lambda: len(summaries(xray)) == 2)
    done = subprocess.run([*go_program(SOURCE, tmp_path), server.endpoint, "insights"], capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr

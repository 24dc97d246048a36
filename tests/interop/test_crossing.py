"""One request through four services over real HTTP: X-Ray's SDK for Python, OpenTelemetry for Node and for Python with
X-Ray's propagator, X-Ray's SDK for Node. It is one trace, with the right parents, and one path on the map."""
import json
import pathlib
import sys
import time
import urllib.request

import requests

from tests.conftest import eventually, xray_client
from tests.interop.builds import node_program, python_program
from tests.interop.test_sdk_apps import APPS, app, node_apps  # noqa: F401

SOURCES = pathlib.Path(__file__).parent / "crossing"
PYTHON = ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-grpc", "opentelemetry-propagator-aws-xray",
          "opentelemetry-instrumentation-wsgi", "opentelemetry-instrumentation-requests", "requests"]
PATH = ["front", "middle", "deep", "back"]
CALLS = 3


def flat(document: dict) -> list[dict]:
    return [document, *(each for inner in document.get("subsegments", []) for each in flat(inner))]


def named(graph: list) -> tuple[dict, set]:
    """Services by name, and their edges; users and what the front calls beside aside."""
    names = {s["ReferenceId"]: s["Name"] for s in graph}
    edges = {(s["Name"], names[e["ReferenceId"]]): e["SummaryStatistics"] for s in graph for e in s["Edges"]
             if s.get("Type") != "client"}
    return {s["Name"]: s for s in graph if s.get("Type") != "client"}, edges


def test_a_request_through_both_worlds_is_one_trace_and_one_path(server, node_apps, tmp_path):  # noqa: F811
    middle = node_program(SOURCES / "node", tmp_path, "middle.js")
    deep = python_program(SOURCES / "python", tmp_path, "deep.py", PYTHON)
    daemon = {"AWS_XRAY_DAEMON_ADDRESS": server.daemon}
    otlp = {"OTEL_BSP_SCHEDULE_DELAY": "200"}
    with (app(sys.executable, str(APPS / "fake_aws.py")) as aws,
          app("node", str(node_apps / "node_back.js"), **daemon) as last,
          app(*deep, last, **otlp, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{server.addresses['otlp_grpc']}") as third,
          app(*middle, third, **otlp, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{server.addresses['otlp_http']}") as second,
          app(sys.executable, str(APPS / "python_front.py"), second, aws, **daemon) as first):
        traces = [urllib.request.urlopen(f"{first}/checkout", timeout=30).read().decode() for _ in range(CALLS)]

        xray = xray_client(server.endpoint)
        window = {"StartTime": time.time() - 60, "EndTime": time.time() + 60}

        def came() -> bool:
            found = xray.get_trace_summaries(**window)["TraceSummaries"]
            return len(found) == CALLS and all(
                set(PATH) <= {s["Name"] for s in t["ServiceIds"]} and not t["IsPartial"] for t in found)

        eventually(came)
    assert len(set(traces)) == CALLS
    for trace in traces:
        check_trace(server, xray, trace)
    check_map(server, xray, window)


def check_trace(server, xray, trace: str):
    [its] = xray.batch_get_traces(TraceIds=[trace])["Traces"]
    segments = [json.loads(s["Document"]) for s in its["Segments"]]
    segments = {s["name"]: s for s in segments if not s.get("inferred")}
    assert set(segments) == set(PATH)
    for caller, called in zip(PATH, PATH[1:]):  # the parent is the call, in the segment of who made it
        [call] = [each for each in flat(segments[caller]) if each["id"] == segments[called]["parent_id"]]
        assert call["namespace"] == "remote" and call["http"]["response"]["status"] >= 500
    assert "parent_id" not in segments["front"]
    spans = sum(len(flat(s)) for s in segments.values())
    told = requests.get(f"{server.endpoint}/api/traces/{trace[2:].replace('-', '')}", timeout=10).json()["data"]
    assert len(told[0]["spans"]) == spans and {p["serviceName"] for p in told[0]["processes"].values()} == set(PATH)
    _, edges = named(xray.get_trace_graph(TraceIds=[trace])["Services"])
    assert {edge for edge in edges if edge[1] in PATH} == set(zip(PATH, PATH[1:]))
    [summary] = [s for s in xray.get_trace_summaries(StartTime=time.time() - 300, EndTime=time.time() + 60)["TraceSummaries"]
                 if s["Id"] == trace]
    causes = {tuple(s["Name"] for s in cause["Services"]): cause["Services"][-1]["EntityPath"][-1]["Exceptions"][0]["Message"]
              for cause in summary["FaultRootCauses"]}
    assert causes == {tuple(PATH): "card declined", ("front",): "not today"}


def check_map(server, xray, window: dict):
    nodes, edges = named(xray.get_service_graph(**window)["Services"])
    path = {edge: statistics for edge, statistics in edges.items() if edge[1] in PATH}
    assert set(path) == set(zip(PATH, PATH[1:]))
    for statistics in path.values():
        assert (statistics["TotalCount"], statistics["FaultStatistics"]["TotalCount"]) == (CALLS, CALLS)
    assert [name for name in PATH if nodes[name].get("Root")] == ["front"]
    calls = requests.get(f"{server.endpoint}/api/dependencies", {"endTs": int(time.time() * 1000) + 60_000,
                                                                 "lookback": 3_600_000}, timeout=10).json()["data"]
    between = {(d["parent"], d["child"]): d["callCount"] for d in calls if d["child"] in PATH[1:]}
    assert between == {edge: CALLS for edge in zip(PATH, PATH[1:])}

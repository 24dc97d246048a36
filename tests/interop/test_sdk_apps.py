"""Two services on the real X-Ray SDKs, Python calling Node, both sending over UDP: one trace, the right map."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.conftest import eventually, xray_client

APPS = pathlib.Path(__file__).parent / "apps"


@pytest.fixture(scope="session")
def node_apps(tmp_path_factory) -> pathlib.Path:
    """The Node service with its packages installed beside it."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "node_back.js"):
        shutil.copy(APPS / name, folder)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=300)
    return folder


@contextlib.contextmanager
def app(*command: str, **environment: str):
    """Runs a service that prints its port first; gives its address."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_python_calls_node_and_the_map_is_right(server, node_apps):
    daemon = {"AWS_XRAY_DAEMON_ADDRESS": server.daemon}
    begun = time.time()
    with (app(sys.executable, str(APPS / "fake_aws.py")) as aws,
          app("node", str(node_apps / "node_back.js"), **daemon) as back,
          app(sys.executable, str(APPS / "python_front.py"), back, aws, **daemon) as front):
        traces = {urllib.request.urlopen(f"{front}/checkout", timeout=30).read().decode() for _ in range(4)}
    assert len(traces) == 4

    xray = xray_client(server.endpoint)
    window = {"StartTime": begun - 60, "EndTime": time.time() + 60}

    def graph():
        services = xray.get_service_graph(**window)["Services"]
        return {(s["Name"], s.get("Type")): s for s in services}

    whole = lambda: (lambda g: g if complete(g) else None)(graph())  # noqa: E731
    nodes = eventually(whole)
    edges = {(key, target(nodes, edge)): edge for key, node in nodes.items() for edge in node["Edges"]}
    front_key, back_key = find(nodes, "front"), find(nodes, "back")
    assert edges[("front", "client"), front_key]["SummaryStatistics"]["TotalCount"] == 4
    call = edges[front_key, back_key]["SummaryStatistics"]
    assert call["TotalCount"] == 4
    assert nodes[back_key]["SummaryStatistics"]["FaultStatistics"]["TotalCount"] == 4
    for name, kind in (("orders", "AWS::DynamoDB::Table"), (f"{aws}/000000000000/work", "AWS::SQS::Queue")):
        assert edges[front_key, (name, kind)]["SummaryStatistics"]["OkCount"] == 4
    assert any(kind == "Database::SQL" for _, kind in nodes)

    for summary in xray.get_trace_summaries(**window)["TraceSummaries"]:
        assert summary["Id"] in traces and not summary["IsPartial"]
        assert {"tier", "step", "shard"} <= set(summary["Annotations"])
        assert {"front", "back"} <= {s["Name"] for s in summary["ServiceIds"]}
        assert [u["UserName"] for u in summary["Users"]] == ["ana"]


def find(nodes, name):
    [key] = [k for k in nodes if k[0] == name and k[1] != "client"]
    return key


def target(nodes, edge):
    [key] = [k for k, node in nodes.items() if node["ReferenceId"] == edge["ReferenceId"]]
    return key


def complete(nodes) -> bool:
    own = [node for (name, kind), node in nodes.items() if name in ("front", "back") and kind != "client"]
    return len(own) == 2 and all(node["SummaryStatistics"]["TotalCount"] == 4 for node in own)

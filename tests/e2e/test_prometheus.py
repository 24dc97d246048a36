"""Prometheus' query API as Grafana's data source calls it: the service map as metrics, PromQL, names and errors."""
import json
import time

import pytest
import requests

from tests.e2e.documents import checkout, trace_id

PREFIX = "/prometheus/api/v1/"


def ask(server, path: str, status: int = 200, method: str = "GET", **parameters):
    url = server.endpoint + PREFIX + path
    if method == "POST":
        answer = requests.post(url, data=parameters)  # a form, as Grafana's data source sends it
    else:
        answer = requests.get(url, parameters)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json()
    assert told["status"] == ("success" if status == 200 else "error")
    return told["data"] if status == 200 else told


def by(vector: dict, *labels: str) -> dict:
    assert vector["resultType"] == "vector"
    return {tuple(s["metric"].get(l, "") for l in labels): float(s["value"][1]) for s in vector["result"]}


@pytest.fixture
def past(server, xray) -> int:
    """A minute that is over, in which front was asked three times and asked back each time."""
    minute = int(time.time()) // 60 * 60 - 180
    documents = [d for i in range(3) for d in checkout(trace_id(minute + 10), minute + 10 + i)]
    assert xray.put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"] == []
    return minute


def test_grafana_s_service_graph_is_filled(server, past):
    at = past + 120
    total = by(ask(server, "query", method="POST", time=at, query="sum by (client, server) (traces_service_graph_request_total)"),
               "client", "server")
    assert total and set(total.values()) == {3.0}
    edge = next(e for e in total if e[0] != "user")
    rates = by(ask(server, "query", method="POST", time=at, query='sum by (client, server) '
                   f'(rate(traces_service_graph_request_total{{client="{edge[0]}",server=~"{edge[1]}|none"}}[2m]))'),
               "client", "server")
    assert rates == {edge: pytest.approx(3 / 60, rel=1)}
    quantile = by(ask(server, "query", time=at, query="histogram_quantile(.9, sum(rate("
                      "traces_service_graph_request_server_seconds_bucket[5m])) by (le, client, server))"),
                  "client", "server")
    assert set(quantile) == set(total) and all(v > 0 for v in quantile.values())
    failed = by(ask(server, "query", time=at, query="sum(increase(traces_service_graph_request_failed_total[5m]))"))
    assert set(failed) == {()}
    matrix = ask(server, "query_range", method="POST", start=past, end=past + 120, step="60s",
                 query=f'traces_service_graph_request_total{{client="{edge[0]}",server="{edge[1]}"}}')
    assert matrix["resultType"] == "matrix"
    [series] = matrix["result"]
    assert series["values"] == [[past, "0"], [past + 60, "3"], [past + 120, "3"]]


def test_the_map_is_there_after_a_restart(server, past):
    query = {"query": "sum(traces_service_graph_request_total)", "time": past + 120}
    before = ask(server, "query", **query)["result"]
    server.kill()
    server.start()
    assert ask(server, "query", **query)["result"] == before != []


def test_what_grafana_asks_beside_the_queries(server, past):
    assert ask(server, "query", method="POST", query="1+1", time=4)["result"] == [4, "2"]
    assert ask(server, "status/buildinfo")["version"].startswith("3.")
    window = {"start": past, "end": past + 60}
    names = ask(server, "label/__name__/values", **window)
    assert "traces_service_graph_request_total" in names
    assert "traces_service_graph_request_server_seconds_bucket" in names
    labels = ask(server, "labels", method="POST", **window, **{"match[]": "traces_service_graph_request_total"})
    assert labels == ["__name__", "client", "connection_type", "server"] or labels == ["__name__", "client", "server"]
    series = ask(server, "series", method="POST", **window, **{"match[]": 'traces_service_graph_request_total{client!="user"}'})
    assert series and all(s["__name__"] == "traces_service_graph_request_total" for s in series)
    assert ask(server, "label/server/values", **window)
    metadata = ask(server, "metadata", metric="traces_service_graph_request_total")
    assert metadata["traces_service_graph_request_total"][0]["type"] == "counter"
    assert len(ask(server, "metadata", limit=1)) == 1


def test_what_is_wrong_or_not_served_is_said_with_its_place(server):
    for query, sentence in {
        "sum(rate(x[5m])": "column 16: expected ')', not 'the end'",
        "max_over_time(rate(x[5m])[1h:1m])": "column 29: subqueries are not served",
        "histogram_avg(x)": "column 1: histogram_avg() is not served",
        "nothing(x)": "column 1: there is no function 'nothing'",
        'x{a=~"("}': 'column 6: regular expression "(": missing ): (',
        "rate(x)": "column 6: rate() takes a range vector here, not an instant vector",
    }.items():
        answer = ask(server, "query", 400, query=query)
        assert (answer["errorType"], answer["error"]) == ("bad_data", sentence)
    assert "step" in ask(server, "query_range", 400, query="1", start=0, end=100)["error"]
    assert "11000 points" in ask(server, "query_range", 400, query="1", start=0, end=11000, step=1)["error"]
    assert ask(server, "series", 400)["errorType"] == "bad_data"
    assert requests.put(server.endpoint + PREFIX + "query").status_code == 405
    assert requests.post(server.endpoint + PREFIX + "query", json={"query": "1"}).status_code == 415
    assert requests.get(server.endpoint + "/api/v1/query?query=1").status_code == 404  # ours, without the prefix

"""Our own reads under /api/v1, asked of the binary over HTTP."""
import json
import pathlib
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.conftest import eventually
from tests.e2e.test_backup import post, run


def get(server, path, **parameters):
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"{server.endpoint}/api/v1/{path}?{query}", timeout=20) as answer:
        return json.load(answer)


def refused(server, path, **parameters):
    with pytest.raises(urllib.error.HTTPError) as error:
        get(server, path, **parameters)
    return error.value.code, json.load(error.value)["message"]


@pytest.fixture
def shop(tomo, make_server):
    """A server with traces of the demo's shop, of the last ten minutes."""
    server = make_server("--log-level", "warn")
    code, _, err = run(tomo, "demo", "--backfill", "10m", "--seed", "7", "--endpoint", server.endpoint)
    assert code == 0, err
    return server


def test_names_and_values_come_with_counts(shop):
    names = get(shop, "attributes", prefix="annotations.")
    assert names["Coverage"]["IsPartial"] is False
    assert all(each["Name"].startswith("annotations.") for each in names["Attributes"])
    counts = [each["Count"] for each in names["Attributes"]]
    assert counts == sorted(counts, reverse=True) and counts[0] > 0
    most = names["Attributes"][0]
    values = get(shop, "attributes/values", name=most["Name"])
    assert values["Count"] == most["Count"]
    assert sum(each["Count"] for each in values["Values"]) == most["Count"]
    first = str(values["Values"][0]["Value"])
    narrow = get(shop, "attributes/values", name=most["Name"], prefix=first)
    assert {str(each["Value"]).startswith(first) for each in narrow["Values"]} == {True}


def test_groups_agree_with_the_traces_that_match(shop):
    services = get(shop, "groups-by", by="service", segments="true", unit="traces")
    for group in services["Groups"][:4]:
        matched = get(shop, "groups-by", by="service", filter=f'service("{group["Value"]}")')
        assert matched["Coverage"]["TracesMatched"] == group["Count"]
        assert group["Percentiles"]["P50"] <= group["Percentiles"]["P99"]


def test_a_heatmap_sums_up_to_its_histogram(shop):
    chart = get(shop, "latency", step=60, filter="!fault")
    assert chart["Count"] == chart["Coverage"]["TracesMatched"] > 100
    assert chart["FaultCount"] == 0
    steps = chart["Heatmap"]["Steps"]
    assert len(steps) >= 9
    assert sum(count for step in steps for _, count in step["Bands"]) == chart["Count"]
    assert sum(each["Count"] for each in chart["Histogram"]) == chart["Count"]
    assert all(step["Time"] % 60 == 0 for step in steps)
    now = time.time()
    assert get(shop, "latency", start=now - 3600, end=now - 1800)["Count"] == 0


def test_mistakes_are_explained(shop):
    assert refused(shop, "latency", filter="duration >") [0] == 400
    code, message = refused(shop, "groups-by", by="service", filter="service(")
    assert code == 400 and "position" in message
    assert refused(shop, "groups-by") == (400, "by is required")
    assert refused(shop, "latency", colour="red") == (400, "there is no parameter colour")


def test_what_differs_names_what_faults_have_in_common(shop):
    found = get(shop, "differences", filter="error OR fault OR throttle")
    assert found["Measure"] == "jensen-shannon" and found["Differences"]
    scores = [each["Divergence"] for each in found["Differences"]]
    assert scores == sorted(scores, reverse=True) and 0 < scores[0] <= 1
    a, b = found["A"]["Coverage"], found["B"]["Coverage"]
    assert a["TracesMatched"] > 0 and b["TracesMatched"] > 0
    everything = get(shop, "latency", start=a["StartTime"], end=a["EndTime"])["Count"]
    assert a["TracesMatched"] + b["TracesMatched"] == everything
    for each in found["Differences"]:
        assert all(0 <= value["CountA"] <= a["TracesMatched"] for value in each["Values"])
    assert refused(shop, "differences")[0] == 400


def test_a_trace_in_columns_is_the_trace(shop):
    now = time.time()
    listed = post(shop, "/TraceSummaries", {"StartTime": now - 900, "EndTime": now + 1})[1]
    summary = max(listed["TraceSummaries"], key=lambda each: len(each["ServiceIds"]))
    trace = get(shop, f"traces/{summary['Id']}")
    spans = trace["Spans"]
    assert abs(trace["Duration"] - summary["Duration"]) < 1e-5
    assert len({len(column) for column in spans.values()}) == 1
    assert all(parent < row for row, parent in enumerate(spans["Parent"]))
    assert all(0 <= own <= whole + 1e-6 for own, whole in zip(spans["Self"], spans["Duration"]))
    named = {trace["Strings"][each] for each in spans["Service"]}
    assert named <= {each["Name"] for each in summary["ServiceIds"]} | {""}
    with urllib.request.urlopen(f"{shop.endpoint}/api/v1/traces/{summary['Id']}?format=binary") as answer:
        binary = answer.read()
    magic, version, count, strings = struct.unpack_from("<4sIII", binary)
    assert (magic, version, count, strings) == (b"TMTC", 1, len(spans["Id"]), len(trace["Strings"]))
    assert list(struct.unpack_from(f"<{count}d", binary, 72)) == pytest.approx(spans["Start"], abs=1e-6)
    details = get(shop, f"traces/{summary['Id']}/spans/{spans['Id'][-1]}")
    assert details["Name"] == trace["Strings"][spans["Name"][-1]]
    assert refused(shop, "traces/1-00000000-0123456789abcdef01234567")[0] == 404


def events_of(server, path, **parameters):
    """Yields (event, data) of a stream as they come."""
    query = urllib.parse.urlencode(parameters)
    with urllib.request.urlopen(f"{server.endpoint}/api/v1/{path}?{query}", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        event = None
        for line in answer:
            text = line.decode().rstrip("\n")
            if text.startswith("event: "):
                event = text[7:]
            elif text.startswith("data: "):
                yield event, json.loads(text[6:])


def test_a_search_streams_the_newest_first_and_ends_with_its_coverage(shop):
    events = list(events_of(shop, "search", limit=1000))
    traces = [data for event, data in events if event == "trace"]
    assert len(traces) > 200 and len({each["Id"] for each in traces}) == len(traces)
    # By the second of the id, which is the trace's time.
    seconds = [int(each["Id"][2:10], 16) for each in traces]
    assert seconds == sorted(seconds, reverse=True)
    assert events[-1][0] == "end"
    assert events[-1][1]["Coverage"]["TracesMatched"] == len(traces)
    assert events[-1][1]["Coverage"]["Share"] == 1
    shares = [data["Coverage"]["Share"] for event, data in events if event == "progress"]
    assert shares == sorted(shares)
    few = list(events_of(shop, "search", limit=2, filter="!fault"))
    assert [event for event, _ in few].count("trace") == 2
    assert few[-1][1]["IsLimitReached"] is True
    assert refused(shop, "search", filter="duration >")[0] == 400


def test_the_tail_shows_traces_as_they_come(tomo, server):
    tail = events_of(server, "tail", filter="fault")
    seen = []
    reader = threading.Thread(target=lambda: seen.append(next(tail)))
    reader.start()
    eventually(lambda: "Tail" in metrics(server) and 'operation="Tail",outcome="ok"} 1' in metrics(server))
    assert run(tomo, "send", "--api", "--name", "calm", "--endpoint", server.endpoint)[0] == 0
    code, out, _ = run(tomo, "send", "--api", "--fault", "--name", "broken", "--endpoint", server.endpoint)
    assert code == 0
    reader.join(timeout=10)
    assert seen and seen[0][0] == "trace"
    assert seen[0][1]["Id"] == out.split()[0] and seen[0][1]["EntryPoint"]["Name"] == "broken"
    assert refused(server, "tail", filter="service(")[0] == 400


def metrics(server):
    with urllib.request.urlopen(f"{server.endpoint}/metrics") as answer:
        return answer.read().decode()


def test_a_server_with_a_tail_stops_at_once(server):
    connection = socket.create_connection(server.addresses["api"].rsplit(":", 1))
    connection.sendall(b"GET /api/v1/tail HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"text/event-stream" in connection.recv(4096)
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 4


@pytest.fixture(scope="module")
def document():
    import yaml

    return yaml.safe_load((pathlib.Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text())


def resolved(document, node):
    while "$ref" in node:
        place, node = node["$ref"], document
        for key in place.removeprefix("#/").split("/"):
            node = node[key]
    return node


KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}


def misfits(document, schema, value, place="answer"):
    """Where a value is not what a schema says, of the few words that ours use; and members that it does not have."""
    schema = resolved(document, schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, KINDS[kind]) for kind in kinds):
        return [f"{place} is no {kinds}: {value!r}"]
    found = [f"{place} is {value!r}" for known in [schema.get("enum")] if known and value not in known]
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{place} lacks {each}" for each in schema.get("required", []) if each not in value]
        for key, each in value.items():
            if key in schema["properties"]:
                found += misfits(document, schema["properties"][key], each, f"{place}.{key}")
            else:
                found.append(f"{place}.{key} is not in the document")
    if isinstance(value, list) and "items" in schema:
        found += [problem for each in value[:50] for problem in misfits(document, schema["items"], each, place + "[]")]
    return found


def test_answers_are_what_the_openapi_document_says(shop, document):
    now = time.time()
    trace = post(shop, "/TraceSummaries", {"StartTime": now - 900, "EndTime": now + 1})[1]["TraceSummaries"][0]["Id"]
    span = get(shop, f"traces/{trace}")["Spans"]["Id"][0]
    given = {
        "attributes": {}, "attributes/values": {"name": "annotations.page"}, "groups-by": {"by": "service"},
        "latency": {}, "differences": {"filter": "error"}}
    answers = {f"/api/v1/{path}": get(shop, path, **parameters) for path, parameters in given.items()}
    answers["/api/v1/traces/{id}"] = get(shop, f"traces/{trace}")
    answers["/api/v1/traces/{id}/spans/{span}"] = get(shop, f"traces/{trace}/spans/{span}")
    for path, answer in answers.items():
        content = document["paths"][path]["get"]["responses"]["200"]["content"]
        assert misfits(document, content["application/json"]["schema"], answer) == [], path
    for path, body in {"retention": {}, "retention/policies": {"Policies": [{"Class": 1, "Days": 9, "HasFault": True}]},
                       "pins": {"Pin": [trace]}, "redactions": {"TraceIds": [trace]}, "compact": {},
                       "operation": {}}.items():
        code, answer = post(shop, f"/api/v1/{path}", body)
        assert code == 200, answer
        response = resolved(document, document["paths"][f"/api/v1/{path}"]["post"]["responses"]["200"])
        assert misfits(document, response["content"]["application/json"]["schema"], answer) == [], path
    with urllib.request.urlopen(f"{shop.endpoint}/api/v1/openapi.yaml") as served:
        assert served.read() == (pathlib.Path(__file__).parents[2] / "docs" / "openapi.yaml").read_bytes()


def test_each_parameter_of_the_openapi_document_is_taken_and_no_other(server, document):
    for path, methods in document["paths"].items():
        if "get" not in methods or "reads" not in methods["get"]["tags"]:
            continue
        where = path.removeprefix("/api/v1/").format(id="1-6553f100-0000000000000000000000aa", span="a" * 16,
                                                       name="Default")
        needed = {"attributes/values": {"name": "x"}, "groups-by": {"by": "name"}, "differences": {"filter": "fault"},
                  "doctor/map": {"name": "x"}}
        rest = needed.get(where, {})
        assert refused(server, where, **rest, colour="red") == (400, "there is no parameter colour"), path
        parameters = [resolved(document, each) for each in methods["get"].get("parameters", [])]
        # With one that there is not, which is told after any other mistake: nothing is read.
        for each in [each["name"] for each in parameters if each["in"] == "query"]:
            sentence = refused(server, where, **{**rest, each: "\x7f", "zzz": "1"})[1]
            assert not sentence.startswith(f"there is no parameter {each}"), (path, each)


def test_the_verbs_show_what_the_reads_answer(tomo, shop):
    at = ["--endpoint", shop.endpoint]
    code, out, err = run(tomo, "services", "-t", "15m", *at)
    assert code == 0 and out.startswith("service\ttype\trequests\t") and "\nstorefront\t" in out, err
    code, out, _ = run(tomo, "stats", "--by", "service", "--traces", *at)
    rows = [line.split("\t") for line in out.splitlines()[1:]]
    groups = get(shop, "groups-by", by="service", unit="traces")["Groups"]
    assert code == 0 and [int(row[1]) for row in rows] == [each["Count"] for each in groups]
    assert run(tomo, "stats", "--every", "1m", *at)[1].count("\n") >= 9
    assert run(tomo, "stats", "service(", *at)[0] == 2
    assert run(tomo, "stats", "--by", "name", "--every", "1m", *at)[0] == 2
    code, out, _ = run(tomo, "map", "-t", "15m", "-o", "svg", *at)
    assert code == 0 and out.startswith("<svg ") and ">storefront</text>" in out
    tail = subprocess.Popen([tomo, "tail", "-n", "1", "-o", "id", "--errors", *at], stdout=subprocess.PIPE, text=True)
    eventually(lambda: 'operation="Tail",outcome="ok"} 1' in metrics(shop))
    assert run(tomo, "send", "--api", "--name", "calm", *at)[0] == 0
    trace = run(tomo, "send", "--api", "--fault", "--name", "broken", *at)[1].split()[0]
    assert tail.communicate(timeout=15)[0] == f"{trace}\n"
    assert tail.returncode == 0

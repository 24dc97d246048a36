"""The doctors: why a trace, a span, a node or an edge is missing or odd, asked of the binary."""
import json
import time

import pytest

from tests.e2e.documents import segment, span_id, trace_id
from tests.e2e.test_backup import post, run
from tests.e2e.test_own_reads import document, get, misfits, refused  # noqa: F401 (a fixture)


def put(server, *documents):
    code, answer = post(server, "/TraceSegments", {"TraceSegmentDocuments": [json.dumps(each) for each in documents]})
    assert code == 200
    return answer["UnprocessedTraceSegments"]


def kinds(answer):
    return {each["Kind"]: each for each in answer["Findings"]}


@pytest.fixture
def cases(server):
    """Traces with one trouble each, by its name."""
    now = time.time()
    ids = {name: trace_id() for name in ("whole", "orphan", "open", "wrong", "alone", "skew", "refused", "missing")}
    call = {"id": span_id(), "name": "bank", "namespace": "remote", "start_time": now - 1, "end_time": now - 0.5}
    assert put(server, segment(ids["whole"], "shop", now - 1, 0.9, subsegments=[call]),
               segment(ids["whole"], "bank", now - 0.9, 0.3, parent_id=call["id"])) == []
    parent = span_id()
    assert put(server, segment(ids["orphan"], "lost", now - 1, parent_id=parent)) == []
    running = segment(ids["open"], "export", now - 1) | {"in_progress": True}
    del running["end_time"]
    assert put(server, running) == []
    renamed = call | {"id": span_id(), "name": "ledger.shop.svc.cluster.local"}
    assert put(server, segment(ids["wrong"], "shop", now - 1, 0.9, subsegments=[renamed]),
               segment(ids["wrong"], "ledger", now - 0.9, 0.3, parent_id=renamed["id"])) == []
    alone = call | {"id": span_id(), "name": "Mailer:8080"}
    assert put(server, segment(ids["alone"], "shop", now - 1, 0.9, subsegments=[alone]),
               segment(ids["alone"], "mailer", now - 0.9, 0.3)) == []
    ahead = call | {"id": span_id(), "name": "clock"}
    assert put(server, segment(ids["skew"], "shop", now - 1, 0.9, subsegments=[ahead]),
               segment(ids["skew"], "clock", now - 1.5, 0.3, parent_id=ahead["id"])) == []
    bad = segment(ids["refused"], "shop", now - 1)
    del bad["end_time"]
    (rejection,) = put(server, bad)
    assert rejection["ErrorCode"] == "MissingEndTime"
    return {"ids": ids, "parent": parent, "bad": bad["id"]}


def test_each_trouble_of_a_trace_is_told_with_the_span_that_proves_it(server, cases):
    ids = cases["ids"]

    def ask(name, **parameters):
        return get(server, f"doctor/traces/{ids[name]}", **parameters)

    whole = ask("whole")
    assert (whole["Found"], whole["Spans"], whole["Documents"], whole["Findings"]) == (True, 3, 2, [])
    orphan = kinds(ask("orphan"))["orphan"]
    assert orphan["Sentence"] == f"parent {cases['parent']} is not here" and orphan["Severity"] == "problem"
    (proof,) = orphan["Spans"]
    assert proof["ParentId"] == cases["parent"] and proof["Service"] == proof["Name"] == "lost"
    assert proof["EndTime"] - proof["StartTime"] == pytest.approx(0.25, abs=1e-3)
    assert kinds(ask("orphan", span=cases["parent"]))["span_missing"]["Spans"][0]["Id"] == proof["Id"]
    assert kinds(ask("open"))["in_progress"]["Spans"][0]["InProgress"] is True
    wrong = kinds(ask("wrong"))["wrong_name"]
    assert wrong["Sentence"] == '"shop" calls it "ledger.shop.svc.cluster.local", it calls itself "ledger"'
    assert wrong["Spans"][0]["Service"] == "ledger"
    unjoined = kinds(ask("alone"))["unjoined"]
    assert [each["Inferred"] for each in unjoined["Spans"]] == [True, False]
    assert kinds(ask("skew"))["clock_skew"]["Spans"][0]["Service"] == "clock"


def test_a_missing_trace_is_explained(server, cases):
    missing = get(server, f"doctor/traces/{cases['ids']['missing']}")
    assert missing["Found"] is False
    assert set(kinds(missing)) == {"trace_missing", "rejected_since"}
    assert "MissingEndTime 1" in kinds(missing)["rejected_since"]["Sentence"]
    assert missing["Intake"]["Rejected"] == [{"Cause": "MissingEndTime", "Count": 1}]
    told = get(server, f"doctor/traces/{cases['ids']['refused']}")
    assert cases["bad"] in kinds(told)["refused"]["Sentence"]
    old = kinds(get(server, "doctor/traces/1-5814d600-0123456789abcdef01234567"))["expired"]
    assert "nothing is kept for more than 30 days" in old["Sentence"]
    assert refused(server, "doctor/traces/x")[0] == 400
    assert refused(server, f"doctor/traces/{cases['ids']['whole']}", span="x")[0] == 400


def test_a_node_and_an_edge_are_explained(server, cases):
    bank = get(server, "doctor/map", name="bank")
    assert bank["Found"] and bank["Findings"] == [] and bank["TracesRead"] == 1
    assert get(server, "doctor/map", name="bank", callee="shop")["Findings"][0]["Kind"] == "edge_missing"
    called = get(server, "doctor/map", name="ledger.shop.svc.cluster.local")
    assert called["Found"] is False
    assert kinds(called)["wrong_name"]["Spans"][0]["TraceId"] == cases["ids"]["wrong"]
    twice = kinds(get(server, "doctor/map", name="Mailer:8080"))
    assert "only_inferred" in twice and "unjoined" in twice and "wrong_name" in twice
    lost = kinds(get(server, "doctor/map", name="lost"))
    assert lost["orphan"]["Spans"][0]["ParentId"] == cases["parent"]
    assert "only_open" in kinds(get(server, "doctor/map", name="export"))
    assert "node_missing" in kinds(get(server, "doctor/map", name="nobody"))
    assert refused(server, "doctor/map") == (400, "name is required")


def test_doctors_answer_what_the_openapi_document_says(server, cases, document):  # noqa: F811
    schema = document["paths"]["/api/v1/doctor/traces/{id}"]["get"]["responses"]["200"]["content"]
    for trace in cases["ids"].values():
        answer = get(server, f"doctor/traces/{trace}")
        assert misfits(document, schema["application/json"]["schema"], answer) == []
    schema = document["paths"]["/api/v1/doctor/map"]["get"]["responses"]["200"]["content"]
    for name in ("bank", "lost", "nobody", "Mailer:8080"):
        answer = get(server, "doctor/map", name=name)
        assert misfits(document, schema["application/json"]["schema"], answer) == []


def test_the_verbs_print_findings_and_exit_with_seven(tomo, server, cases):
    at = ["--endpoint", server.endpoint]
    code, out, err = run(tomo, "doctor", "trace", cases["ids"]["orphan"], *at)
    header, *rows = [line.split("\t") for line in out.splitlines()]
    assert code == 7 and header[:2] == ["severity", "kind"]
    row = dict(zip(header, next(each for each in rows if each[1] == "orphan")))
    assert row["parent_id"] == cases["parent"] and row["service"] == "lost"
    code, out, err = run(tomo, "doctor", "trace", cases["ids"]["whole"], *at)
    assert code == 0 and out.count("\n") == 1 and err.startswith("nothing is odd with 1-")
    assert run(tomo, "doctor", "trace", cases["ids"]["open"], *at)[0] == 0
    code, out, _ = run(tomo, "doctor", "map", "nobody", "-o", "json", *at)
    assert code == 7 and json.loads(out)["Found"] is False
    assert run(tomo, "doctor", "map", "shop", "bank", *at)[0] == 0
    assert run(tomo, "doctor", *at)[0] == 2
    assert run(tomo, "doctor", "trace", "no id", *at)[0] == 2

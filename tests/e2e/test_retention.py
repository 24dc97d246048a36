"""Policies, pins and redactions, asked for by the verbs of the binary."""
import json
import time

from tests.e2e.test_backup import post, run


def send(tomo, server, *arguments):
    code, out, err = run(tomo, "send", "--api", "--endpoint", server.endpoint, *arguments)
    assert code == 0, err
    return out.split()[0]


def test_policies_are_kept_over_a_restart_and_wrong_ones_are_refused(tomo, make_server):
    server = make_server("--log-level", "warn")
    at = ["--endpoint", server.endpoint]
    code, out, err = run(tomo, "retention", "set", "1", "--days", "90", "--summary-days", "14", "--fault", *at)
    assert code == 0 and "has a fault" in out and "90 days" in out and "after 14 days" in out, err
    assert run(tomo, "retention", "set", "2", "--days", "5", "--service", "shop", *at)[0] == 0
    assert run(tomo, "retention", "set", "2", "--remove", *at)[0] == 0
    code, out, _ = run(tomo, "retention", "show", "-o", "json", *at)
    assert code == 0
    assert json.loads(out)["Policies"] == [{"Class": 1, "Days": 90, "HasFault": True, "SummaryDays": 14}]
    for wrong in (["set", "7", "--days", "1", "--fault"], ["set", "1", "--days", "3"], ["set", "1"], []):
        assert run(tomo, "retention", *wrong, *(at if wrong else []))[0] == 2
    code, _, err = run(tomo, "retention", "set", "2", "--days", "9", "--summary-days", "9", "--error", *at)
    assert code != 0 and "summaries after 9 days, kept for 9" in err
    code, out, err = run(tomo, "retention", "plan", *at)
    assert code == 0 and "in use" in err
    assert post(server, "/api/v1/retention", {}, "text/plain")[0] == 400


def test_pins_are_listed_and_unknown_traces_are_not_pinned(tomo, make_server):
    server = make_server("--log-level", "warn")
    at = ["--endpoint", server.endpoint]
    trace = send(tomo, server, "--name", "shop")
    assert run(tomo, "pin", trace, *at)[0] == 0
    assert run(tomo, "pin", *at)[1] == f"{trace}\n"
    assert run(tomo, "pin", "1-68a7f3c2-5f84c7a1b2c3d4e5f6a7b8c9", *at)[0] != 0
    assert run(tomo, "unpin", trace, *at)[0] == 0
    assert run(tomo, "pin", *at)[1] == ""


def test_a_redaction_needs_yes_and_leaves_nothing(tomo, make_server):
    server = make_server("--log-level", "warn")
    at = ["--endpoint", server.endpoint]
    trace, other = send(tomo, server, "--name", "shop"), send(tomo, server, "--name", "bank")
    code, _, err = run(tomo, "redact", trace, *at)
    assert code == 0 and "--yes" in err
    found = post(server, "/Traces", {"TraceIds": [trace, other]})[1]
    assert {each["Id"] for each in found["Traces"]} == {trace, other}
    assert run(tomo, "redact", trace, "--yes", *at)[0] == 0
    found = post(server, "/Traces", {"TraceIds": [trace, other]})[1]
    assert [each["Id"] for each in found["Traces"]] == [other]
    now = time.time()
    graph = post(server, "/ServiceGraph", {"StartTime": now - 600, "EndTime": now + 60})[1]
    assert "shop" not in json.dumps(graph)
    assert run(tomo, "redact", "not-an-id", "--yes", *at)[0] == 2

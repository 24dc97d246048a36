"""Stored traces are judged by the filter that a group has now: through boto3, our own API and the command line."""
import json
import time
import urllib.error
import urllib.request

from tests.conftest import eventually, xray_client
from tests.e2e.test_backup import run
from tests.e2e.test_groups import graph, put, request, requests_in


def ask(server, name, method="GET"):
    asked = urllib.request.Request(f"{server.endpoint}/api/v1/groups/{name}/reevaluation",
                                   b"{}" if method == "POST" else None, {"Content-Type": "application/json"},
                                   method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def seal(server):
    """Stops, which puts everything into parts, and starts again."""
    assert server.stop() == 0
    server.start()
    return xray_client(server.endpoint)


def test_stored_traces_count_in_a_group_once_they_are_judged(tomo, server, xray):
    put(xray, request("gold"), request("tin"), request("tin", fault=True))
    xray = seal(server)
    xray.create_group(GroupName="tin", FilterExpression='annotation[tier] = "gold"')
    put(xray, request("gold"))
    assert requests_in(xray, GroupName="tin") == 1
    xray.update_group(GroupName="tin", FilterExpression='annotation[tier] = "tin"')
    put(xray, request("tin"))
    assert requests_in(xray, GroupName="tin") == 2
    assert graph(xray, GroupName="tin")["ContainsOldGroupVersions"] is True
    at = ["--endpoint", server.endpoint]
    assert ask(server, "tin") == (200, {"GroupName": "tin", "State": "none"})
    code, out, err = run(tomo, "groups", "reevaluate", "tin", "--wait", "-o", "json", *at)
    assert code == 0, err
    done = json.loads(out)
    assert (done["GroupName"], done["State"], done["DamagedParts"]) == ("tin", "done", 0)
    assert done["Parts"] >= 1 and time.time() - 60 < done["Began"] <= done["Ended"] <= time.time()
    assert ask(server, "tin") == (200, done)
    code, out, _ = run(tomo, "groups", "status", "tin", *at)
    assert code == 0 and out.splitlines()[-1].split("\t")[:3] == ["tin", "done", str(done["Parts"])]

    def check(client):
        answer = graph(client, GroupName="tin")
        assert answer["ContainsOldGroupVersions"] is False
        assert requests_in(client, GroupName="tin") == 3
        assert requests_in(client) == 5
        now = time.time()
        points = client.get_time_series_service_statistics(StartTime=now - 600, EndTime=now + 600, GroupName="tin")
        assert points["ContainsOldGroupVersions"] is False
        assert sum(p["EdgeSummaryStatistics"]["TotalCount"]
                   for p in points["TimeSeriesServiceStatistics"]) == 3

    check(xray)
    check(seal(server))
    server.kill()
    server.start()
    xray = xray_client(server.endpoint)
    check(xray)
    put(xray, request("tin"))
    assert requests_in(xray, GroupName="tin") == 4


def test_an_order_goes_on_after_a_kill(server, xray):
    put(xray, request("tin"), request("gold"))
    xray = seal(server)
    xray.create_group(GroupName="tin", FilterExpression='annotation[tier] = "tin"')
    assert requests_in(xray, GroupName="tin") == 0
    code, begun = ask(server, "tin", "POST")
    assert code == 200 and begun["State"] == "running"
    server.kill()
    server.start()
    xray = xray_client(server.endpoint)
    eventually(lambda: ask(server, "tin")[1]["State"] == "done")
    assert requests_in(xray, GroupName="tin") == 1


def test_mistakes_are_told(tomo, server, xray):
    xray.create_group(GroupName="a", FilterExpression="fault")
    assert ask(server, "none")[0] == 400
    assert ask(server, "none", "POST")[0] == 400
    assert "every trace" in ask(server, "Default", "POST")[1]["message"]
    assert ask(server, "a", "DELETE")[0] != 200
    code, refused = ask(server, "a", "PUT")
    assert code == 405 and "GET, POST and DELETE" in refused["message"]
    unasked = urllib.request.Request(f"{server.endpoint}/api/v1/groups/a/reevaluation", b"{}",
                                     {"Content-Type": "text/plain"}, method="POST")
    try:
        urllib.request.urlopen(unasked, timeout=30)
        raise AssertionError("a form of another site was taken")
    except urllib.error.HTTPError as error:
        assert error.code == 400
    at = ["--endpoint", server.endpoint]
    code, _, err = run(tomo, "groups", "reevaluate", "no such group", *at)
    assert code == 2 and "Group not found" in err
    code, _, err = run(tomo, "groups", "reevaluate", "a", "--cancel", *at)
    assert code != 0 and "not re-evaluated" in err
    assert run(tomo, "groups", "a", *at)[0] == 0

"""Groups and tags, with boto3 and both AWS CLIs: what is set is there, what is wrong is told, and the graph of a group
counts the traces that its filter chooses."""
import json
import re
import subprocess
import threading
import time

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Server, eventually, xray_client
from tests.e2e.documents import segment, trace_id
from tests.e2e.test_aws_cli import aws  # noqa: F401 (a fixture)
from tests.e2e.test_backup import run

FAULTS = 'service("api") { fault }'
ARN = re.compile(r"arn:aws:xray:us-east-1:000000000000:group/[A-Za-z0-9-]+/[A-Z2-7]{52}")
WITHOUT_INSIGHTS = {"InsightsEnabled": False, "NotificationsEnabled": False}


def put(xray, *documents):
    answer = xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(d) for d in documents])
    assert answer["UnprocessedTraceSegments"] == []


def request(tier="gold", fault=False, trace=None, **more):
    return segment(trace or trace_id(), "api", annotations={"tier": tier}, fault=fault,
                   http={"request": {"method": "GET", "url": f"http://api/{tier}"},
                         "response": {"status": 500 if fault else 200}}, **more)


def graph(xray, **group):
    now = time.time()
    return xray.get_service_graph(StartTime=now - 600, EndTime=now + 600, **group)


def requests_in(xray, **group) -> int:
    return sum(s["SummaryStatistics"]["TotalCount"] for s in graph(xray, **group)["Services"]
               if s.get("Type") != "client")


def refused(call, **arguments) -> dict:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response


def message(call, **arguments) -> str:
    error = refused(call, **arguments)["Error"]
    assert error["Code"] == "InvalidRequestException"
    return error["Message"]


def test_a_group_is_made_read_edited_and_deleted(xray):
    made = xray.create_group(GroupName="faults", FilterExpression=FAULTS)["Group"]
    assert ARN.fullmatch(made["GroupARN"])
    assert made == {"GroupName": "faults", "GroupARN": made["GroupARN"], "FilterExpression": FAULTS,
                    "InsightsConfiguration": WITHOUT_INSIGHTS}
    assert xray.get_group(GroupName="faults")["Group"] == made
    assert xray.get_group(GroupARN=made["GroupARN"])["Group"] == made
    assert xray.get_group(GroupName="faults", GroupARN=made["GroupARN"])["Group"] == made

    edited = xray.update_group(GroupARN=made["GroupARN"], FilterExpression="duration > 1")["Group"]
    assert edited == {**made, "FilterExpression": "duration > 1"}
    insights = {"InsightsEnabled": True, "NotificationsEnabled": True}
    edited = xray.update_group(GroupName="faults", InsightsConfiguration=insights)["Group"]
    assert edited == {**made, "FilterExpression": "duration > 1", "InsightsConfiguration": insights}
    edited = xray.update_group(GroupName="faults", InsightsConfiguration={"InsightsEnabled": False})["Group"]
    assert edited["InsightsConfiguration"] == WITHOUT_INSIGHTS

    groups = xray.get_groups()
    assert [g["GroupName"] for g in groups["Groups"]] == ["Default", "faults"] and "NextToken" not in groups
    assert groups["Groups"][1] == edited
    assert "FilterExpression" not in groups["Groups"][0]

    xray.delete_group(GroupName="faults")
    assert message(xray.get_group, GroupARN=made["GroupARN"]) == "Group not found"
    again = xray.create_group(GroupName="faults", FilterExpression=FAULTS)["Group"]
    assert again["GroupARN"] != made["GroupARN"]


def test_every_mistake_is_told(xray):
    xray.create_group(GroupName="a", FilterExpression="fault")
    arn = xray.create_group(GroupName="b", FilterExpression="error")["Group"]["GroupARN"]
    assert message(xray.create_group, GroupName="a") == "Group a already exists"
    assert message(xray.create_group, GroupName="Default") == "GroupName Default is reserved"
    assert message(xray.create_group, GroupName="a b") == "GroupName may hold letters, digits and '-'"
    assert message(xray.create_group, GroupName="c", FilterExpression="duration >").startswith(
        "Invalid filter expression at position 11")
    assert "group" in message(xray.create_group, GroupName="c", FilterExpression='group.name = "a"')
    assert "NotificationsEnabled needs InsightsEnabled" in message(
        xray.create_group, GroupName="c", InsightsConfiguration={"NotificationsEnabled": True})
    assert "reserved" in message(xray.create_group, GroupName="c", Tags=[{"Key": "aws:x", "Value": ""}])
    assert "twice" in message(xray.create_group, GroupName="c", Tags=[{"Key": "x", "Value": ""}] * 2)
    assert "50" in message(xray.create_group, GroupName="c",
                           Tags=[{"Key": f"k{n}", "Value": ""} for n in range(51)])
    for call in (xray.get_group, xray.delete_group, xray.update_group):
        assert message(call) == "GroupName or GroupARN is required"
        assert message(call, GroupName="A") == "Group not found"
        assert message(call, GroupARN=arn + "x") == "Group not found"
        assert message(call, GroupName="a", GroupARN=arn) == "GroupName and GroupARN are of two groups"
    assert "cannot be deleted" in message(xray.delete_group, GroupName="Default")
    assert "has no filter" in message(xray.update_group, GroupName="Default", FilterExpression="fault")
    assert "position" in message(xray.update_group, GroupName="a", FilterExpression="nonsense =")
    assert "NextToken" in message(xray.get_groups, NextToken="x")
    assert message(xray.get_service_graph, StartTime=1, EndTime=2, GroupName="none") == "Group not found"
    assert [g["GroupName"] for g in xray.get_groups()["Groups"]] == ["Default", "a", "b"]

    for n in range(23):
        xray.create_group(GroupName=f"g{n}")
    assert message(xray.create_group, GroupName="one-more") == "there are 25 groups already, which is the limit"

    on = xray.update_group(GroupName="Default", InsightsConfiguration={"InsightsEnabled": True})["Group"]
    assert on["InsightsConfiguration"] == {"InsightsEnabled": True, "NotificationsEnabled": False}


def test_tags(xray):
    arn = xray.create_group(GroupName="a", Tags=[{"Key": "team", "Value": "a"}])["Group"]["GroupARN"]

    def tags(of=arn):
        return {t["Key"]: t["Value"] for t in xray.list_tags_for_resource(ResourceARN=of)["Tags"]}

    assert tags() == {"team": "a"}
    xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "größe", "Value": ""}])
    assert tags() == {"team": "b", "größe": ""}
    xray.untag_resource(ResourceARN=arn, TagKeys=["größe", "absent"])
    assert tags() == {"team": "b"}

    fifty = [{"Key": f"k{n}", "Value": "x"} for n in range(49)]
    xray.tag_resource(ResourceARN=arn, Tags=fifty)
    many = refused(xray.tag_resource, ResourceARN=arn, Tags=[{"Key": "k49", "Value": "x"}])
    assert (many["Error"]["Code"], many["ResponseMetadata"]["HTTPStatusCode"]) == ("TooManyTagsException", 400)
    assert many["ResourceName"] == arn
    xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "k0", "Value": "y"}])
    assert len(tags()) == 50

    other = arn.replace("group/a", "group/b")
    for call in (lambda: xray.tag_resource(ResourceARN=other, Tags=[{"Key": "k", "Value": "x"}]),
                 lambda: xray.untag_resource(ResourceARN=other, TagKeys=["k"]),
                 lambda: xray.list_tags_for_resource(ResourceARN=other)):
        missing = refused(call)
        assert missing["Error"]["Code"] == "ResourceNotFoundException"
        assert missing["ResponseMetadata"]["HTTPStatusCode"] == 404 and missing["ResourceName"] == other
    assert "not an ARN" in message(xray.list_tags_for_resource, ResourceARN="a")
    assert "may hold" in message(xray.tag_resource, ResourceARN=arn, Tags=[{"Key": "k!", "Value": ""}])
    assert "at most 128" in message(xray.tag_resource, ResourceARN=arn, Tags=[{"Key": "k" * 128 + "é", "Value": ""}])

    default = xray.get_group(GroupName="Default")["Group"]["GroupARN"]
    assert tags(default) == {}
    xray.delete_group(GroupName="a")
    assert refused(xray.list_tags_for_resource, ResourceARN=arn)["Error"]["Code"] == "ResourceNotFoundException"


def test_the_graph_of_a_group_counts_its_traces_while_they_come(xray, server):
    put(xray, request("gold", fault=True))  # before there was a group: not in it
    filters = {"faults": FAULTS, "gold": 'annotation[tier] = "gold"', "all": "", "urls": 'http.url CONTAINS "/tin"'}
    for name, text in filters.items():
        xray.create_group(GroupName=name, FilterExpression=text)
    documents = [request(tier, fault) for tier in ("gold", "tin") for fault in (False, True) for _ in range(5)]

    def send(part):
        client = xray_client(server.endpoint)
        for document in part:
            put(client, document)

    threads = [threading.Thread(target=send, args=(documents[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert requests_in(xray, GroupName="faults") <= 10
    for thread in threads:
        thread.join()
    counts = {name: requests_in(xray, GroupName=name) for name in filters}
    assert counts == {"faults": 10, "gold": 10, "all": 20, "urls": 10}
    assert requests_in(xray) == 21 == requests_in(xray, GroupName="Default")
    arn = xray.get_group(GroupName="faults")["Group"]["GroupARN"]
    assert requests_in(xray, GroupARN=arn) == 10
    assert graph(xray, GroupName="faults")["ContainsOldGroupVersions"] is False

    now = time.time()
    by_group = xray.get_trace_summaries(StartTime=now - 600, EndTime=now + 600,
                                        FilterExpression='group.name = "faults" AND annotation[tier] = "tin"')
    assert len(by_group["TraceSummaries"]) == 5
    assert "faultz" in message(xray.get_trace_summaries, StartTime=now - 600, EndTime=now,
                               FilterExpression='group.name = "faultz"')

    # A late document takes a trace out of one group and into another.
    late = dict(documents[-1], fault=False, annotations={"tier": "gold"})
    put(xray, late)
    assert {name: requests_in(xray, GroupName=name) for name in filters} == {
        "faults": 9, "gold": 11, "all": 20, "urls": 10}


def test_an_edited_filter_tells_that_older_data_was_counted_by_another(xray):
    xray.create_group(GroupName="g", FilterExpression="fault")
    put(xray, request(fault=True), request(fault=True), request())
    assert requests_in(xray, GroupName="g") == 2
    xray.update_group(GroupName="g", FilterExpression="fault")
    assert graph(xray, GroupName="g")["ContainsOldGroupVersions"] is False
    xray.update_group(GroupName="g", FilterExpression="!fault")
    old = graph(xray, GroupName="g")
    assert old["ContainsOldGroupVersions"] is True and requests_in(xray, GroupName="g") == 2
    put(xray, request(fault=True), request())
    assert requests_in(xray, GroupName="g") == 3
    now = time.time()
    later = xray.get_service_graph(StartTime=now + 3600, EndTime=now + 7200, GroupName="g")
    assert later["ContainsOldGroupVersions"] is False and later["Services"] == []


def test_groups_and_their_graphs_survive_kill_and_are_in_a_backup(tomo, make_server, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    server = make_server("--backup-dir", str(backups))
    xray = xray_client(server.endpoint)
    xray.create_group(GroupName="g", FilterExpression="fault", Tags=[{"Key": "a", "Value": "b"}])
    put(xray, request(fault=True), request())
    xray.update_group(GroupName="g", FilterExpression='annotation[tier] = "tin"')
    put(xray, request("tin"), request("tin"), request("gold", fault=True))
    assert requests_in(xray, GroupName="g") == 3
    server.kill()
    server.start()
    xray = xray_client(server.endpoint)
    eventually(lambda: requests_in(xray, GroupName="g") == 3)
    group = xray.get_group(GroupName="g")["Group"]
    assert xray.list_tags_for_resource(ResourceARN=group["GroupARN"])["Tags"] == [{"Key": "a", "Value": "b"}]

    code, out, err = run(tomo, "backup", "one", "--endpoint", server.endpoint)
    assert code == 0, err
    xray.delete_group(GroupName="g")
    assert (backups / "one" / "catalog.db").exists() and not (backups / "one" / "catalog.db-wal").exists()
    assert run(tomo, "verify", str(backups / "one"))[:2] == (0, "")
    again = tmp_path / "again"
    assert run(tomo, "restore", str(backups / "one"), "--data-dir", str(again))[0] == 0
    restored = Server(tomo, again).start()
    try:
        xray = xray_client(restored.endpoint)
        eventually(lambda: requests_in(xray, GroupName="g") == 3)
        assert xray.get_group(GroupName="g")["Group"] == group
        put(xray, request("tin"))
        assert requests_in(xray, GroupName="g") == 4
    finally:
        assert restored.stop() == 0, restored.log()


def test_a_damaged_catalog_is_named_and_stops_a_start(tomo, make_server):
    server = make_server()
    xray_client(server.endpoint).create_group(GroupName="g")
    assert server.stop() == 0
    assert run(tomo, "verify", str(server.data_dir))[0] == 0
    (server.data_dir / "catalog.db").write_bytes(b"x" * 8192)
    for verb in (["verify", str(server.data_dir)], ["fsck", "--data-dir", str(server.data_dir), "--repair"]):
        code, out, _ = run(tomo, *verb)
        assert code == 5 and out.startswith("catalog.db\t"), out
    done = subprocess.run([tomo, "serve", "--data-dir", str(server.data_dir), "--api-addr", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and "restore it from a backup" in done.stderr
    (server.data_dir / "catalog.db").unlink()
    server.start()
    assert [g["GroupName"] for g in xray_client(server.endpoint).get_groups()["Groups"]] == ["Default"]


def test_the_command_line_tools_manage_groups(aws):  # noqa: F811
    made = aws("create-group", "--group-name", "cli", "--filter-expression", FAULTS,
               "--insights-configuration", "InsightsEnabled=true,NotificationsEnabled=false",
               "--tags", "Key=team,Value=a")["Group"]
    arn = made["GroupARN"]
    assert made["InsightsConfiguration"] == {"InsightsEnabled": True, "NotificationsEnabled": False}
    assert aws("get-group", "--group-name", "cli", "--group-arn", arn)["Group"] == made
    assert [g["GroupName"] for g in aws("get-groups")["Groups"]] == ["Default", "cli"]
    assert aws("list-tags-for-resource", "--resource-arn", arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    aws("untag-resource", "--resource-arn", arn, "--tag-keys", "team")
    aws("tag-resource", "--resource-arn", arn, "--tags", "Key=x,Value=y")
    edited = aws("update-group", "--group-arn", arn, "--filter-expression", "error")["Group"]
    assert edited == {**made, "FilterExpression": "error"}
    aws("delete-group", "--group-name", "cli")
    assert [g["GroupName"] for g in aws("get-groups")["Groups"]] == ["Default"]


def test_a_policy_names_a_group_and_keeps_to_it_when_the_filter_is_edited(tomo, server, xray):
    at = ["--endpoint", server.endpoint]
    code, _, err = run(tomo, "retention", "set", "3", "--days", "90", "--group", "g", *at)
    assert code != 0 and "GroupName" in err
    assert run(tomo, "retention", "set", "3", "--days", "90", "--group", "Default", *at)[0] != 0
    xray.create_group(GroupName="g", FilterExpression="fault")
    code, out, err = run(tomo, "retention", "set", "3", "--days", "90", "--group", "g", *at)
    assert code == 0 and "is in group g" in out, err
    xray.update_group(GroupName="g", FilterExpression='annotation[tier] = "tin"')
    put(xray, request("gold"))
    put(xray, request("tin"), request("tin"))

    def traces_of_class_3():
        slices = json.loads(run(tomo, "retention", "plan", "-o", "json", *at)[1])["Slices"]
        return sum(s["Traces"] for s in slices if s["Class"] == 3)

    assert server.stop() == 0  # which seals
    server.start()
    at, xray = ["--endpoint", server.endpoint], xray_client(server.endpoint)
    eventually(lambda: traces_of_class_3() == 2)
    xray.delete_group(GroupName="g")
    code, out, _ = run(tomo, "retention", "set", "1", "--days", "9", "--fault", *at)
    assert code == 0 and "is in a group that was deleted" in out

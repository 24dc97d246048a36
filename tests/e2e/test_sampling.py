"""Sampling rules, with boto3, both AWS CLIs and as Terraform's provider calls: what is set is there, what is wrong is
told."""
import json
import subprocess
import time
import urllib.request

import pytest

from tests.conftest import eventually, xray_client
from tests.e2e.documents import segment
from tests.e2e.test_aws_cli import aws  # noqa: F401 (a fixture)
from tests.e2e.test_groups import message, refused

RULE = {"RuleName": "shop", "ResourceARN": "*", "Priority": 7, "FixedRate": 0.05, "ReservoirSize": 3,
        "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "GET", "URLPath": "/a/*", "Version": 1}
ARN = "arn:aws:xray:us-east-1:000000000000:sampling-rule/"


def rule(name: str = "shop", **more) -> dict:
    return {**RULE, "RuleName": name, **more}


def names(xray) -> list[str]:
    records = xray.get_paginator("get_sampling_rules").paginate().build_full_result()["SamplingRuleRecords"]
    return [r["SamplingRule"]["RuleName"] for r in records]


def post(address: str, path: str, body: bytes = b"", headers: dict | None = None) -> dict:
    """As samplers call: unsigned, and some of them without a body or a Content-Type."""
    request = urllib.request.Request(f"http://{address}{path}", data=body, method="POST", headers=headers or {})
    request.add_unredirected_header("Content-type", "")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def test_a_rule_is_made_read_edited_and_deleted(xray):
    begun = time.time()
    made = xray.create_sampling_rule(SamplingRule=rule())["SamplingRuleRecord"]
    assert made["SamplingRule"] == {**rule(), "RuleARN": ARN + "shop", "Attributes": {}}
    assert abs(made["CreatedAt"].timestamp() - begun) < 5 and made["ModifiedAt"] == made["CreatedAt"]
    [first, default] = xray.get_sampling_rules()["SamplingRuleRecords"]
    assert first == made
    assert default["SamplingRule"] == {
        **rule("Default"), "RuleARN": ARN + "Default", "Priority": 10000, "ReservoirSize": 1, "HTTPMethod": "*",
        "URLPath": "*", "Attributes": {}}
    assert default["CreatedAt"].timestamp() == 0

    edit = {"RuleName": "shop", "FixedRate": 0.1, "Attributes": {"tier": "gold"}}
    edited = xray.update_sampling_rule(SamplingRuleUpdate=edit)["SamplingRuleRecord"]
    assert edited["SamplingRule"] == {**made["SamplingRule"], "FixedRate": 0.1, "Attributes": {"tier": "gold"}}
    edit = {"RuleARN": ARN + "Default", "ReservoirSize": 0}
    assert xray.update_sampling_rule(SamplingRuleUpdate=edit)["SamplingRuleRecord"]["SamplingRule"]["ReservoirSize"] == 0
    assert xray.delete_sampling_rule(RuleARN=ARN + "shop")["SamplingRuleRecord"] == edited
    assert names(xray) == ["Default"]


def test_every_mistake_is_told(xray):
    xray.create_sampling_rule(SamplingRule=rule())
    assert "exists already" in message(xray.create_sampling_rule, SamplingRule=rule())
    assert "Priority is 10000" in message(xray.create_sampling_rule, SamplingRule=rule("a", Priority=9999 + 1))
    assert "FixedRate" in message(xray.create_sampling_rule, SamplingRule=rule("a", FixedRate=1.01))
    assert "reserved" in message(xray.create_sampling_rule, SamplingRule=rule("Default"))
    assert "Version must be 1" in message(xray.create_sampling_rule, SamplingRule=rule("a", Version=2))
    assert message(xray.delete_sampling_rule, RuleName="none") == "Sampling rule does not exist"
    assert "only one may be" in message(xray.delete_sampling_rule, RuleName="shop", RuleARN=ARN + "shop")
    assert "cannot be deleted" in message(xray.delete_sampling_rule, RuleName="Default")
    assert "only FixedRate" in message(xray.update_sampling_rule,
                                       SamplingRuleUpdate={"RuleName": "Default", "Host": "x"})
    for n in range(24):
        xray.create_sampling_rule(SamplingRule=rule(f"r{n}", Priority=7))
    full = refused(xray.create_sampling_rule, SamplingRule=rule("more"))
    assert full["Error"]["Code"] == "RuleLimitExceededException"
    assert full["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert names(xray) == [*sorted([f"r{n}" for n in range(24)]), "shop", "Default"]


def test_rules_have_tags(xray):
    xray.create_sampling_rule(SamplingRule=rule(), Tags=[{"Key": "team", "Value": "a"}])
    arn = ARN + "shop"
    xray.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "prod"}])
    xray.untag_resource(ResourceARN=arn, TagKeys=["team", "none"])
    assert xray.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "stage", "Value": "prod"}]
    xray.delete_sampling_rule(RuleName="shop")
    gone = refused(xray.list_tags_for_resource, ResourceARN=arn)
    assert gone["Error"]["Code"] == "ResourceNotFoundException" and gone["ResourceName"] == arn


def test_terraform_sees_no_difference(xray):
    """The provider's cycle: create, read, plan, edit, gone behind its back, made again."""
    written = rule("tf", FixedRate=0.123456789012345, Attributes={"Hello": "Tris"},
                   SamplingRateBoost={"MaxRate": 0.2, "CooldownWindowMinutes": 10})

    def read():
        found = [r["SamplingRule"] for r in xray.get_sampling_rules()["SamplingRuleRecords"]
                 if r["SamplingRule"]["RuleName"] == "tf"]
        return {k: v for k, v in found[0].items() if k != "RuleARN"} if found else None

    xray.create_sampling_rule(SamplingRule=written, Tags=[{"Key": "a", "Value": "b"}])
    assert read() == written
    edit = {k: v for k, v in written.items() if k != "Version"} | {"Priority": 8, "FixedRate": 0.3}
    xray.update_sampling_rule(SamplingRuleUpdate=edit)
    assert read() == {**written, "Priority": 8, "FixedRate": 0.3}
    xray.delete_sampling_rule(RuleName="tf")
    assert read() is None
    assert message(xray.delete_sampling_rule, RuleName="tf") == "Sampling rule does not exist"
    xray.create_sampling_rule(SamplingRule=written)
    assert read() == written


def test_rules_outlive_a_kill_and_their_answer_stays_the_same(make_server):
    server = make_server()
    xray = xray_client(server.endpoint)
    xray.create_sampling_rule(SamplingRule=rule("a", Attributes={"x": "y"}))
    xray.create_sampling_rule(SamplingRule=rule("b"))
    xray.delete_sampling_rule(RuleName="b")
    before = post(server.daemon, "/GetSamplingRules")
    server.kill()
    server.start()
    assert post(server.daemon, "/GetSamplingRules") == before


@pytest.mark.parametrize("body", [b"", b"{}", b'{"NextToken":null}'])
def test_samplers_are_answered_unsigned_on_port_2000(server, body):
    rules = post(server.daemon, "/GetSamplingRules", body)
    assert [r["SamplingRule"]["RuleName"] for r in rules["SamplingRuleRecords"]] == ["Default"]
    assert "NextToken" not in rules
    assert post(server.daemon, "/GetSamplingRules", body, {"Content-Type": "text/plain"}) == rules


def test_the_cli_calls_of_the_guide(aws):  # noqa: F811
    made = aws("create-sampling-rule", "--sampling-rule", json.dumps(rule()), "--tags", "Key=team,Value=a")
    assert made["SamplingRuleRecord"]["SamplingRule"]["RuleName"] == "shop"
    edit = json.dumps({"RuleName": "shop", "ReservoirSize": 5})
    edited = aws("update-sampling-rule", "--sampling-rule-update", edit)["SamplingRuleRecord"]
    assert edited["SamplingRule"]["ReservoirSize"] == 5
    assert len(aws("get-sampling-rules")["SamplingRuleRecords"]) == 2
    assert aws("delete-sampling-rule", "--rule-name", "shop")["SamplingRuleRecord"] == edited


CLIENT = "0123456789abcdef01234567"


def document(name: str = "Default", client: str = CLIENT, **more) -> dict:
    return {"RuleName": name, "ClientID": client, "Timestamp": int(time.time()), "RequestCount": 10,
            "SampledCount": 5, **more}


def test_targets_and_statistics(xray):
    xray.create_sampling_rule(SamplingRule=rule(ReservoirSize=2))
    now = time.time()
    answer = xray.get_sampling_targets(SamplingStatisticsDocuments=[
        document("shop", BorrowCount=1), document(), document("none")])
    shop, default = answer["SamplingTargetDocuments"]
    assert shop["RuleName"] == "shop" and shop["ReservoirQuota"] == 2 and shop["Interval"] == 10
    assert 10 < shop["ReservoirQuotaTTL"].timestamp() - now < 30
    assert default["FixedRate"] == 0.05 and default["ReservoirQuota"] == 1 and "SamplingBoost" not in default
    assert now - 2 < answer["LastRuleModification"].timestamp() < now + 2
    [unprocessed] = answer["UnprocessedStatistics"]
    assert unprocessed["RuleName"] == "none" and unprocessed["ErrorCode"] == "404"
    assert "UnprocessedBoostStatistics" not in answer

    other = xray.get_sampling_targets(SamplingStatisticsDocuments=[document("shop", client="f" * 24)])
    assert other["SamplingTargetDocuments"][0]["ReservoirQuota"] == 0  # the first has it all
    summaries = xray.get_sampling_statistic_summaries()["SamplingStatisticSummaries"]
    total = {s["RuleName"]: 0 for s in summaries}
    for summary in summaries:
        total[summary["RuleName"]] += summary["RequestCount"]
        assert summary["Timestamp"].timestamp() % 10 == 0
    assert total == {"shop": 20, "Default": 10}


def test_samplers_report_unsigned_on_port_2000(server):
    empty = {"SamplingTargetDocuments": [], "LastRuleModification": 0.0, "UnprocessedStatistics": []}
    assert post(server.daemon, "/SamplingTargets") == empty
    ms = {**document(), "Timestamp": int(time.time() * 1000), "Extra": 1}
    adot = {k: v for k, v in document(client="a" * 24).items() if k != "SampledCount"} | {"SampleCount": 5}
    body = json.dumps({"SamplingStatisticsDocuments": [ms, adot] * 15}).encode()
    answer = post(server.daemon, "/SamplingTargets", body)
    assert len(answer["SamplingTargetDocuments"]) == 30 and answer["UnprocessedStatistics"] == []
    assert len(post(server.daemon, "/SamplingStatisticSummaries")["SamplingStatisticSummaries"]) == 1


def test_a_restart_holds_quotas_back(make_server):
    server = make_server()
    ask = lambda: xray_client(server.endpoint).get_sampling_targets(  # noqa: E731
        SamplingStatisticsDocuments=[document()])["SamplingTargetDocuments"][0]
    assert ask()["ReservoirQuota"] == 1
    server.kill()
    server.start()
    assert "ReservoirQuota" not in ask() and ask()["FixedRate"] == 0.05


def test_the_cli_asks_for_targets(aws):  # noqa: F811
    asked = json.dumps([document()])
    [target] = aws("get-sampling-targets", "--sampling-statistics-documents", asked)["SamplingTargetDocuments"]
    assert target["ReservoirQuota"] == 1
    assert len(aws("get-sampling-statistic-summaries")["SamplingStatisticSummaries"]) == 1


def simulate(server, **question) -> dict:
    now = time.time()
    body = json.dumps({"StartTime": now - 600, "EndTime": now + 60, **question}).encode()
    request = urllib.request.Request(f"{server.endpoint}/api/v1/sampling/simulation", data=body,
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def test_drafts_are_tried_on_stored_traces(server, xray):
    second = int(time.time()) - 100
    documents = []
    for n in range(60):
        trace = f"1-{second + n % 3:08x}-{n:024x}"
        path = "cart" if n % 2 else "pay"
        documents.append(json.dumps(segment(
            trace, "shop", second + n % 3 + 0.5, origin="AWS::ECS::Container", fault=n % 20 == 0,
            http={"request": {"method": "GET", "url": f"http://shop.example/{path}?id={n}"},
                  "response": {"status": 500 if n % 20 == 0 else 200}})))
    for at in range(0, 60, 20):
        xray.put_trace_segments(TraceSegmentDocuments=documents[at:at + 20])

    draft = rule("cart", ReservoirSize=2, FixedRate=0, URLPath="/cart", ServiceType="AWS::ECS::*", Host="shop.*")
    silent = rule("pay", Priority=8, ReservoirSize=0, FixedRate=0, URLPath="/pay", HTTPMethod="get")

    def check(told):
        cart, pay, default = told["Rules"]
        assert [r["RuleName"] for r in told["Rules"]] == ["cart", "pay", "Default"]
        assert (cart["Matched"], cart["SampledByReservoir"], cart["SampledByRate"]) == (30, 6, 0)
        assert (pay["Matched"], pay["Sampled"], pay["Faults"], pay["FaultsLost"]) == (30, 0, 3, 3)
        assert default["Matched"] == 0 and told["Total"]["Rate"] == 0.1
        assert told["Total"]["SpansSampled"] == 6 and 0 < told["Total"]["BytesSampled"] < told["Total"]["Bytes"]
        assert told["Total"]["CostOfAll"] == pytest.approx(60 * 5 / 1e6)
        assert told["StarvedServices"] == []
        assert told["StarvedOperations"] == [{"Service": "shop", "Operation": "GET /pay", "Requests": 30, "Faults": 3}]

    check(simulate(server, SamplingRules=[draft, silent]))
    sealed = lambda: b"\ntomograph_store_open_traces 0\n" in metrics(server)  # noqa: E731
    eventually(sealed, 40)
    check(simulate(server, SamplingRules=[draft, silent]))  # by columns now
    assert [r["RuleName"] for r in simulate(server)["Rules"]] == ["Default"]


def metrics(server) -> bytes:
    with urllib.request.urlopen(f"{server.endpoint}/metrics", timeout=10) as answer:
        return answer.read()


def command_of(tomo, server):
    """`tomo sampling …` against the server: its exit code, its lines, and what it says beside them."""
    def run(*words, given: str | None = None):
        done = subprocess.run([tomo, "sampling", *words, "--endpoint", server.endpoint], capture_output=True, text=True,
                              input=given, timeout=60)
        return done.returncode, done.stdout, done.stderr
    return run


def rows(text: str) -> list[dict]:
    head, *lines = text.splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"))) for line in lines]


def test_rules_are_set_tried_and_removed_by_the_command_line(tomo, server, xray):
    run = command_of(tomo, server)
    code, out, said = run("set", "pay", "--path", "/pay/*", "--method", "POST", "--reservoir", "3", "--rate", "50%",
                          "--priority", "7", "--attr", "tier=g*")
    assert (code, "pay\tmade\tFixedRate\t\t0.5\n" in out) == (0, True), said
    made = xray.get_sampling_rules()["SamplingRuleRecords"][0]["SamplingRule"]
    assert made == {**rule("pay", URLPath="/pay/*", HTTPMethod="POST", FixedRate=0.5, Attributes={"tier": "g*"}),
                    "RuleARN": ARN + "pay"}
    code, out, _ = run("set", "Default", "--rate", "0.01", "--dry-run")
    assert (code, rows(out)) == (0, [{"rule": "Default", "change": "changed", "member": "FixedRate", "before": "0.05",
                                      "after": "0.01"}])
    assert run("set", "Default", "--rate", "0.01")[0] == 0
    code, out, said = run("set", "Default", "--path", "/x")
    assert (code, out) == (2, "") and "only FixedRate" in said
    code, out, said = run("set", "pay", "--rate", "200%")
    assert (code, out) == (2, "") and "FixedRate is 2, must be 0 to 1" in said
    assert run("set", "pay")[0] == 2 and run("rm", "none")[0] == 2 and run("frob")[0] == 2

    xray.get_sampling_targets(SamplingStatisticsDocuments=[document("pay", BorrowCount=1)])
    listed = rows(run("list")[1])
    assert [(r["priority"], r["rule"], r["rate"]) for r in listed] == [("7", "pay", "0.5"), ("10000", "Default", "0.01")]
    assert listed[0]["matches"] == "method=POST path=/pay/* tier=g*"
    assert run()[1].splitlines()[0] == run("list")[1].splitlines()[0]
    watched = rows(run("watch", "-n", "2")[1])  # the window of the report is over then
    assert [(r["rule"], r["requests"], r["sampled"], r["borrowed"]) for r in watched] == [("pay", "10", "5", "1")]
    assert (rows(run("list")[1])[0]["requests"], rows(run("list")[1])[0]["sampled"]) == ("10", "5")

    code, out, said = run("test", "POST", "https://shop.example/pay/7?id=1", "--attr", "tier=gold")
    assert (code, [r["fits"] for r in rows(out)]) == (0, ["decides", "later"]) and "pass over pay" in said
    out = run("test", "GET", "/pay/7", "--expect", "Default")[1]
    assert rows(out)[0]["why"] == "HTTPMethod GET does not fit POST; Attributes.tier is missing, must fit g*"
    assert run("test", "GET", "/pay/7", "--expect", "pay")[0] == 1
    assert run("rm", "pay")[0] == 0 and names(xray) == ["Default"]


def test_rules_go_to_files_and_come_back(tomo, make_server):
    one, other = make_server(name="one"), make_server(name="other")
    run, at_other = command_of(tomo, one), command_of(tomo, other)
    xray, there = xray_client(one.endpoint), xray_client(other.endpoint)
    xray.create_sampling_rule(SamplingRule=rule("a", Attributes={"x": "y"}, FixedRate=0.123456789012345,
                                                SamplingRateBoost={"MaxRate": 0.2, "CooldownWindowMinutes": 10}))
    xray.create_sampling_rule(SamplingRule=rule("b", Host="shop.*", ReservoirSize=5))
    there.create_sampling_rule(SamplingRule=rule("old"))
    code, full, _ = run("export")
    assert code == 0
    assert at_other("import", "-", "--replace", "--dry-run", given=full)[0] == 0 and names(there) == ["old", "Default"]
    code, out, said = at_other("import", "-", "--replace", given=full)
    assert code == 0, said
    assert [(r["rule"], r["change"]) for r in rows(out) if r["change"] in ("removed", "unchanged")] == [
        ("old", "removed"), ("Default", "unchanged")]
    told = lambda client: [r["SamplingRule"] for r in client.get_sampling_rules()["SamplingRuleRecords"]]  # noqa: E731
    assert told(there) == told(xray)
    assert at_other("export")[1] == full
    assert {r["change"] for r in rows(at_other("import", "-", given=full)[1])} == {"unchanged"}

    code, local, said = run("export", "--as", "local", "--programs", "5")
    assert code == 6 and "rule a is left out: attributes" in said
    assert json.loads(local)["rules"] == [{"description": "b", "host": "shop.*", "http_method": "GET",
                                           "url_path": "/a/*", "fixed_target": 1, "rate": 0.05}]
    code, out, said = at_other("import", "-", "--replace", "--programs", "5", given=local)
    assert code == 0, said
    assert [(r["RuleName"], r["ReservoirSize"]) for r in told(there)] == [("b", 5), ("Default", 0)]
    wrong = full.replace('"FixedRate":0.05', '"FixedRate":7')
    code, out, said = at_other("import", "-", given=wrong)
    assert (code, out) == (2, "") and "rule b: FixedRate is 7, must be 0 to 1" in said
    # What the AWS CLI writes is read as well.
    code, out, said = at_other("import", "-", "--replace", given=json.dumps(
        {"SamplingRuleRecords": [{"SamplingRule": r, "CreatedAt": 1} for r in told(xray)]}))
    assert code == 0 and told(there) == told(xray), said


def test_drafts_are_simulated_by_the_command_line(tomo, server, xray):
    second = int(time.time()) - 100
    xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment(
        f"1-{second:08x}-{n:024x}", "shop", second + 0.5,
        http={"request": {"method": "GET", "url": f"http://shop.example/{'cart' if n % 2 else 'pay'}"}}))
        for n in range(20)])
    run = command_of(tomo, server)
    code, out, said = run("simulate", "--rule", "cart", "--path", "/cart", "--reservoir", "2", "--rate", "0")
    assert code == 0, said
    assert [(r["rule"], r["requests"], r["sampled"]) for r in rows(out)][0] == ("cart", "10", "2")
    assert rows(out)[-1]["requests"] == "20"
    told = json.loads(run("simulate", "-", "--only", "-o", "json", "--price", "10", given=json.dumps(
        {"version": 2, "default": {"fixed_target": 0, "rate": 0}, "rules": []}))[1])
    assert told["Total"]["Sampled"] == 0 and told["Total"]["CostOfAll"] == pytest.approx(20 * 10 / 1e6)
    assert [s["Operation"] for s in told["StarvedOperations"]] == ["GET /cart", "GET /pay"]
    assert names(xray) == ["Default"]

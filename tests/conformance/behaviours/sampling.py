"""The six operations of sampling."""
import os

from tests.conformance.suite import behaviour
from tests.conformance.world import World, close, holds, same


def rule(name: str, **members) -> dict:
    return {"RuleName": name, "ResourceARN": "*", "Priority": 100, "FixedRate": 0.05, "ReservoirSize": 2,
            "ServiceName": "shop-*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": "/pay/?",
            "Version": 1, **members}


def make_rule(world: World, tags: list | None = None, **members) -> dict:
    asked = {"SamplingRule": rule(world.name(), **members), **({"Tags": tags} if tags else {})}
    record = world.call("CreateSamplingRule", **asked)["SamplingRuleRecord"]
    world.later("DeleteSamplingRule", RuleName=record["SamplingRule"]["RuleName"])
    return record


def rules_of(world: World) -> dict:
    records = world.pages("GetSamplingRules", "SamplingRuleRecords")
    return {record["SamplingRule"]["RuleName"]: record for record in records}


def client_id() -> str:
    return os.urandom(12).hex()


def statistics(world: World, name: str, requests: int = 10, **members) -> dict:
    return {"RuleName": name, "ClientID": client_id(), "Timestamp": world.now, "RequestCount": requests,
            "SampledCount": 1, **members}


@behaviour("CreateSamplingRule", "makes a rule with what was said, its ARN and its times")
def makes_a_rule(world: World):
    record = make_rule(world, FixedRate=0.123, Attributes={"tier": "g*"})
    made = record["SamplingRule"]
    same({k: v for k, v in made.items() if k != "RuleARN"}, rule(made["RuleName"], FixedRate=0.123,
                                                                 Attributes={"tier": "g*"}))
    holds("the ARN is that of a rule", made["RuleARN"].endswith(f":sampling-rule/{made['RuleName']}"))
    for member in ("CreatedAt", "ModifiedAt"):
        holds(f"{member} is now", abs(record[member] - world.now) < 300)


@behaviour("CreateSamplingRule", "answers attributes that nobody set as {}")
def answers_no_attributes(world: World):
    same(make_rule(world)["SamplingRule"]["Attributes"], {})


@behaviour("CreateSamplingRule", "keeps SamplingRateBoost")
def keeps_boost(world: World):
    boost = {"MaxRate": 0.5, "CooldownWindowMinutes": 10}
    same(make_rule(world, SamplingRateBoost=boost)["SamplingRule"]["SamplingRateBoost"], boost)


@behaviour("CreateSamplingRule", "refuses a member that is too long or out of its range")
def refuses_rules(world: World):
    wrong = [{"Priority": 0}, {"Priority": 10000}, {"FixedRate": 1.5}, {"FixedRate": -0.1}, {"ReservoirSize": -1},
             {"Version": 2}, {"ServiceName": "x" * 65}, {"Host": "x" * 65}, {"HTTPMethod": "x" * 11},
             {"URLPath": "x" * 129}, {"ServiceType": "x" * 65}, {"ResourceARN": "x" * 501}, {"RuleName": "x" * 33},
             {"RuleName": "Default"}, {"Attributes": {f"k{n}": "v" for n in range(6)}},
             {"Attributes": {"k" * 33: "v"}}, {"Attributes": {"k": "v" * 33}}]
    for members in wrong:
        world.refused("InvalidRequestException", "CreateSamplingRule",
                      SamplingRule={**rule(world.name()), **members})


@behaviour("CreateSamplingRule", "refuses a name that is taken")
def refuses_taken_names(world: World):
    name = make_rule(world)["SamplingRule"]["RuleName"]
    world.refused("InvalidRequestException", "CreateSamplingRule", SamplingRule=rule(name))


@behaviour("CreateSamplingRule", "keeps 25 rules beside Default and refuses another", account_wide=True)
def keeps_25_rules(world: World):
    for _ in range(26 - len(rules_of(world))):
        make_rule(world)
    error = world.refused("RuleLimitExceededException", "CreateSamplingRule", SamplingRule=rule(world.name()))
    same(error.status, 400)


@behaviour("GetSamplingRules", "lists the rules with Default, all members in each")
def lists_rules(world: World):
    made = make_rule(world)
    rules = rules_of(world)
    same(rules[made["SamplingRule"]["RuleName"]], made)
    default = rules["Default"]["SamplingRule"]
    same(default["Priority"], 10000)
    for member in ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"):
        same((member, default[member]), (member, "*"))
    for record in rules.values():
        for member in ("Attributes", "Version", "Priority", "ReservoirSize", "FixedRate", "RuleARN"):
            holds(f"every rule has {member}", member in record["SamplingRule"])
        holds("every rule has its times", "CreatedAt" in record and "ModifiedAt" in record)


@behaviour("GetSamplingRules", "answers the same while nothing changes")
def answers_the_same(world: World):
    make_rule(world)
    same(world.call("GetSamplingRules"), world.call("GetSamplingRules"))


@behaviour("UpdateSamplingRule", "changes what is said, and leaves the rest")
def updates_a_rule(world: World):
    made = make_rule(world)
    name = made["SamplingRule"]["RuleName"]
    edited = world.call("UpdateSamplingRule", SamplingRuleUpdate={"RuleName": name, "FixedRate": 0.5,
                                                                  "URLPath": "/x"})["SamplingRuleRecord"]
    same(edited["SamplingRule"], {**made["SamplingRule"], "FixedRate": 0.5, "URLPath": "/x"})
    holds("ModifiedAt is not before CreatedAt", edited["ModifiedAt"] >= edited["CreatedAt"])
    same(rules_of(world)[name], edited)
    by_arn = world.call("UpdateSamplingRule", SamplingRuleUpdate={"RuleARN": made["SamplingRule"]["RuleARN"],
                                                                  "Priority": 7})["SamplingRuleRecord"]
    same(by_arn["SamplingRule"]["Priority"], 7)


@behaviour("UpdateSamplingRule", "refuses wrong members, both selectors, none, and a rule that is not there")
def refuses_updates(world: World):
    made = make_rule(world)["SamplingRule"]
    for update in ({"RuleName": made["RuleName"], "FixedRate": 2}, {"RuleName": made["RuleName"], "Priority": 0},
                   {"RuleName": made["RuleName"], "RuleARN": made["RuleARN"], "FixedRate": 0.1},
                   {"FixedRate": 0.1}, {"RuleName": world.name(), "FixedRate": 0.1},
                   {"RuleName": "Default", "Host": "x"}):
        world.refused("InvalidRequestException", "UpdateSamplingRule", SamplingRuleUpdate=update)
    same(rules_of(world)[made["RuleName"]]["SamplingRule"], made)


@behaviour("UpdateSamplingRule", "changes rate and reservoir of Default", account_wide=True)
def updates_default(world: World):
    before = rules_of(world)["Default"]["SamplingRule"]
    world.later("UpdateSamplingRule", SamplingRuleUpdate={
        "RuleName": "Default", "FixedRate": before["FixedRate"], "ReservoirSize": before["ReservoirSize"]})
    edited = world.call("UpdateSamplingRule", SamplingRuleUpdate={"RuleName": "Default", "FixedRate": 0.25,
                                                                  "ReservoirSize": 3})["SamplingRuleRecord"]
    same(edited["SamplingRule"], {**before, "FixedRate": 0.25, "ReservoirSize": 3})


@behaviour("DeleteSamplingRule", "deletes a rule by name or ARN, and answers with it")
def deletes_a_rule(world: World):
    for selector in ("RuleName", "RuleARN"):
        made = make_rule(world)
        deleted = world.call("DeleteSamplingRule", **{selector: made["SamplingRule"][selector]})["SamplingRuleRecord"]
        same(deleted["SamplingRule"], made["SamplingRule"])
        holds("it is gone", made["SamplingRule"]["RuleName"] not in rules_of(world))


@behaviour("DeleteSamplingRule", "refuses Default, both selectors, none, and a rule that is not there")
def refuses_deletes(world: World):
    made = make_rule(world)["SamplingRule"]
    for members in ({"RuleName": "Default"}, {"RuleName": world.name()}, {},
                    {"RuleName": made["RuleName"], "RuleARN": made["RuleARN"]}):
        world.refused("InvalidRequestException", "DeleteSamplingRule", **members)
    error = world.refused("InvalidRequestException", "DeleteSamplingRule", RuleName=world.name())
    holds("the message says so, as Terraform expects", "Sampling rule does not exist" in error.message)
    holds("it is still there", made["RuleName"] in rules_of(world))


@behaviour("GetSamplingTargets", "gives a client a quota, a rate and when to ask again")
def gives_targets(world: World):
    name = make_rule(world, ReservoirSize=2, FixedRate=0.3)["SamplingRule"]["RuleName"]
    document = statistics(world, name)
    answer = world.call("GetSamplingTargets", SamplingStatisticsDocuments=[document])
    [target] = answer["SamplingTargetDocuments"]
    same(target["RuleName"], name)
    close(target["FixedRate"], 0.3, 1e-9)
    holds("the interval is in seconds", target["Interval"] >= 1)
    same(answer["UnprocessedStatistics"], [])
    if "ReservoirQuota" in target:  # AWS may leave it out of a first answer
        holds("the quota is no more than the reservoir", 0 <= target["ReservoirQuota"] <= 2)
        holds("the quota holds for some time", target["ReservoirQuotaTTL"] > world.now)


@behaviour("GetSamplingTargets", "hands out no more than the reservoir, however many clients ask")
def hands_out_the_reservoir(world: World):
    name = make_rule(world, ReservoirSize=5)["SamplingRule"]["RuleName"]
    clients = [client_id() for _ in range(20)]
    quotas = {}
    for _ in range(2):
        for client in clients:
            [target] = world.call("GetSamplingTargets", SamplingStatisticsDocuments=[
                statistics(world, name, 100, ClientID=client)])["SamplingTargetDocuments"]
            quotas[client] = target.get("ReservoirQuota", 0)
    holds("the quotas add up to no more than the reservoir", sum(quotas.values()) <= 5)


@behaviour("GetSamplingTargets", "says when rules were last changed")
def says_when_rules_changed(world: World):
    make_rule(world)
    changed = max(record["ModifiedAt"] for record in rules_of(world).values())
    answer = world.call("GetSamplingTargets", SamplingStatisticsDocuments=[statistics(world, "Default")])
    holds("LastRuleModification is not before the newest ModifiedAt",
          answer["LastRuleModification"] >= int(changed))


@behaviour("GetSamplingTargets", "names statistics that it cannot use, and uses the others")
def names_unusable_statistics(world: World):
    name, missing = make_rule(world)["SamplingRule"]["RuleName"], world.name()
    answer = world.call("GetSamplingTargets", SamplingStatisticsDocuments=[
        statistics(world, missing), statistics(world, name)])
    same([each["RuleName"] for each in answer["SamplingTargetDocuments"]], [name])
    [unprocessed] = answer["UnprocessedStatistics"]
    same(unprocessed["RuleName"], missing)
    holds("it says why", unprocessed["ErrorCode"] and unprocessed["Message"])


@behaviour("GetSamplingTargets", "takes documents of boost beside the others")
def takes_boost(world: World):
    name = make_rule(world, SamplingRateBoost={"MaxRate": 0.9, "CooldownWindowMinutes": 1})["SamplingRule"]["RuleName"]
    boost = {"RuleName": name, "ServiceName": "shop", "Timestamp": world.now, "AnomalyCount": 0, "TotalCount": 5,
             "SampledAnomalyCount": 0}
    answer = world.call("GetSamplingTargets", SamplingStatisticsDocuments=[statistics(world, name)],
                        SamplingBoostStatisticsDocuments=[boost, {**boost, "RuleName": world.name()}])
    same([each["RuleName"] for each in answer["SamplingTargetDocuments"]], [name])
    same(len(answer["UnprocessedBoostStatistics"]), 1)


@behaviour("GetSamplingStatisticSummaries", "sums what clients reported")
def sums_statistics(world: World):
    name = make_rule(world)["SamplingRule"]["RuleName"]
    for _ in range(2):
        world.call("GetSamplingTargets", SamplingStatisticsDocuments=[
            statistics(world, name, 10, SampledCount=3, BorrowCount=1)])

    def summed():
        rows = [row for row in world.pages("GetSamplingStatisticSummaries", "SamplingStatisticSummaries")
                if row["RuleName"] == name]
        total = tuple(sum(row[member] for row in rows) for member in ("RequestCount", "SampledCount", "BorrowCount"))
        return rows if total == (20, 6, 2) else None

    for row in world.eventually(summed):
        holds("a window is of now", abs(row["Timestamp"] - world.now) < 300)

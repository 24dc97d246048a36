"""Encryption, resource policies, Transaction Search."""
import json

from tests.conformance.suite import behaviour
from tests.conformance.world import World, holds, same


@behaviour("GetEncryptionConfig", "says how data is encrypted")
def says_encryption(world: World):
    config = world.call("GetEncryptionConfig")["EncryptionConfig"]
    holds("Status is one of the model", config["Status"] in ("ACTIVE", "UPDATING"))
    holds("Type is one of the model", config["Type"] in ("NONE", "KMS"))
    same("KeyId" in config, config["Type"] == "KMS")


@behaviour("PutEncryptionConfig", "takes NONE, and is ACTIVE in the end", account_wide=True)
def takes_none(world: World):
    config = world.call("PutEncryptionConfig", Type="NONE")["EncryptionConfig"]
    same(config["Type"], "NONE")
    world.eventually(lambda: world.call("GetEncryptionConfig")["EncryptionConfig"] ==
                     {"Status": "ACTIVE", "Type": "NONE"})


@behaviour("PutEncryptionConfig", "refuses KMS without a key or with one that is not there, and NONE with a key")
def refuses_keys(world: World):
    world.refused("InvalidRequestException", "PutEncryptionConfig", Type="KMS")
    world.refused("InvalidRequestException", "PutEncryptionConfig", Type="KMS", KeyId="alias/" + world.name())
    world.refused("InvalidRequestException", "PutEncryptionConfig", Type="NONE", KeyId="alias/x")
    world.refused("InvalidRequestException", "PutEncryptionConfig", Type="AES")


def policy(effect: str = "Allow", action: str = "xray:PutTraceSegments", **more) -> str:
    statement = {"Sid": "a", "Effect": effect, "Principal": {"Service": "sns.amazonaws.com"}, "Action": [action],
                 "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def put_policy(world: World, **members) -> dict:
    members = {"PolicyName": world.name(), "PolicyDocument": policy(), **members}
    kept = world.call("PutResourcePolicy", **members)["ResourcePolicy"]
    world.later("DeleteResourcePolicy", PolicyName=kept["PolicyName"])
    return kept


@behaviour("PutResourcePolicy", "keeps a policy as it was sent, with a revision that each put changes")
def keeps_a_policy(world: World):
    document = policy()
    kept = put_policy(world, PolicyDocument=document)
    same(kept["PolicyDocument"], document)
    holds("it says when", abs(kept["LastUpdatedTime"] - world.now) < 300)
    again = world.call("PutResourcePolicy", PolicyName=kept["PolicyName"], PolicyDocument=document)["ResourcePolicy"]
    holds("the revision is another one", again["PolicyRevisionId"] != kept["PolicyRevisionId"])


@behaviour("PutResourcePolicy", "refuses a revision that is not the present one")
def refuses_old_revisions(world: World):
    kept = put_policy(world, PolicyRevisionId="0")
    again = {"PolicyName": kept["PolicyName"], "PolicyDocument": policy()}
    world.refused("InvalidPolicyRevisionIdException", "PutResourcePolicy", **again, PolicyRevisionId="0")
    world.call("PutResourcePolicy", **again, PolicyRevisionId=kept["PolicyRevisionId"])
    world.refused("InvalidPolicyRevisionIdException", "PutResourcePolicy", **again,
                  PolicyRevisionId=kept["PolicyRevisionId"])


@behaviour("PutResourcePolicy", "refuses what is no policy, is too large, or locks everybody out")
def refuses_policies(world: World):
    name = world.name()
    for document in ("no JSON", "{}", policy(effect="Maybe")):
        world.refused("MalformedPolicyDocumentException", "PutResourcePolicy", PolicyName=name, PolicyDocument=document)
    large = policy(Sid="x" * 6000)
    world.refused("PolicySizeLimitExceededException", "PutResourcePolicy", PolicyName=name, PolicyDocument=large)
    locked = policy(effect="Deny", action="xray:*", Principal="*")
    world.refused("LockoutPreventionException", "PutResourcePolicy", PolicyName=name, PolicyDocument=locked)


@behaviour("PutResourcePolicy", "keeps five policies and refuses a sixth")
def keeps_five(world: World):
    there = len(world.pages("ListResourcePolicies", "ResourcePolicies"))
    for _ in range(5 - there):
        put_policy(world)
    world.refused("PolicyCountLimitExceededException", "PutResourcePolicy", PolicyName=world.name(),
                  PolicyDocument=policy())


@behaviour("ListResourcePolicies", "lists the policies with what PutResourcePolicy answered")
def lists_policies(world: World):
    kept = put_policy(world)
    holds("it is there", kept in world.pages("ListResourcePolicies", "ResourcePolicies"))


@behaviour("DeleteResourcePolicy", "deletes a policy, and refuses another revision")
def deletes_a_policy(world: World):
    kept = put_policy(world)
    world.refused("InvalidPolicyRevisionIdException", "DeleteResourcePolicy", PolicyName=kept["PolicyName"],
                  PolicyRevisionId="999")
    same(world.call("DeleteResourcePolicy", PolicyName=kept["PolicyName"],
                    PolicyRevisionId=kept["PolicyRevisionId"]), {})
    names = [each["PolicyName"] for each in world.pages("ListResourcePolicies", "ResourcePolicies")]
    holds("it is gone", kept["PolicyName"] not in names)


@behaviour("GetTraceSegmentDestination", "says where segments go")
def says_where(world: World):
    answer = world.call("GetTraceSegmentDestination")
    holds("Destination is one of the model", answer["Destination"] in ("XRay", "CloudWatchLogs"))
    holds("Status is one of the model", answer["Status"] in ("PENDING", "ACTIVE"))


@behaviour("UpdateTraceSegmentDestination", "changes where segments go, and is ACTIVE in the end", account_wide=True)
def changes_where(world: World):
    before = world.call("GetTraceSegmentDestination")["Destination"]
    world.later("UpdateTraceSegmentDestination", Destination=before)
    other = "XRay" if before == "CloudWatchLogs" else "CloudWatchLogs"
    for destination in (other, before):
        same(world.call("UpdateTraceSegmentDestination", Destination=destination)["Destination"], destination)
        world.eventually(lambda: world.call("GetTraceSegmentDestination") ==
                         {"Destination": destination, "Status": "ACTIVE"})


@behaviour("UpdateTraceSegmentDestination", "refuses another destination, and the one that is set")
def refuses_elsewhere(world: World):
    present = world.call("GetTraceSegmentDestination")["Destination"]
    error = world.refused("InvalidRequestException", "UpdateTraceSegmentDestination", Destination=present)
    holds("the message says so, as Terraform expects", f"already set to {present}" in error.message)
    world.refused("InvalidRequestException", "UpdateTraceSegmentDestination", Destination="S3")


@behaviour("GetIndexingRules", "gives the one rule with its percentages")
def gives_the_rule(world: World):
    [rule] = world.pages("GetIndexingRules", "IndexingRules")
    same(rule["Name"], "Default")
    share = rule["Rule"]["Probabilistic"]
    for member in ("DesiredSamplingPercentage", "ActualSamplingPercentage"):
        holds(f"{member} is a percentage", 0 <= share[member] <= 100)


@behaviour("UpdateIndexingRule", "changes the percentage", account_wide=True)
def changes_the_rule(world: World):
    [before] = world.pages("GetIndexingRules", "IndexingRules")
    desired = before["Rule"]["Probabilistic"]["DesiredSamplingPercentage"]
    world.later("UpdateIndexingRule", Name="Default", Rule={"Probabilistic": {"DesiredSamplingPercentage": desired}})
    answer = world.call("UpdateIndexingRule", Name="Default",
                        Rule={"Probabilistic": {"DesiredSamplingPercentage": 12.5}})["IndexingRule"]
    same(answer["Rule"]["Probabilistic"]["DesiredSamplingPercentage"], 12.5)
    holds("it says when", abs(answer["ModifiedAt"] - world.now) < 300)


@behaviour("UpdateIndexingRule", "refuses a percentage beyond 100, and a rule that is not there")
def refuses_rules(world: World):
    world.refused("InvalidRequestException", "UpdateIndexingRule", Name="Default",
                  Rule={"Probabilistic": {"DesiredSamplingPercentage": 100.5}})
    error = world.refused("ResourceNotFoundException", "UpdateIndexingRule", Name=world.name(),
                          Rule={"Probabilistic": {"DesiredSamplingPercentage": 1}})
    same(error.status, 404)

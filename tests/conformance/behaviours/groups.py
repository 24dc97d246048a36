"""The five operations of groups, and the three of tags."""
from tests.conformance.suite import behaviour
from tests.conformance.world import World, holds, same

QUIET = {"InsightsEnabled": False, "NotificationsEnabled": False}


def make(world: World, **members) -> dict:
    group = world.call("CreateGroup", **{"GroupName": world.name(), "FilterExpression": "fault", **members})["Group"]
    world.later("DeleteGroup", GroupARN=group["GroupARN"])
    return group


@behaviour("CreateGroup", "makes a group with what was said, and an ARN")
def makes_a_group(world: World):
    name = world.name()
    group = make(world, GroupName=name, InsightsConfiguration={"InsightsEnabled": True, "NotificationsEnabled": True})
    same((group["GroupName"], group["FilterExpression"]), (name, "fault"))
    same(group["InsightsConfiguration"], {"InsightsEnabled": True, "NotificationsEnabled": True})
    holds("the ARN is that of a group", f":group/{name}/" in group["GroupARN"])


@behaviour("CreateGroup", "refuses a name that is taken, reserved or no name, and a wrong filter")
def refuses_names(world: World):
    taken = make(world)["GroupName"]
    for name in (taken, "Default", "not a name", "x" * 33):
        world.refused("InvalidRequestException", "CreateGroup", GroupName=name, FilterExpression="fault")
    world.refused("InvalidRequestException", "CreateGroup", GroupName=world.name(), FilterExpression="fault AND")
    world.refused("InvalidRequestException", "CreateGroup", GroupName=world.name(), FilterExpression="fault",
                  InsightsConfiguration={"InsightsEnabled": False, "NotificationsEnabled": True})


@behaviour("GetGroup", "finds a group by its name and by its ARN")
def finds_a_group(world: World):
    made = make(world)
    same(world.call("GetGroup", GroupName=made["GroupName"])["Group"], made)
    same(world.call("GetGroup", GroupARN=made["GroupARN"])["Group"], made)
    same(made["InsightsConfiguration"], QUIET)


@behaviour("GetGroup", "says 'Group not found' of one that is not there, as Terraform expects")
def says_not_found(world: World):
    error = world.refused("InvalidRequestException", "GetGroup", GroupName=world.name())
    same(error.status, 400)
    holds("the message says so", "Group not found" in error.message)
    world.refused("InvalidRequestException", "GetGroup")


@behaviour("GetGroups", "lists the groups, Default among them")
def lists_groups(world: World):
    made = make(world)
    groups = {group["GroupName"]: group for group in world.pages("GetGroups", "Groups")}
    same(groups[made["GroupName"]]["GroupARN"], made["GroupARN"])
    holds("Default is there", "Default" in groups)


@behaviour("UpdateGroup", "changes what is said, and leaves the rest")
def updates_a_group(world: World):
    made = make(world)
    edited = world.call("UpdateGroup", GroupName=made["GroupName"], FilterExpression="error")["Group"]
    same(edited, {**made, "FilterExpression": "error"})
    edited = world.call("UpdateGroup", GroupARN=made["GroupARN"],
                        InsightsConfiguration={"InsightsEnabled": True, "NotificationsEnabled": False})["Group"]
    same(edited["FilterExpression"], "error")
    same(edited["InsightsConfiguration"], {"InsightsEnabled": True, "NotificationsEnabled": False})
    same(world.call("GetGroup", GroupName=made["GroupName"])["Group"], edited)


@behaviour("UpdateGroup", "refuses a wrong filter and an unknown group, and changes nothing")
def refuses_updates(world: World):
    made = make(world)
    world.refused("InvalidRequestException", "UpdateGroup", GroupName=made["GroupName"], FilterExpression="fault AND")
    world.refused("InvalidRequestException", "UpdateGroup", GroupName=world.name(), FilterExpression="fault")
    same(world.call("GetGroup", GroupName=made["GroupName"])["Group"], made)


@behaviour("DeleteGroup", "deletes a group once, and never Default")
def deletes_a_group(world: World):
    made = make(world)
    same(world.call("DeleteGroup", GroupName=made["GroupName"]), {})
    error = world.refused("InvalidRequestException", "DeleteGroup", GroupName=made["GroupName"])
    holds("the message says so", "Group not found" in error.message)
    world.refused("InvalidRequestException", "DeleteGroup", GroupName="Default")


def tags_of(world: World, arn: str) -> dict:
    return {tag["Key"]: tag["Value"] for tag in world.pages("ListTagsForResource", "Tags", ResourceARN=arn)}


def missing_group_arn(made: dict) -> str:
    return made["GroupARN"].rsplit("/", 2)[0] + "/gone/" + "A" * 52


@behaviour("TagResource", "adds tags and replaces values")
def tags_a_resource(world: World):
    arn = make(world, Tags=[{"Key": "team", "Value": "a"}])["GroupARN"]
    same(world.call("TagResource", ResourceARN=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "k", "Value": ""}]), {})
    same(tags_of(world, arn), {"team": "b", "k": ""})


@behaviour("TagResource", "refuses reserved keys, more than 50 tags, and what is no resource")
def refuses_tags(world: World):
    made = make(world)
    world.refused("InvalidRequestException", "TagResource", ResourceARN=made["GroupARN"],
                  Tags=[{"Key": "aws:x", "Value": "1"}])
    many = [{"Key": f"k{n}", "Value": "v"} for n in range(51)]
    world.refused("TooManyTagsException", "TagResource", ResourceARN=made["GroupARN"], Tags=many)
    error = world.refused("ResourceNotFoundException", "TagResource", ResourceARN=missing_group_arn(made),
                          Tags=[{"Key": "a", "Value": "b"}])
    same(error.status, 404)
    same(tags_of(world, made["GroupARN"]), {})


@behaviour("UntagResource", "removes the keys that are there, and minds no other")
def untags_a_resource(world: World):
    made = make(world, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    same(world.call("UntagResource", ResourceARN=made["GroupARN"], TagKeys=["a", "none"]), {})
    same(tags_of(world, made["GroupARN"]), {"b": "2"})
    world.refused("ResourceNotFoundException", "UntagResource", ResourceARN=missing_group_arn(made), TagKeys=["a"])


@behaviour("ListTagsForResource", "lists the tags of a group and of a sampling rule")
def lists_tags(world: World):
    tags = [{"Key": "stage", "Value": "prod"}]
    same(tags_of(world, make(world, Tags=tags)["GroupARN"]), {"stage": "prod"})
    from tests.conformance.behaviours.sampling import make_rule

    rule = make_rule(world, tags=tags)["SamplingRule"]
    same(tags_of(world, rule["RuleARN"]), {"stage": "prod"})
    world.call("TagResource", ResourceARN=rule["RuleARN"], Tags=[{"Key": "more", "Value": "1"}])
    same(tags_of(world, rule["RuleARN"]), {"stage": "prod", "more": "1"})


@behaviour("ListTagsForResource", "refuses what is no resource, with its name")
def refuses_unknown_resources(world: World):
    arn = missing_group_arn(make(world))
    error = world.refused("ResourceNotFoundException", "ListTagsForResource", ResourceARN=arn)
    same(error.members.get("ResourceName"), arn)

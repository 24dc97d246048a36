"""The four operations of insights, as far as they can be seen without hours of history."""
import time
import uuid

from tests.conformance.suite import behaviour
from tests.conformance.world import World, holds, same


def watched(world: World) -> dict:
    group = world.call("CreateGroup", GroupName=world.name(), FilterExpression="fault",
                       InsightsConfiguration={"InsightsEnabled": True, "NotificationsEnabled": False})["Group"]
    world.later("DeleteGroup", GroupARN=group["GroupARN"])
    return group


@behaviour("GetInsightSummaries", "lists the insights of a group, by its name or ARN")
def lists_insights(world: World):
    group = watched(world)
    for key in ({"GroupName": group["GroupName"]}, {"GroupARN": group["GroupARN"]}):
        same(world.call("GetInsightSummaries", **world.range(), **key)["InsightSummaries"], [])
    world.call("GetInsightSummaries", **world.range(), GroupName="Default", States=["ACTIVE"], MaxResults=1)


@behaviour("GetInsightSummaries", "refuses no group, an unknown one, a turned or old range, and wrong members")
def refuses_listings(world: World):
    group = {"GroupName": watched(world)["GroupName"]}
    day = 86400
    for members in (world.range(), {**world.range(), "GroupName": world.name()},
                    {**group, "StartTime": int(world.now), "EndTime": int(world.now) - 60},
                    {**group, "StartTime": int(world.now) - 40 * day, "EndTime": int(world.now)},
                    {**world.range(), **group, "States": ["OPEN"]}, {**world.range(), **group, "MaxResults": 101},
                    {**world.range(), **group, "NextToken": "none"}):
        world.refused("InvalidRequestException", "GetInsightSummaries", **members)


@behaviour("GetInsight", "refuses an insight that is not there, and what is no id")
def refuses_an_insight(world: World):
    world.refused("InvalidRequestException", "GetInsight", InsightId=str(uuid.uuid4()))
    world.refused("InvalidRequestException", "GetInsight", InsightId="no-uuid")


@behaviour("GetInsightEvents", "refuses an insight that is not there, and wrong members")
def refuses_events(world: World):
    world.refused("InvalidRequestException", "GetInsightEvents", InsightId=str(uuid.uuid4()))
    world.refused("InvalidRequestException", "GetInsightEvents", InsightId=str(uuid.uuid4()), MaxResults=51)


@behaviour("GetInsightImpactGraph", "refuses an insight that is not there, and a range that is none")
def refuses_impact(world: World):
    world.refused("InvalidRequestException", "GetInsightImpactGraph", InsightId=str(uuid.uuid4()), **world.range())
    world.refused("InvalidRequestException", "GetInsightImpactGraph", InsightId=str(uuid.uuid4()),
                  StartTime=int(world.now) - 7 * 3600, EndTime=int(world.now))


def insights_of(world: World, group: str) -> list[dict]:
    now = int(time.time())
    return world.pages("GetInsightSummaries", "InsightSummaries", StartTime=now - 86400, EndTime=now, GroupName=group)


@behaviour("GetInsight", "gives what GetInsightSummaries listed, with its events and its graph, where there is one")
def gives_an_insight(world: World):
    groups = [group["GroupName"] for group in world.pages("GetGroups", "Groups")]
    listed = [insight for group in groups for insight in insights_of(world, group)]
    for summary in listed[:5]:
        insight = world.call("GetInsight", InsightId=summary["InsightId"])["Insight"]
        for member in ("InsightId", "GroupARN", "GroupName", "RootCauseServiceId", "Categories", "StartTime"):
            same(insight[member], summary[member])
        same(insight["Categories"], ["FAULT"])
        same("EndTime" in insight, insight["State"] == "CLOSED")
        events = world.pages("GetInsightEvents", "InsightEvents", InsightId=summary["InsightId"])
        holds("there is an event", events)
        graph = world.call("GetInsightImpactGraph", InsightId=summary["InsightId"],
                           StartTime=int(insight["StartTime"]), EndTime=int(insight["StartTime"]) + 3600)
        references = {service["ReferenceId"] for service in graph["Services"]}
        holds("every edge leads to a service of the answer",
              all(edge["ReferenceId"] in references for s in graph["Services"] for edge in s.get("Edges", [])))

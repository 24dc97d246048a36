"""GetServiceGraph, GetTimeSeriesServiceStatistics."""
from tests.conformance.suite import behaviour
from tests.conformance.world import World, close, failing_checkout, holds, same


def drawn(world: World, front: str, back: str) -> dict:
    """The graph as soon as both services stand in it: nodes by name."""
    def found():
        services = world.pages("GetServiceGraph", "Services", **world.range())
        nodes = {service["Name"]: service for service in services if service.get("Type") != "client"}
        if front not in nodes or back not in nodes or not nodes[front]["Edges"]:
            return None
        return {"all": services, "names": {s["ReferenceId"]: s["Name"] for s in services}, **nodes}

    return world.eventually(found)


def send(world: World) -> tuple[str, str]:
    front, back = world.name("front"), world.name("back")
    for _ in range(3):
        _, segments = failing_checkout(world, front, back)
        world.put(*segments)
    return front, back


@behaviour("GetServiceGraph", "draws services, clients and calls, with counts and times")
def draws_services(world: World):
    front, back = send(world)
    world.eventually(lambda: drawn(world, front, back)[front]["SummaryStatistics"]["TotalCount"] == 3)
    graph = drawn(world, front, back)
    statistics = graph[back]["SummaryStatistics"]
    same((statistics["TotalCount"], statistics["OkCount"], statistics["FaultStatistics"]["TotalCount"]), (3, 0, 3))
    close(statistics["TotalResponseTime"], 0.75, 0.01)
    same(sum(entry["Count"] for entry in graph[front]["ResponseTimeHistogram"]), 3)
    [call] = [e for e in graph[front]["Edges"] if graph["names"][e["ReferenceId"]] == back]
    same(call["SummaryStatistics"]["TotalCount"], 3)
    callers = [s for s in graph["all"] if graph[front]["ReferenceId"] in [e["ReferenceId"] for e in s["Edges"]]]
    same([(each["Type"], each["Name"]) for each in callers], [("client", front)])
    references = set(graph["names"])
    holds("every edge leads to a service of the answer",
          all(edge["ReferenceId"] in references for s in graph["all"] for edge in s["Edges"]))


@behaviour("GetServiceGraph", "draws the traces of a group alone, and refuses a group that is not there")
def draws_a_group(world: World):
    front = world.name("front")
    group = world.call("CreateGroup", GroupName=world.name(), FilterExpression=f'service("{front}")')["Group"]
    world.later("DeleteGroup", GroupARN=group["GroupARN"])
    for name in (front, world.name("other")):
        _, segments = failing_checkout(world, name, world.name("back"))
        world.put(*segments)

    def of_group():
        services = world.pages("GetServiceGraph", "Services", **world.range(), GroupName=group["GroupName"])
        return {s["Name"] for s in services if s["Name"].startswith(("front", "other"))}

    world.eventually(of_group)
    same(of_group(), {front})
    world.refused("InvalidRequestException", "GetServiceGraph", **world.range(), GroupName=world.name())


@behaviour("GetServiceGraph", "answers the range it speaks of, and refuses one that is none")
def answers_its_range(world: World):
    answer = world.call("GetServiceGraph", **world.range())
    holds("the answer begins before it ends", answer["StartTime"] < answer["EndTime"])
    same(answer["ContainsOldGroupVersions"], False)
    world.refused("InvalidRequestException", "GetServiceGraph", StartTime=int(world.now), EndTime=int(world.now) - 60)


@behaviour("GetTimeSeriesServiceStatistics", "counts by the period, of one service and of one call")
def counts_by_period(world: World):
    front, back = send(world)
    world.eventually(lambda: drawn(world, front, back)[front]["SummaryStatistics"]["TotalCount"] == 3)
    whole = {"StartTime": int(world.now) // 60 * 60 - 300, "EndTime": int(world.now) // 60 * 60 + 120}
    for selector, member in ((f'service("{back}")', "ServiceSummaryStatistics"),
                             (f'edge("{front}", "{back}")', "EdgeSummaryStatistics")):
        series = world.pages("GetTimeSeriesServiceStatistics", "TimeSeriesServiceStatistics", **whole,
                             EntitySelectorExpression=selector, Period=60)
        counted = [each for each in series if member in each]
        same(sum(each[member]["TotalCount"] for each in counted), 3)
        same(sum(each[member]["FaultStatistics"]["TotalCount"] for each in counted), 3)
        holds("every period begins with a minute", all(each["Timestamp"] % 60 == 0 for each in series))


@behaviour("GetTimeSeriesServiceStatistics", "refuses a selector that is none, and a forecast of everything")
def refuses_wrong_series(world: World):
    world.refused("InvalidRequestException", "GetTimeSeriesServiceStatistics", **world.range(),
                  EntitySelectorExpression="service(")
    world.refused("InvalidRequestException", "GetTimeSeriesServiceStatistics", **world.range(), ForecastStatistics=True)

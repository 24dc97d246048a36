"""BatchGetTraces, GetTraceSummaries, GetTraceGraph."""
from tests.conformance.suite import behaviour
from tests.conformance.world import World, close, failing_checkout, holds, same, segment


@behaviour("BatchGetTraces", "gives the segments of a trace, and those that it infers from calls")
def gives_segments(world: World):
    front, back = world.name("front"), world.name("back")
    trace, segments = failing_checkout(world, front, back)
    world.put(*segments)
    world.eventually(lambda: len(world.trace(trace)["Segments"]) == 3)
    its = world.trace(trace)
    same(its["Id"], trace)
    close(its["Duration"], 0.4)
    documents = {document["name"]: document for document in its["Documents"].values()}
    same(set(documents), {front, back, "DynamoDB"})
    holds("the call of DynamoDB is marked as inferred", documents["DynamoDB"].get("inferred"))
    same(documents[back]["parent_id"], segments[0]["subsegments"][0]["id"])


@behaviour("BatchGetTraces", "leaves out a trace that it does not have, and gives the others")
def leaves_out_unknown(world: World):
    trace, missing = world.trace_id(), world.trace_id()
    world.put(segment(trace, world.name(), world.now - 1))
    world.trace(trace)
    answer = world.call("BatchGetTraces", TraceIds=[missing, trace])
    same([each["Id"] for each in answer["Traces"]], [trace])


@behaviour("GetTraceSummaries", "tells of a trace what its segments say: times, faults, HTTP, user, annotations")
def tells_of_a_trace(world: World):
    front, back = world.name("front"), world.name("back")
    trace, segments = failing_checkout(world, front, back)
    world.put(*segments)
    world.eventually(lambda: len(world.trace(trace)["Segments"]) == 3)
    summary = world.eventually(lambda: (lambda s: s if len(s["ServiceIds"]) >= 3 else None)(world.summary(trace)))
    close(summary["Duration"], 0.4)
    close(summary["ResponseTime"], 0.4)
    same((summary["HasFault"], summary["HasError"], summary["HasThrottle"]), (True, False, False))
    same(summary["Http"], {"HttpURL": f"http://{front}/checkout", "HttpStatus": 502, "HttpMethod": "GET",
                           "UserAgent": "conformance", "ClientIp": "10.0.0.7"})
    same([user["UserName"] for user in summary["Users"]], ["ana"])
    same(summary["Annotations"]["tier"][0]["AnnotationValue"], {"StringValue": "gold"})
    same(summary["Annotations"]["items"][0]["AnnotationValue"], {"NumberValue": 3})
    same(summary["Annotations"]["first"][0]["AnnotationValue"], {"BooleanValue": True})
    same([each["Name"] for each in summary["Annotations"]["tier"][0]["ServiceIds"]], [front])
    same(summary["EntryPoint"]["Name"], front)
    same(summary["EntryPoint"]["Type"], "AWS::ECS::Container")
    holds("all services are named", {front, back} <= {each["Name"] for each in summary["ServiceIds"]})


@behaviour("GetTraceSummaries", "follows a fault to the service and the exception that it began with")
def finds_the_root_cause(world: World):
    front, back = world.name("front"), world.name("back")
    trace, segments = failing_checkout(world, front, back)
    world.put(*segments)
    summary = world.eventually(lambda: (lambda s: s if s.get("FaultRootCauses") and
                                        len(s["FaultRootCauses"][0]["Services"]) == 2 else None)(world.summary(trace)))
    [cause] = summary["FaultRootCauses"]
    same([service["Name"] for service in cause["Services"]], [front, back])
    origin = cause["Services"][-1]["EntityPath"][-1]
    same([(e["Name"], e["Message"]) for e in origin["Exceptions"]], [("CardError", "card declined")])
    holds("the client saw it", cause["ClientImpacting"])


@behaviour("GetTraceSummaries", "keeps to the filter expression")
def keeps_to_the_filter(world: World):
    front, back = world.name("front"), world.name("back")
    trace, segments = failing_checkout(world, front, back)
    world.put(*segments)
    world.eventually(lambda: len(world.trace(trace)["Segments"]) == 3)
    matching = (f'service("{front}")', f'service("{front}") {{ fault }}', f'edge("{front}", "{back}")',
                f'annotation[tier] = "gold" AND service("{back}")', f'http.url CONTAINS "{front}"',
                f'responsetime > 0.3 AND service("{front}")', f'user = "ana" AND service("{front}")')
    for expression in matching:
        world.summary(trace, FilterExpression=expression)
    for expression in (f'service("{front}") {{ ok }} AND service("{back}") {{ ok }}', f'edge("{back}", "{front}")',
                       f'service("{front}") AND annotation[tier] = "silver"', f'service("{front}") AND duration > 3'):
        found = world.pages("GetTraceSummaries", "TraceSummaries", **world.range(), FilterExpression=expression)
        same((expression, [each["Id"] for each in found]), (expression, []))


@behaviour("GetTraceSummaries", "refuses an expression that is none, and a time range that is none")
def refuses_wrong_questions(world: World):
    world.refused("InvalidRequestException", "GetTraceSummaries", **world.range(), FilterExpression="service(")
    turned = {"StartTime": int(world.now), "EndTime": int(world.now) - 60}
    world.refused("InvalidRequestException", "GetTraceSummaries", **turned)


@behaviour("GetTraceSummaries", "answers lists that are empty as empty lists, and how much it looked at")
def answers_empty_lists(world: World):
    trace = world.trace_id()
    world.put(segment(trace, world.name(), world.now - 1))
    summary = world.summary(trace)
    for member in ("Users", "FaultRootCauses", "ErrorRootCauses"):
        same(summary[member], [])
    same(summary["Annotations"], {})
    answer = world.call("GetTraceSummaries", **world.range())
    holds("TracesProcessedCount counts", answer["TracesProcessedCount"] >= 1)
    holds("ApproximateTime is a moment of the range",
          world.range()["StartTime"] <= answer["ApproximateTime"] <= world.range()["EndTime"])


@behaviour("GetTraceSummaries", "finds by TimeRangeType Event what was active in the range, whenever it began")
def finds_by_events(world: World):
    trace = world.trace_id()
    world.put(segment(trace, world.name(), world.now - 120, 119))
    late = {"StartTime": int(world.now - 60), "EndTime": int(world.now + 60), "TimeRangeType": "Event"}

    def found():
        summaries = world.pages("GetTraceSummaries", "TraceSummaries", **late)
        return next((each for each in summaries if each["Id"] == trace), None)

    world.eventually(found)


@behaviour("GetTraceGraph", "draws the services of one trace with the calls between them")
def draws_a_trace(world: World):
    front, back = world.name("front"), world.name("back")
    trace, segments = failing_checkout(world, front, back)
    world.put(*segments)
    world.eventually(lambda: len(world.trace(trace)["Segments"]) == 3)
    services = world.pages("GetTraceGraph", "Services", TraceIds=[trace])
    nodes = {service["Name"]: service for service in services if service.get("Type") != "client"}
    names = {service["ReferenceId"]: service["Name"] for service in services}
    same([names[edge["ReferenceId"]] for edge in nodes[front]["Edges"]], [back])
    same(nodes[back]["SummaryStatistics"]["FaultStatistics"]["TotalCount"], 1)
    same(nodes[front]["SummaryStatistics"]["TotalCount"], 1)

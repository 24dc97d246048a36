"""The four operations of trace retrieval."""
import json

from tests.conformance.suite import behaviour
from tests.conformance.world import World, failing_checkout, holds, same


def begun(world: World) -> tuple[str, str, str, str]:
    """A token for one trace: token, trace, front, back."""
    front, back = world.name("front"), world.name("back")
    trace, segments = failing_checkout(world, front, back)
    world.put(*segments)
    world.eventually(lambda: len(world.trace(trace)["Segments"]) == 3)
    token = world.call("StartTraceRetrieval", TraceIds=[trace], **world.range())["RetrievalToken"]
    world.later("CancelTraceRetrieval", RetrievalToken=token)
    return token, trace, front, back


def complete(world: World, operation: str, **members) -> dict:
    def answer():
        its = world.call(operation, **members)
        return its if its["RetrievalStatus"] == "COMPLETE" else None

    return world.eventually(answer)


@behaviour("StartTraceRetrieval", "gives a token")
def gives_a_token(world: World):
    token, *_ = begun(world)
    holds("the token is a text", isinstance(token, str) and 0 < len(token) <= 1020)


@behaviour("StartTraceRetrieval", "refuses a range that is none")
def refuses_starts(world: World):
    world.refused("InvalidRequestException", "StartTraceRetrieval", TraceIds=[world.trace_id()],
                  StartTime=int(world.now), EndTime=int(world.now) - 60)


@behaviour("ListRetrievedTraces", "gives the segments of the trace in X-Ray's format")
def lists_segments(world: World):
    token, trace, front, back = begun(world)
    answer = complete(world, "ListRetrievedTraces", RetrievalToken=token)
    same(answer["TraceFormat"], "XRAY")
    same([each["Id"] for each in answer["Traces"]], [trace])
    names = {json.loads(span["Document"])["name"] for span in answer["Traces"][0]["Spans"]}
    holds("both segments are there", {front, back} <= names)


@behaviour("ListRetrievedTraces", "gives its spans in OpenTelemetry's format")
def lists_spans(world: World):
    token, trace, front, back = begun(world)
    answer = complete(world, "ListRetrievedTraces", RetrievalToken=token, TraceFormat="OTEL")
    same(answer["TraceFormat"], "OTEL")
    names = {json.loads(span["Document"])["name"] for span in answer["Traces"][0]["Spans"]}
    holds("both segments are there", {front, back} <= names)


@behaviour("ListRetrievedTraces", "refuses a token that it did not give")
def refuses_tokens(world: World):
    same(world.refused("ResourceNotFoundException", "ListRetrievedTraces", RetrievalToken=world.name()).status, 404)


@behaviour("GetRetrievedTracesGraph", "draws the services of the traces")
def draws_retrieved(world: World):
    token, _, front, back = begun(world)
    answer = complete(world, "GetRetrievedTracesGraph", RetrievalToken=token)
    names = {each["Service"]["Name"] for each in answer["Services"]}
    holds("both services are there", {front, back} <= names)


@behaviour("GetRetrievedTracesGraph", "refuses a token that it did not give")
def refuses_graph_tokens(world: World):
    world.refused("ResourceNotFoundException", "GetRetrievedTracesGraph", RetrievalToken=world.name())


@behaviour("CancelTraceRetrieval", "ends a retrieval, and refuses a token that it did not give")
def cancels(world: World):
    token, *_ = begun(world)
    same(world.call("CancelTraceRetrieval", RetrievalToken=token), {})
    world.refused("ResourceNotFoundException", "CancelTraceRetrieval", RetrievalToken=world.name())

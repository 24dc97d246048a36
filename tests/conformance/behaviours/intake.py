"""PutTraceSegments, PutTelemetryRecords."""
import json

from tests.conformance.suite import behaviour
from tests.conformance.world import World, holds, same, segment


@behaviour("PutTraceSegments", "takes a segment, and gives it back by BatchGetTraces")
def takes_a_segment(world: World):
    trace = world.trace_id()
    sent = segment(trace, world.name(), world.now - 1, annotations={"a": "b"}, metadata={"default": {"n": [1, 2]}})
    world.put(sent)
    [document] = world.trace(trace)["Documents"].values()
    for member in ("id", "name", "trace_id", "annotations", "metadata"):
        same(document[member], sent[member])


@behaviour("PutTraceSegments", "names a document that it cannot take in UnprocessedTraceSegments, and keeps the others")
def names_what_it_cannot_take(world: World):
    trace = world.trace_id()
    good = segment(trace, world.name(), world.now - 1)
    bad = {**segment(trace, world.name(), world.now - 1), "trace_id": "1-no"}
    answer = world.call("PutTraceSegments", TraceSegmentDocuments=[json.dumps(bad), "{", json.dumps(good)])
    unprocessed = answer["UnprocessedTraceSegments"]
    same(len(unprocessed), 2)
    for each in unprocessed:
        holds("an unprocessed segment has an ErrorCode and a Message", each.get("ErrorCode") and each.get("Message"))
    holds("the bad segment is named by its id", bad["id"] in [each.get("Id") for each in unprocessed])
    same(list(world.trace(trace)["Documents"]), [good["id"]])


@behaviour("PutTraceSegments", "answers an empty list when all is well")
def answers_an_empty_list(world: World):
    same(world.call("PutTraceSegments", TraceSegmentDocuments=[]).get("UnprocessedTraceSegments"), [])


@behaviour("PutTraceSegments", "joins a subsegment that was sent alone to its segment")
def joins_fragments(world: World):
    trace = world.trace_id()
    parent = segment(trace, world.name(), world.now - 1)
    child = {**segment(trace, "inner", world.now - 1, 0.1), "type": "subsegment", "parent_id": parent["id"]}
    world.put(parent, child)

    def joined():
        document = world.trace(trace)["Documents"].get(parent["id"], {})
        return [each["id"] for each in document.get("subsegments", [])] == [child["id"]]

    world.eventually(joined)


@behaviour("PutTraceSegments", "replaces a segment in progress by its end")
def replaces_what_was_in_progress(world: World):
    trace = world.trace_id()
    ended = segment(trace, world.name(), world.now - 1)
    begun = {key: value for key, value in ended.items() if key != "end_time"} | {"in_progress": True}
    world.put(begun)
    world.put(ended)
    world.eventually(lambda: "end_time" in world.trace(trace)["Documents"][ended["id"]])


@behaviour("PutTelemetryRecords", "takes the record that the daemon sends each minute")
def takes_telemetry(world: World):
    errors = {name: 0 for name in ("TimeoutCount", "ConnectionRefusedCount", "HTTPCode4XXCount", "HTTPCode5XXCount",
                                   "UnknownHostCount", "OtherCount")}
    record = {"Timestamp": world.now, "SegmentsReceivedCount": 1, "SegmentsSentCount": 1, "SegmentsSpilloverCount": 0,
              "SegmentsRejectedCount": 0, "BackendConnectionErrors": errors}
    same(world.call("PutTelemetryRecords", TelemetryRecords=[record], EC2InstanceId="", Hostname="", ResourceARN=""), {})

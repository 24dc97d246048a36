"""What behaviours stand on: names and ids of their own, documents, patience, and a broom."""
import json
import os
import time

from tests.conformance.clients import Client, NotSent, ServiceError


class World:
    """One behaviour's. What it made is removed afterwards, whatever came of it."""

    def __init__(self, client: Client, patience: float):
        self.client, self.patience = client, patience
        self.now = time.time()
        self.not_sent: list[NotSent] = []
        self._made: list[tuple[str, dict]] = []

    def call(self, operation: str, **members) -> dict:
        return self.client.call(operation, **members)

    def later(self, operation: str, **members):
        """Calls it when the behaviour is over; what is gone by then is fine."""
        self._made.append((operation, members))

    def clean(self):
        for operation, members in reversed(self._made):
            try:
                self.client.call(operation, **members)
            except (ServiceError, NotSent):
                pass  # the behaviour removed it itself

    def refused(self, code: str, operation: str, **members) -> ServiceError | None:
        """The call must end in that exception, with a sentence. None if the SDK does not send it: that is noted."""
        try:
            answer = self.call(operation, **members)
        except ServiceError as error:
            same(error.code, code)
            assert error.message, "the exception has no message"
            return error
        except NotSent as error:
            self.not_sent.append(error)
            return None
        raise AssertionError(f"{operation} answered {answer!r}, not {code}")

    def eventually(self, probe):
        """What `probe` returns once it is truthy: services index what they take a while later."""
        deadline = time.monotonic() + self.patience
        while True:
            value = probe()
            if value or time.monotonic() > deadline:
                assert value, f"not within {self.patience} s"
                return value
            time.sleep(0.1 if self.patience < 60 else 2)

    def pages(self, operation: str, list_member: str, **members) -> list:
        """All elements of a list that comes in pages."""
        found, token = [], None
        while True:
            answer = self.call(operation, **members, **({"NextToken": token} if token else {}))
            found += answer.get(list_member, [])
            token = answer.get("NextToken")
            if not token:
                return found

    def name(self, kind: str = "c") -> str:
        return f"{kind}-{os.urandom(6).hex()}"

    def trace_id(self) -> str:
        return f"1-{int(self.now):08x}-{os.urandom(12).hex()}"

    def put(self, *documents: dict):
        answer = self.call("PutTraceSegments", TraceSegmentDocuments=[json.dumps(each) for each in documents])
        same(answer["UnprocessedTraceSegments"], [])

    def trace(self, trace: str) -> dict:
        """As BatchGetTraces has it, with its documents parsed."""

        def found():
            traces = self.call("BatchGetTraces", TraceIds=[trace])["Traces"]
            return traces and traces[0]

        its = self.eventually(found)
        return {**its, "Documents": {s["Id"]: json.loads(s["Document"]) for s in its["Segments"]}}

    def summary(self, trace: str, **members) -> dict:
        """As GetTraceSummaries has it."""

        def found():
            summaries = self.pages("GetTraceSummaries", "TraceSummaries", **self.range(), **members)
            return next((each for each in summaries if each["Id"] == trace), None)

        return self.eventually(found)

    def range(self, before: float = 600, after: float = 60) -> dict:
        return {"StartTime": int(self.now - before), "EndTime": int(self.now + after)}


def span_id() -> str:
    return os.urandom(8).hex()


def segment(trace: str, name: str, start: float, seconds: float = 0.25, **members) -> dict:
    return {"trace_id": trace, "id": span_id(), "name": name, "start_time": start, "end_time": start + seconds,
            **members}


def failing_checkout(world: World, front: str, back: str) -> tuple[str, list[dict]]:
    """A front that calls a back, which calls DynamoDB and fails: the trace's id and its two segments."""
    trace, start = world.trace_id(), world.now - 1
    call = {"id": span_id(), "name": back, "namespace": "remote", "start_time": start + 0.05, "end_time": start + 0.35,
            "fault": True, "http": {"request": {"method": "POST", "url": f"http://{back}/pay"},
                                    "response": {"status": 500}}}
    table = {"id": span_id(), "name": "DynamoDB", "namespace": "aws", "start_time": start + 0.1,
             "end_time": start + 0.2, "aws": {"operation": "GetItem", "table_name": "orders"},
             "http": {"response": {"status": 200}}}
    first = segment(trace, front, start, 0.4, origin="AWS::ECS::Container", user="ana", fault=True,
                    annotations={"tier": "gold", "items": 3, "first": True}, subsegments=[call],
                    http={"request": {"method": "GET", "url": f"http://{front}/checkout", "client_ip": "10.0.0.7",
                                      "user_agent": "conformance"}, "response": {"status": 502}})
    second = segment(trace, back, start + 0.07, 0.25, parent_id=call["id"], fault=True, subsegments=[table],
                     cause={"working_directory": "/", "exceptions": [
                         {"id": span_id(), "type": "CardError", "message": "card declined"}]})
    return trace, [first, second]


def same(found, wanted):
    assert found == wanted, f"{found!r} is not {wanted!r}"


def close(found: float, wanted: float, by: float = 0.002):
    assert abs(found - wanted) <= by, f"{found!r} is not about {wanted!r}"


def holds(sentence: str, condition):
    assert condition, f"it does not hold that {sentence}"

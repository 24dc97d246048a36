"""Segment documents for the end-to-end tests."""
import json
import os
import time


def trace_id(now: float | None = None) -> str:
    return f"1-{int(now or time.time()):08x}-{os.urandom(12).hex()}"


def span_id() -> str:
    return os.urandom(8).hex()


def segment(trace: str, name: str = "front", start: float | None = None, seconds: float = 0.25, **more) -> dict:
    start = start if start is not None else time.time() - 1
    return {"name": name, "id": span_id(), "trace_id": trace, "start_time": start,
            "end_time": start + seconds, **more}


def checkout(trace: str, now: float) -> list[str]:
    """A front that calls a back, which reads a DynamoDB table; the back fails."""
    front, back = segment(trace, "front", now, 0.4), segment(trace, "back", now + 0.05, 0.2)
    call = {"id": span_id(), "name": "back", "namespace": "remote", "start_time": now + 0.04,
            "end_time": now + 0.3, "http": {"request": {"method": "POST", "url": "http://back/pay"},
                                            "response": {"status": 500}}, "fault": True}
    table = {"id": span_id(), "name": "DynamoDB", "namespace": "aws", "start_time": now + 0.06,
             "end_time": now + 0.1, "aws": {"operation": "GetItem", "table_name": "orders"},
             "http": {"response": {"status": 200}}}
    front |= {"origin": "AWS::EC2::Instance", "user": "ana", "annotations": {"tier": "gold", "items": 3},
              "http": {"request": {"method": "GET", "url": "http://shop/checkout", "client_ip": "10.0.0.7"},
                       "response": {"status": 502}}, "fault": True, "subsegments": [call]}
    back |= {"parent_id": call["id"], "fault": True, "subsegments": [table],
             "cause": {"exceptions": [{"id": span_id(), "type": "CardError", "message": "card declined"}]}}
    return [json.dumps(front), json.dumps(back)]

"""Asks the X-Ray SDK for Python, for some seconds, what to sample by the rules of the server; prints what came of it."""
import json
import sys
import time

from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.models import http
from aws_xray_sdk.core.models.trace_header import TraceHeader
from aws_xray_sdk.ext.util import calculate_sampling_decision

path, rate, warm_up, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
xray_recorder.configure(service="front", sampling=True, context_missing="LOG_ERROR")
begun = time.monotonic()
counts = {"requests": 0, "sampled": 0, "seconds": seconds}
sent = 0
while (passed := time.monotonic() - begun) < warm_up + seconds:
    request = {"host": "front", "method": "GET", "path": path, "service": "front"}
    decision = calculate_sampling_decision(TraceHeader(), xray_recorder, request)
    segment = xray_recorder.begin_segment("front", sampling=decision)
    if decision:
        segment.put_http_meta(http.URL, f"http://front{path}")
        if decision is not True and not isinstance(decision, int):
            segment.set_rule_name(decision)
    xray_recorder.end_segment()
    if passed >= warm_up:
        counts["requests"] += 1
        counts["sampled"] += 1 if decision else 0
    sent += 1
    time.sleep(max(0.0, begun + sent / rate - time.monotonic()))
print(json.dumps(counts), flush=True)

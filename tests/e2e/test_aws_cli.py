"""The AWS CLI as people have it: the current one of PyPI, and Debian's version 2."""
import json
import os
import subprocess
import sys
import time

import pytest

from tests.e2e.documents import checkout, trace_id

CLIS = {"pypi": os.path.join(os.path.dirname(sys.executable), "aws"), "debian": "/usr/bin/aws"}


@pytest.fixture(params=CLIS)
def aws(request, server, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_DEFAULT_REGION": "eu-west-1",
                   "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "LC_ALL": "C.UTF-8",
                   "AWS_EC2_METADATA_DISABLED": "true"}

    def run(*arguments: str):
        done = subprocess.run([CLIS[request.param], "xray", *arguments, "--endpoint-url", server.endpoint,
                               "--output", "json"], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return json.loads(done.stdout or "{}")  # operations without output members print nothing

    return run


def test_the_five_calls_of_the_first_day(aws):
    now = time.time() - 5
    trace = trace_id(now)
    put = aws("put-trace-segments", "--trace-segment-documents", *checkout(trace, now))
    assert put == {"UnprocessedTraceSegments": []}

    [got] = aws("batch-get-traces", "--trace-ids", trace)["Traces"]
    names = sorted(json.loads(s["Document"])["name"] for s in got["Segments"])
    assert names == ["DynamoDB", "back", "front"]

    window = ["--start-time", str(int(now) - 60), "--end-time", str(int(now) + 60)]
    assert [s["Id"] for s in aws("get-trace-summaries", *window)["TraceSummaries"]] == [trace]
    graph = aws("get-service-graph", *window)["Services"]
    assert sorted(s["Name"] for s in graph) == ["back", "front", "front", "orders"]
    assert len(aws("get-trace-graph", "--trace-ids", trace)["Services"]) == 4

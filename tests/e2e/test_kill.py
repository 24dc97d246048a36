"""kill -9 under load: every segment that was acknowledged is there, once, after the next start."""
import json
import random
import threading

from tests.conftest import xray_client
from tests.e2e.documents import segment, trace_id

WRITERS = 3


class Writer(threading.Thread):
    """Sends batches until the server is gone; remembers what was acknowledged."""

    def __init__(self, endpoint: str):
        super().__init__()
        self.xray, self.acknowledged = xray_client(endpoint), []

    def run(self):
        while True:
            trace = trace_id()
            texts = [json.dumps(segment(trace, f"s{i}")) for i in range(random.randrange(1, 20))]
            try:
                answer = self.xray.put_trace_segments(TraceSegmentDocuments=texts)
            except Exception:
                return
            assert answer["UnprocessedTraceSegments"] == []
            self.acknowledged.append((trace, texts))


def test_no_acknowledged_segment_is_lost(make_server, request):
    rounds = request.config.getoption("--kill-rounds")
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    # Short seal and flush times put kills into every stage of a document's life.
    server = make_server("--log-level", "warn")
    expected: list[tuple[str, list[str]]] = []
    for _ in range(rounds):
        writers = [Writer(server.endpoint) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        threading.Event().wait(chance.uniform(0.05, 0.6))
        server.kill()
        for writer in writers:
            writer.join()
            expected += writer.acknowledged
        server.start()
        check(server, chance.sample(expected, min(len(expected), 200)))
    check(server, expected)
    assert server.stop() == 0, server.log()


def check(server, expected):
    xray = xray_client(server.endpoint)
    for i in range(0, len(expected), 5):
        chunk = dict(expected[i:i + 5])
        answer = xray.batch_get_traces(TraceIds=list(chunk))
        assert answer["UnprocessedTraceIds"] == []
        got = {t["Id"]: sorted(s["Document"] for s in t["Segments"]) for t in answer["Traces"]}
        assert got == {trace: sorted(texts) for trace, texts in chunk.items()}

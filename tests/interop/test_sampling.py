"""The real X-Ray SDKs for Python and Node obey rules that the AWS CLI made: measured rates are those of the rule."""
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import xray_client
from tests.interop.test_sdk_apps import APPS, node_apps  # noqa: F401 (a fixture)

RESERVOIR, RATE, REQUESTS = 5, 0.2, 40  # a second
WARM_UP, SECONDS = 13, 30  # the first target comes ten seconds after the first rules
CLI = os.path.join(os.path.dirname(sys.executable), "aws")


def create_rule(server, name: str, reservoir: int = RESERVOIR):
    rule = {"RuleName": name, "ResourceARN": "*", "Priority": 7, "FixedRate": RATE, "ReservoirSize": reservoir,
            "ServiceName": "*", "ServiceType": "*", "Host": "*", "HTTPMethod": "*", "URLPath": f"/{name}/*",
            "Version": 1}
    environment = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "key",
                   "AWS_SECRET_ACCESS_KEY": "secret"}
    subprocess.run([CLI, "xray", "create-sampling-rule", "--sampling-rule", json.dumps(rule), "--endpoint-url",
                    server.endpoint], env=environment, check=True, capture_output=True, timeout=60)


def start(server, *command: str) -> subprocess.Popen:
    arguments = [str(REQUESTS), str(WARM_UP), str(SECONDS)]
    return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "AWS_XRAY_DAEMON_ADDRESS": server.daemon})


def result(process: subprocess.Popen) -> dict:
    out, _ = process.communicate(timeout=WARM_UP + SECONDS + 60)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


def check(what: str, counts: dict, from_reservoir: float):
    """from_reservoir: a second; of the others so many as the rate says, within four deviations."""
    others = counts["requests"] - from_reservoir * SECONDS
    expected = from_reservoir * SECONDS + RATE * others
    noise = 4 * (others * RATE * (1 - RATE)) ** 0.5 + from_reservoir  # and one second at the edge
    print(f"{what}: {counts['requests'] / SECONDS:.1f} requests/s, sampled {counts['sampled'] / SECONDS:.2f}/s, "
          f"by the rule {expected / SECONDS:.2f}/s +- {noise / SECONDS:.2f}")
    assert abs(counts["sampled"] - expected) <= noise


@pytest.fixture
def node_sampled(node_apps):  # noqa: F811
    shutil.copy(APPS / "node_sampled.js", node_apps)
    return str(node_apps / "node_sampled.js")


def test_sdks_sample_as_the_rules_say(server, node_sampled):
    for name in ("python", "pair", "node"):
        create_rule(server, name)
    python = str(APPS / "python_sampled.py")
    alone = start(server, sys.executable, python, "/python/x")
    pair = [start(server, sys.executable, python, "/pair/x") for _ in range(2)]
    node = start(server, "node", node_sampled, "/node/x")

    check("Python, one program", result(alone), RESERVOIR)
    both = [result(each) for each in pair]
    check("Python, two programs together",
          {key: both[0][key] + both[1][key] for key in ("requests", "sampled")}, RESERVOIR)
    # Its SDK takes every quota for expired, and borrows one a second.
    check("Node, one program", result(node), 1)

    summaries = xray_client(server.endpoint).get_sampling_statistic_summaries()["SamplingStatisticSummaries"]
    matched = {name: sum(s["RequestCount"] for s in summaries if s["RuleName"] == name)
               for name in ("python", "pair", "node")}
    print(f"told by the programs: {matched}")
    assert all(count > REQUESTS * SECONDS / 2 for count in matched.values())

"""Samplers that others wrote obey rules that the AWS CLI created: asked at a steady pace, they sample what the rules say.

Each program (samplers/) has a server of its own, so that it has the reservoirs alone, and makes 15,000 decisions in 44
seconds: long enough for three rounds of targets, which the SDKs fetch every 10 seconds, some of them leaving one out.
Until then they borrow one a second from a reservoir, or have the small quota that a new client gets; the last 12 seconds
are measured, when all have what they need:

    expected = seconds × quota + (asked − seconds × quota) × FixedRate
    within   = 4 σ of the fixed rate's draws + one second's quota at the edges of the measured time

and over all seconds no more than reservoir and rate allow. Rates are printed: pytest -s.
"""
import dataclasses
import json
import math
import os
import pathlib
import subprocess
import sys

import pytest

from tests.conftest import Server
from tests.interop.builds import go_program, java_program, node_program, python_program

SAMPLERS = pathlib.Path(__file__).parent / "samplers"
SECONDS, STEADY = 44, 12

RULES = {
    "checkout": {"Priority": 10, "ServiceName": "shop", "HTTPMethod": "POST", "URLPath": "/checkout/*",
                 "ReservoirSize": 10, "FixedRate": 0.1},
    "never": {"Priority": 20, "URLPath": "/health*", "ReservoirSize": 0, "FixedRate": 0},
    "always": {"Priority": 30, "HTTPMethod": "DELETE", "ReservoirSize": 0, "FixedRate": 1},
    "by-name": {"Priority": 40, "ServiceName": "billing-?", "ReservoirSize": 0, "FixedRate": 0.3},
}
DEFAULT = {"ReservoirSize": 1, "FixedRate": 0.05}  # as X-Ray has it when nothing is set

SHAPES = {  # one for each rule, by the rule's name
    "checkout": {"service": "shop", "method": "POST", "path": "/checkout/42", "per_second": 100},
    "never": {"service": "shop", "method": "GET", "path": "/healthz", "per_second": 20},
    "always": {"service": "shop", "method": "DELETE", "path": "/cart/1", "per_second": 20},
    "by-name": {"service": "billing-7", "method": "GET", "path": "/bill", "per_second": 100},
    "Default": {"service": "shop", "method": "GET", "path": "/", "per_second": 100},
}


@dataclasses.dataclass(frozen=True)
class Sampler:
    command: object  # of a folder: what to run
    names_rules: bool = True
    quota_max: float = math.inf  # what it is able to take


XRAY_PYTHON = [sys.executable, str(SAMPLERS / "python/xray_sdk.py")]
ADOT = ["opentelemetry-sdk", "cachetools", "requests"], ["aws-opentelemetry-distro==0.21.0"]
PROGRAMS = {
    "X-Ray SDK for Python": Sampler(lambda folder: XRAY_PYTHON),
    # It takes every quota for outdated (seconds are divided by 1000 once more), and borrows one a second instead.
    "X-Ray SDK for Node": Sampler(lambda f: node_program(SAMPLERS / "javascript", f, "xray_sdk.js"), quota_max=1),
    "X-Ray SDK for Java": Sampler(lambda folder: java_program(SAMPLERS / "java", folder, "sampler.XRaySdk")),
    "X-Ray SDK for Go": Sampler(lambda folder: go_program(SAMPLERS / "go", folder)),
    "OpenTelemetry sampler in JavaScript": Sampler(
        lambda f: node_program(SAMPLERS / "javascript", f, "opentelemetry.js"), names_rules=False),
    "ADOT sampler in Python": Sampler(
        lambda f: python_program(SAMPLERS / "python", f, "adot.py", *ADOT), names_rules=False),
}


def create_rules(server: Server, folder: pathlib.Path, rules: dict[str, dict]):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_DEFAULT_REGION": "eu-west-1",
                   "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"}
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    for name, members in rules.items():
        rule = {"RuleName": name, "ResourceARN": "*", "ServiceName": "*", "ServiceType": "*", "Host": "*",
                "HTTPMethod": "*", "URLPath": "*", "Version": 1, **members}
        subprocess.run([aws, "xray", "create-sampling-rule", "--sampling-rule", json.dumps(rule), "--endpoint-url",
                        server.endpoint], env=environment, check=True, capture_output=True, timeout=60)


@dataclasses.dataclass
class Built:
    folder: pathlib.Path
    command: list[str]
    skipped: str = ""


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> dict[str, Built]:
    built = {}
    for name, sampler in PROGRAMS.items():
        folder = tmp_path_factory.mktemp(name.replace(" ", "-"))
        try:
            built[name] = Built(folder, sampler.command(folder))
        except pytest.skip.Exception as skipped:
            built[name] = Built(folder, [], str(skipped))
    return built


def measure(programs: dict[str, Built], daemons: dict[str, str], shapes: dict[str, dict]) -> dict[str, dict]:
    """What each program counted; they run side by side, each against the port 2000 that is given for it."""
    wanted = json.dumps([{"name": name, "host": "shop.example.com", **shape} for name, shape in shapes.items()])
    running, counted = {}, {}
    try:
        for name, daemon in daemons.items():
            with open(programs[name].folder / "log", "ab") as log:
                process = subprocess.Popen(
                    [*programs[name].command, str(SECONDS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                    text=True, cwd=programs[name].folder, env={**os.environ, "AWS_XRAY_DAEMON_ADDRESS": daemon})
            running[name] = process
            process.stdin.write(wanted)
            process.stdin.close()
            process.stdin = None
        for name, process in running.items():
            *_, last = process.communicate(timeout=SECONDS + 60)[0].splitlines()  # some SDKs log there too
            counted[name] = json.loads(last)
        return counted
    finally:
        for process in running.values():
            process.kill()


@pytest.fixture(scope="module")
def counted(tomo, programs, tmp_path_factory) -> dict[str, dict]:
    servers = {}
    try:
        for name, built in programs.items():
            if not built.skipped:
                servers[name] = Server(tomo, tmp_path_factory.mktemp("data")).start()
                create_rules(servers[name], built.folder, RULES)
        return measure(programs, {name: server.daemon for name, server in servers.items()}, SHAPES)
    finally:
        for server in servers.values():
            assert server.stop() == 0, server.log()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_sampler_obeys(programs, counted, name):
    if programs[name].skipped:
        pytest.skip(programs[name].skipped)
    sampler, wrong = PROGRAMS[name], []
    for rule, row in counted[name].items():
        limits = RULES.get(rule, DEFAULT)
        reservoir, rate = limits["ReservoirSize"], limits["FixedRate"]
        quota = min(reservoir, sampler.quota_max)
        asked, sampled = sum(row["asked"][-STEADY:]), sum(row["sampled"][-STEADY:])
        drawn = asked - STEADY * quota
        expected = STEADY * quota + drawn * rate
        within = 4 * math.sqrt(drawn * rate * (1 - rate)) + quota
        whole, ever = sum(row["asked"]), sum(row["sampled"])
        most = (SECONDS + 1) * reservoir + whole * rate + 4 * math.sqrt(whole * rate * (1 - rate))
        is_right = (abs(sampled - expected) <= within and ever <= most and whole == SECONDS * SHAPES[rule]["per_second"]
                    and (not sampler.names_rules or set(row["rules"]) <= {rule}))
        print(f"{name:36} {rule:9} {asked / STEADY:6.1f}/s asked {sampled / STEADY:6.2f}/s sampled, expected "
              f"{expected / STEADY:6.2f} ± {within / STEADY:.2f}; in all {ever} of {whole}, at most {most:.0f}"
              f"{'' if is_right else '  <- wrong'}")
        if not is_right:
            wrong.append((rule, row))
    assert wrong == []


def test_all_of_them_share_one_reservoir(server, programs, tmp_path):
    """A rule of a reservoir alone: whatever each of them takes, together they take it all and no more.

    Without those that use no quota: it takes three rounds until that is known of one, and what it was given has ended.
    """
    reservoir = 20
    create_rules(server, tmp_path, {"shared": {"Priority": 1, "ReservoirSize": reservoir, "FixedRate": 0}})
    daemons = {name: server.daemon for name, built in programs.items()
               if not built.skipped and PROGRAMS[name].quota_max == math.inf}
    shape = {"service": "shop", "method": "GET", "path": "/", "per_second": 100}
    rows = {name: told["shared"] for name, told in measure(programs, daemons, {"shared": shape}).items()}
    for name, row in rows.items():
        print(f"{name:36} {sum(row['sampled'][-STEADY:]) / STEADY:6.2f}/s sampled")
    seconds = [sum(row["sampled"][second] for row in rows.values()) for second in range(SECONDS)]
    steady = sum(seconds[-STEADY:]) / STEADY
    print(f"{'together':36} {steady:6.2f}/s sampled of a reservoir of {reservoir}; by second: {seconds}")
    # Seconds of the programs are not those of the clock: a quota may fall into either of two.
    assert sum(seconds) <= reservoir * (SECONDS + 1)
    assert 0.9 * reservoir <= steady <= reservoir * (STEADY + 1) / STEADY

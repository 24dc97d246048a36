"""A real `tomo serve` on free ports for each test that asks for one."""
import json
import os
import pathlib
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest


def pytest_addoption(parser):
    parser.addoption("--tomo", default="build/dev/tomo", help="the binary under test")
    parser.addoption("--kill-rounds", type=int, default=20, help="rounds of kill -9 under load")


class Server:
    """One data directory and the process that serves it, which may be killed and started again."""

    def __init__(self, tomo: str, data_dir: pathlib.Path, *flags: str):
        self.tomo, self.data_dir, self.flags = tomo, data_dir, flags
        self.log_path = data_dir.with_suffix(".log")
        self.process = None
        self.addresses: dict[str, str] = {}

    def start(self) -> "Server":
        addresses = self.data_dir / "addresses.json"
        addresses.unlink(missing_ok=True)
        listeners = ["--api-addr", "127.0.0.1:0", "--xray-addr", "127.0.0.1:0", "--otlp-http-addr", "127.0.0.1:0",
                     "--otlp-grpc-addr", "127.0.0.1:0", "--fluent-addr", "127.0.0.1:0"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.tomo, "serve", "--data-dir", str(self.data_dir), *listeners, *self.flags],
                stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not addresses.exists():
            assert self.process.poll() is None, f"the server ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"no addresses after 60 s:\n{self.log()}"
            time.sleep(0.02)
        self.addresses = json.loads(addresses.read_text())
        self.wait_ready()
        return self

    def wait_ready(self):
        """A start after a kill has a log to replay, and is asked before it is done where that takes long."""
        context = ssl._create_unverified_context() if self.endpoint.startswith("https") else None

        def is_ready() -> bool:
            try:
                with urllib.request.urlopen(f"{self.endpoint}/readyz", context=context) as answer:
                    return answer.status == 200
            except urllib.error.HTTPError as error:
                assert error.code == 503, error
                return False

        eventually(is_ready, 60)

    @property
    def endpoint(self) -> str:
        scheme = "https" if "--tls-cert" in self.flags else "http"
        return f"{scheme}://{self.addresses['api']}"

    @property
    def daemon(self) -> str:
        return self.addresses["xray"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")[-8000:]


@pytest.fixture(scope="session")
def tomo(request) -> str:
    path = os.path.abspath(request.config.getoption("--tomo"))
    assert os.access(path, os.X_OK), f"{path} is not built"
    return path


@pytest.fixture
def make_server(tomo, tmp_path):
    servers = []

    def make(*flags: str, name: str = "data") -> Server:
        data_dir = tmp_path / name
        data_dir.mkdir(exist_ok=True)
        servers.append(Server(tomo, data_dir, *flags))
        return servers[-1].start()

    yield make
    for server in servers:
        if server.process.poll() is None:
            assert server.stop() == 0, server.log()


@pytest.fixture
def server(make_server) -> Server:
    return make_server()


@pytest.fixture
def xray(server):
    """boto3's X-Ray client, pointed at the server."""
    return xray_client(server.endpoint)


def xray_client(endpoint: str, **options):
    import boto3
    from botocore.config import Config

    return boto3.client(
        "xray", endpoint_url=endpoint, region_name="eu-west-1", aws_access_key_id="key",
        aws_secret_access_key="secret", config=Config(retries={"max_attempts": 0}), **options)


def eventually(probe, seconds: float = 20):
    """What `probe` returns as soon as it is truthy; fails with its last value after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = probe()
        if value or time.monotonic() > deadline:
            assert value, f"not within {seconds} s; last: {value!r}"
            return value
        time.sleep(0.1)

"""A real server for the benches that ask over the wire, and what the system says of it."""
import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Server:
    running: list["Server"] = []

    @staticmethod
    def end_all():
        for server in Server.running:
            if server.process.poll() is None:
                server.end()

    def __init__(self, build: pathlib.Path, data: str, *flags: str, with_tls: bool = False):
        self.data, self.with_tls = pathlib.Path(data), with_tls
        if with_tls:
            flags += self.make_certificate()
        self.begun = time.monotonic()
        (self.data / "addresses.json").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [build / "tomo", "serve", "--data-dir", data, "--api-addr", "127.0.0.1:0", "--xray-addr", "127.0.0.1:0",
             "--otlp-http-addr", "127.0.0.1:0", "--otlp-grpc-addr", "127.0.0.1:0", "--fluent-addr", "127.0.0.1:0",
             "--log-level", "warn", *flags], stdout=subprocess.DEVNULL)
        Server.running.append(self)
        while not (self.data / "addresses.json").exists():
            assert self.process.poll() is None, "the server ended"
            time.sleep(0.001)
        self.start_seconds = time.monotonic() - self.begun
        addresses = json.loads((self.data / "addresses.json").read_text())
        self.api, self.xray = addresses["api"].split(":"), addresses["xray"].split(":")
        self.otlp_http, self.otlp_grpc = addresses["otlp_http"].split(":"), addresses["otlp_grpc"].split(":")

    def make_certificate(self) -> tuple[str, ...]:
        certificate, key = self.data / "bench.crt", self.data / "bench.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost"],
                       check=True, stderr=subprocess.DEVNULL)
        return "--tls-cert", str(certificate), "--tls-key", str(key)

    def connect(self) -> http.client.HTTPConnection:
        if not self.with_tls:
            return http.client.HTTPConnection(*self.api, timeout=60)
        return http.client.HTTPSConnection(*self.api, timeout=60, context=ssl._create_unverified_context())

    def get(self, path: str) -> tuple[int, bytes]:
        connection = self.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def post(self, path: str, body: dict) -> dict:
        connection = self.connect()
        connection.request("POST", path, json.dumps(body))
        return json.loads(connection.getresponse().read())

    def wait_ready(self) -> float:
        while self.get("/readyz")[0] != 200:
            time.sleep(0.005)
        return time.monotonic() - self.begun

    def metric(self, name: str, *labels: str) -> float:
        lines = self.get("/metrics")[1].decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.split("{")[0].split(" ")[0] == name and all(label in line for label in labels))

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def read_seconds(self) -> float:
        """Processor time of the threads that answer reads, and of those that they have started."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                if (task / "comm").read_text().strip() in ("read", "stream", "query"):
                    total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                pass  # it has ended
        return total / 1e9

    def resident_mb(self, which: str = "VmRSS") -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith(which)]
        return int(line.split()[1]) / 1024

    def end(self, how: signal.Signals = signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


def report(line: str):
    print(line, flush=True)


def cell(row: str, value: float):
    print(json.dumps({"column": "tomograph", "row": row, "value": value}), flush=True)


def load(build: pathlib.Path, kind: str, address: list[str], *arguments, flags: tuple[str, ...] = ()) -> dict:
    done = subprocess.run([build / f"bench/load/{kind}_load", *flags, *address, *map(str, arguments)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)

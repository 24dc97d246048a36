"""What an attack may cost the server: measured on its process from outside."""
import contextlib
import os

import requests

TICKS = os.sysconf("SC_CLK_TCK")


def memory_mb(server, key: str) -> float:
    """key  VmRSS: resident now; VmHWM: the most since reset_peak()"""
    with open(f"/proc/{server.process.pid}/status") as status:
        [kilobytes] = [line.split()[1] for line in status if line.startswith(key + ":")]
    return int(kilobytes) / 1024


def reset_peak(server):
    with open(f"/proc/{server.process.pid}/clear_refs", "w") as control:
        control.write("5")


def cpu_seconds(server) -> float:
    with open(f"/proc/{server.process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def metrics(server) -> dict[str, float]:
    page = requests.get(f"{server.endpoint}/metrics", timeout=10, verify=False).text
    return {name: float(value) for name, value in
            (line.rsplit(" ", 1) for line in page.splitlines() if line and line[0] != "#")}


@contextlib.contextmanager
def bounded(server, peak_mb: float, cpu: float):
    """Fails when the server took more than so much resident memory at any moment, beside what it had before, or more
    seconds of the processor."""
    reset_peak(server)
    before, spent = memory_mb(server, "VmRSS"), cpu_seconds(server)
    yield
    used, grown = cpu_seconds(server) - spent, memory_mb(server, "VmHWM") - before
    assert grown <= peak_mb, f"{grown:.0f} MB more at the peak, at most {peak_mb}"
    assert used <= cpu, f"{used:.2f} s of the processor, at most {cpu}"

"""The AWS SDK for JavaScript v3, the real package from npm, on every read operation, groups and tags."""
import pathlib
import subprocess

from tests.interop.builds import node_program

HERE = pathlib.Path(__file__).parent / "javascript"


def test_the_javascript_sdk_reads_what_it_expects(server, tmp_path):
    reads = node_program(HERE, tmp_path, "reads.js")
    done = subprocess.run([*reads, server.endpoint], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok ") == 5

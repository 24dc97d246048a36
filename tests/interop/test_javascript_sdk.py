"""The AWS SDK for JavaScript v3, the real package from npm, on every read operation, groups and tags."""
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent / "javascript"


def test_the_javascript_sdk_reads_what_it_expects(server, tmp_path):
    for name in ("package.json", "reads.js"):
        shutil.copy(HERE / name, tmp_path)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefer-offline"], cwd=tmp_path,
                   check=True, timeout=300)
    done = subprocess.run(["node", "reads.js", server.endpoint], cwd=tmp_path, capture_output=True, text=True,
                          timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok ") == 5

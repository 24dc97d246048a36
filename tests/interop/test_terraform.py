"""The life of each X-Ray resource of Terraform's AWS provider, replayed in its calls (see terraform/main.go): created,
read without a plan, updated, gone or changed from outside, created again, destroyed."""
import os
import pathlib
import subprocess

from tests.interop.builds import go_program

RESOURCES = ["aws_xray_group", "aws_xray_sampling_rule", "aws_xray_resource_policy", "aws_xray_encryption_config",
             "aws_xray_indexing_rule", "aws_xray_trace_segment_destination"]


def test_terraform_gets_what_its_provider_expects(make_server, tmp_path):
    replay = go_program(pathlib.Path(__file__).parent / "terraform", tmp_path)
    keys = []
    for name in ("own", "first", "second"):
        keys.append(tmp_path / f"{name}.key")
        keys[-1].write_bytes(os.urandom(32))
        keys[-1].chmod(0o400)
    own, first, second = keys
    server = make_server("--key-file", str(own), "--kms-key", f"alias/first={first},alias/second={second}")
    arns = [f"arn:aws:kms:us-east-1:000000000000:alias/{name}" for name in ("first", "second")]
    done = subprocess.run([*replay, server.endpoint, *arns], capture_output=True, text=True, timeout=120)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"ok {name}" for name in RESOURCES]

"""A server with a key: what lies on its disk, and how its key is changed."""
import json
import os
import pathlib
import signal
import subprocess

import pytest
from botocore.exceptions import ClientError

from tests.conftest import eventually, xray_client
from tests.e2e.documents import segment, trace_id


def make_key(folder: pathlib.Path, name: str) -> pathlib.Path:
    path = folder / name
    path.write_bytes(os.urandom(32))
    path.chmod(0o400)
    return path


def send(server, name: str) -> str:
    trace = trace_id()
    answer = xray_client(server.endpoint).put_trace_segments(
        TraceSegmentDocuments=[json.dumps(segment(trace, name))])
    assert answer["UnprocessedTraceSegments"] == []
    return trace


def check_there(server, traces: list[str]):
    found = eventually(
        lambda: xray_client(server.endpoint).batch_get_traces(TraceIds=traces)["Traces"])
    assert {trace["Id"] for trace in found} == set(traces)


def files_with(data_dir: pathlib.Path, text: bytes) -> list[str]:
    return [str(path) for path in data_dir.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_key_is_needed_changed_and_then_enough(make_server, tomo, tmp_path):
    key = make_key(tmp_path, "key")
    first = key.read_bytes()
    server = make_server("--key-file", str(key))
    traces = [send(server, "SENTINEL-one")]
    assert files_with(server.data_dir, b"SENTINEL") == []

    key.unlink()
    make_key(tmp_path, "key")
    server.process.send_signal(signal.SIGHUP)
    keyring = server.data_dir / "keyring.json"
    eventually(lambda: '"state":"retired"' in keyring.read_text())
    traces.append(send(server, "SENTINEL-two"))
    server.kill()
    assert files_with(server.data_dir, b"SENTINEL") == []
    for secret in (first, key.read_bytes()):
        assert files_with(server.data_dir, secret) == []

    for flags in ([], ["--key-file", str(make_key(tmp_path, "wrong"))]):
        refused = subprocess.run([tomo, "serve", "--data-dir", str(server.data_dir), *flags],
                                 capture_output=True, text=True, timeout=30)
        assert refused.returncode == 2
        assert len(refused.stderr.splitlines()) == 1, refused.stderr
    server.start()
    check_there(server, traces)
    assert server.stop() == 0, server.log()

    third = make_key(tmp_path, "third")
    changed = subprocess.run([tomo, "key", "rotate", "--data-dir", str(server.data_dir),
                              "--key-file", str(third), "--old-key-file", str(key)],
                             capture_output=True, text=True, timeout=30)
    assert changed.returncode == 0, changed.stderr
    assert "(version 3) is active" in changed.stdout
    server.flags = ("--key-file", str(third))
    server.start()
    check_there(server, traces)


def encryption_of(xray) -> dict:
    return xray.get_encryption_config()["EncryptionConfig"]


def put_encryption(xray, **config):
    chosen = xray.put_encryption_config(**config)["EncryptionConfig"]
    assert chosen["Status"] == "UPDATING"
    eventually(lambda: encryption_of(xray)["Status"] == "ACTIVE")
    return encryption_of(xray)


def test_put_encryption_config_chooses_the_key_of_the_store(make_server, tmp_path):
    """NONE, one key, another key, while documents come; the data stays readable, and a start goes on with the key."""
    own, first, second = (make_key(tmp_path, name) for name in ("own", "first", "second"))
    server = make_server("--key-file", str(own), "--kms-key", f"alias/first={first},alias/second={second}")
    xray = xray_client(server.endpoint)
    assert encryption_of(xray) == {"Status": "ACTIVE", "Type": "NONE"}
    traces = [send(server, "SENTINEL-own")]

    chosen = put_encryption(xray, Type="KMS", KeyId="alias/first")
    assert chosen["Type"] == "KMS"
    assert chosen["KeyId"].startswith("arn:aws:kms:us-east-1:000000000000:key/")
    traces.append(send(server, "SENTINEL-first"))
    assert put_encryption(xray, Type="KMS", KeyId=chosen["KeyId"]) == chosen

    server.kill()
    server.start()
    xray = xray_client(server.endpoint)
    eventually(lambda: encryption_of(xray) == chosen)
    alias = "arn:aws:kms:us-east-1:000000000000:alias/second"
    assert put_encryption(xray, Type="KMS", KeyId=alias) == {"KeyId": alias, "Status": "ACTIVE", "Type": "KMS"}
    traces.append(send(server, "SENTINEL-second"))
    assert put_encryption(xray, Type="NONE") == {"Status": "ACTIVE", "Type": "NONE"}
    check_there(server, traces)
    assert files_with(server.data_dir, b"SENTINEL") == []
    keyring = server.data_dir / "keyring.json"
    states = json.loads(keyring.read_text())["keys"]
    assert [key["state"] for key in states] == ["active", "retired", "retired"]
    assert server.stop() == 0, server.log()


def test_a_key_that_cannot_be_chosen_is_told(make_server, tmp_path):
    key = make_key(tmp_path, "key")
    open_server = make_server("--kms-key", f"alias/key={key}", name="open")
    sealed = make_server("--key-file", str(key), name="sealed")
    for server, sentence in ((open_server, "keeps its data without encryption"), (sealed, "names no key")):
        xray = xray_client(server.endpoint)
        with pytest.raises(ClientError, match=sentence) as caught:
            xray.put_encryption_config(Type="KMS", KeyId="alias/key")
        assert caught.value.response["Error"]["Code"] == "InvalidRequestException"
        assert encryption_of(xray) == {"Status": "ACTIVE", "Type": "NONE"}

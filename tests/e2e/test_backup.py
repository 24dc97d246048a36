"""A backup while the server takes load, kill -9, restore: what was acknowledged before it is there."""
import json
import subprocess
import urllib.error
import urllib.request

from tests.conftest import Server
from tests.e2e.test_kill import WRITERS, Writer, check


def run(tomo, *arguments):
    done = subprocess.run([tomo, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def post(server, path, body, content_type="application/json"):
    request = urllib.request.Request(server.endpoint + path, json.dumps(body).encode(),
                                     {"Content-Type": content_type}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_backup_under_load_then_kill_then_restore(tomo, make_server, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    server = make_server("--log-level", "warn", "--backup-dir", str(backups))
    writers = [Writer(server.endpoint) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    before, names = [], ["one", "two"]
    for i, name in enumerate(names):
        while sum(len(w.acknowledged) for w in writers) < 40 * (i + 1):
            writers[0].join(0.01)
        before.append([batch for w in writers for batch in list(w.acknowledged)])
        previous = ["--previous", names[i - 1]] if i else []
        code, out, err = run(tomo, "backup", name, "--endpoint", server.endpoint, *previous)
        assert (code, out) == (0, f"{backups / name}\n"), err
    code, _, err = run(tomo, "compact", "--endpoint", server.endpoint)
    assert code == 0, err
    assert any(w.is_alive() for w in writers)
    server.kill()
    for writer in writers:
        writer.join()

    for name, acknowledged in zip(names, before):
        code, out, err = run(tomo, "verify", str(backups / name))
        assert (code, out) == (0, ""), err
        again = tmp_path / f"again-{name}"
        code, _, err = run(tomo, "restore", str(backups / name), "--data-dir", str(again))
        assert code == 0, err
        restored = Server(tomo, again, "--log-level", "warn").start()
        try:
            check(restored, acknowledged)
        finally:
            assert restored.stop() == 0, restored.log()

    # Damage is found, named, and not restored.
    part = next((backups / "one").rglob("*.part"), None) or next((backups / "one").rglob("*.wal"))
    data = bytearray(part.read_bytes())
    data[4200 if part.suffix == ".wal" else 100] ^= 1
    part.unlink()
    part.write_bytes(data)
    code, out, _ = run(tomo, "verify", str(backups / "one"))
    assert code == 5 and part.name in out
    code, _, err = run(tomo, "restore", str(backups / "one"), "--data-dir", str(tmp_path / "no"))
    assert code == 5 and "nothing was restored" in err
    assert not (tmp_path / "no").exists()


def test_a_backup_over_http_goes_nowhere_but_below_its_directory(tomo, make_server, tmp_path):
    server = make_server("--backup-dir", str(tmp_path / "b"))
    for name in ["../out", "/tmp/out", "a/b", "", ".hidden", "x.tmp", "a b"]:
        status, answer = post(server, "/api/v1/backup", {"Destination": name})
        assert status == 400, (name, answer)
    assert post(server, "/api/v1/backup", {"Destination": "x"}, "text/plain")[0] == 400
    bare = make_server(name="bare")
    code, _, err = run(tomo, "backup", "x", "--endpoint", bare.endpoint)
    assert code == 2 and "--backup-dir" in err


def test_offline_verbs(tomo, make_server, tmp_path):
    server = make_server()
    data = str(server.data_dir)
    for verb in (["fsck", "--data-dir", data], ["verify", data], ["compact", "--data-dir", data],
                 ["backup", str(tmp_path / "b"), "--data-dir", data]):
        code, _, err = run(tomo, *verb)
        assert code == 5 and ("a server uses" in err or "another process holds it" in err), err
    assert server.stop() == 0
    assert run(tomo, "backup", str(tmp_path / "b"), "--data-dir", data)[0] == 0
    assert run(tomo, "backup", str(tmp_path / "b"), "--data-dir", data)[0] == 5  # it exists
    for verb in (["fsck", "--data-dir", data], ["verify", data], ["verify", str(tmp_path / "b")],
                 ["compact", "--data-dir", data]):
        code, out, err = run(tomo, *verb)
        assert (code, out) == (0, ""), err
    code, _, err = run(tomo, "restore", str(tmp_path / "b"), "--data-dir", data)
    assert code == 5 and "not empty" in err
    assert run(tomo, "verify", str(tmp_path / "none"))[0] == 5
    assert run(tomo, "restore", str(tmp_path / "b"))[0] == 2
    assert run(tomo, "fsck", "--data-dir", data, "--help")[0] == 0
